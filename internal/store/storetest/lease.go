package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// testLease has two workers with the same job: the second one gets the attempt
// only when the first must have died.
func testLease(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	job := f.publishTo(t, &config)
	first := f.begin(t, job)
	f.clock.Advance(lease - time.Second)
	_, err := f.BeginAttempt(t.Context(), job, lease)
	requireCode(t, webhook.CodeAttemptUnderWay, err)
	requireCode(t, webhook.CodeAttemptUnderWay, f.RetryDelivery(t.Context(), ours, job.DeliveryID))

	f.clock.Advance(2 * time.Second)
	second := f.begin(t, job)
	require.Equal(t, first.Attempt, second.Attempt)
	f.finish(t, second, delivered())
	requireCode(t, webhook.CodeOvertaken, f.finishError(t, first, delivered()))
	require.NoError(t, f.ReleaseAttempt(t.Context(), &first), "an attempt that was overtaken needs no release")
	require.Equal(t, webhook.DeliveryDelivered, f.delivery(t, job.DeliveryID).State)
}

// testRelease gives an attempt back: it does not count, and is begun again at
// once.
func testRelease(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	job := f.publishTo(t, &config)
	dispatch := f.begin(t, job)
	require.NoError(t, f.ReleaseAttempt(t.Context(), &dispatch))
	require.NoError(t, f.ReleaseAttempt(t.Context(), &dispatch), "a second time does nothing")
	waiting := f.delivery(t, job.DeliveryID)
	require.Equal(t, webhook.DeliveryPending, waiting.State)
	require.NotNil(t, waiting.NextAttemptAt)
	require.Zero(t, waiting.AttemptCount)
	again := f.begin(t, job)
	require.Equal(t, 1, again.Attempt)

	unknown := dispatch
	unknown.DeliveryID = webhook.ID(uuid.New())
	requireCode(t, webhook.CodeNotFound, f.ReleaseAttempt(t.Context(), &unknown))
}
