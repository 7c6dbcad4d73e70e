package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

func testRetry(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	due, toRetry := f.publishTo(t, &config), f.begin(t, f.publishTo(t, &config))
	underWay := f.begin(t, f.publishTo(t, &config))
	done, given := f.begin(t, f.publishTo(t, &config)), f.begin(t, f.publishTo(t, &config))
	f.finish(t, done, delivered())
	f.finish(t, given, f.failed())
	outcome := f.retried()
	outcome.RetryAt = f.micros().Add(time.Hour)
	f.finish(t, toRetry, outcome)
	f.queue.Take()
	f.clock.Advance(time.Minute)
	for _, test := range []struct {
		name    string
		id      webhook.ID
		attempt int
	}{{"waiting for its time", toRetry.DeliveryID, 2}, {"delivered", done.DeliveryID, 2}, {"failed", given.DeliveryID, 2}} {
		t.Run(test.name, func(t *testing.T) {
			before := f.delivery(t, test.id)
			require.NoError(t, f.RetryDelivery(t.Context(), ours, test.id))
			jobs := f.queue.Take()
			require.Len(t, jobs, 1)
			require.WithinDuration(t, f.clock.Now(), jobs[0].At, time.Microsecond)
			require.Equal(t, webhook.Job{
				DeliveryID: test.id, OrganisationID: config.OrganisationID, ConfigID: config.ID,
				Attempt: test.attempt, Lane: webhook.LaneDeliveries, At: jobs[0].At,
			}, jobs[0])
			want := before
			want.State, want.FailureReason, want.NextAttemptAt, want.UpdatedAt = webhook.DeliveryPending, "", new(f.micros()), f.micros()
			require.Equal(t, want, f.delivery(t, test.id))
			requireCode(t, webhook.CodeAttemptUnderWay, f.RetryDelivery(t.Context(), ours, test.id))
			f.begin(t, jobs[0])
		})
	}
	for _, id := range []webhook.ID{underWay.DeliveryID, due.DeliveryID} {
		requireCode(t, webhook.CodeAttemptUnderWay, f.RetryDelivery(t.Context(), ours, id))
	}
	requireCode(t, webhook.CodeNotFound, f.RetryDelivery(t.Context(), ours, webhook.ID(uuid.New())))
	disabled := f.createConfig(t, full(ours))
	ofDisabled := f.importDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: disabled.ID, State: webhook.DeliveryFailed})
	requireCode(t, webhook.CodeConfigDisabled, f.RetryDelivery(t.Context(), ours, ofDisabled.ID))
	ofDeleted := f.importDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: disabled.ID + 1, State: webhook.DeliveryFailed})
	requireCode(t, webhook.CodeConfigDeleted, f.RetryDelivery(t.Context(), ours, ofDeleted.ID))
	require.Empty(t, f.queue.Take())
}

func testRequeue(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	job := f.publishTo(t, &config)
	before := f.snapshot(t)
	job.At = job.At.Add(time.Minute)
	require.NoError(t, f.Requeue(t.Context(), job))
	require.Equal(t, []webhook.Job{job}, f.queue.Take())
	require.Equal(t, before, f.snapshot(t))
}

// failedAt returns a delivery of a config that was made at a time and failed.
func (f *fixture) failedAt(t *testing.T, config *webhook.Config, at time.Time) webhook.ID {
	t.Helper()
	return f.importDelivery(t, webhook.Delivery{
		OrganisationID: ours, WebhookID: config.ID, State: webhook.DeliveryFailed, FailureReason: "refused", CreatedAt: at,
	}).ID
}

func testRecovery(t *testing.T, f *fixture) {
	config, other := f.createConfig(t, minimal(ours)), f.createConfig(t, minimal(ours))
	start := f.clock.Now().Truncate(time.Millisecond)
	minute := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	f.failedAt(t, &config, minute(0).Add(-time.Microsecond))
	want := []webhook.ID{f.failedAt(t, &config, minute(0)), f.failedAt(t, &config, minute(1))}
	f.importDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: config.ID, State: webhook.DeliveryDelivered, CreatedAt: minute(1)})
	f.importDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: config.ID, State: webhook.DeliveryPending, CreatedAt: minute(1)})
	f.failedAt(t, &other, minute(1))
	want = append(want, f.failedAt(t, &config, minute(2).Add(999*time.Microsecond)))
	f.failedAt(t, &config, minute(2).Add(time.Millisecond))
	f.clock.Set(minute(3))

	wanted := webhook.Recovery{OrganisationID: ours, ConfigID: config.ID, Since: minute(0), Until: minute(2)}
	count, err := f.StartRecovery(t.Context(), wanted)
	require.NoError(t, err)
	require.EqualValues(t, len(want), count)
	started := f.queue.TakeRecoveries()
	require.Len(t, started, 1)
	require.Empty(t, f.queue.Take(), "the work is not done at once")
	require.Equal(t, f.clock.Now().UTC(), started[0].FailedBefore.UTC())
	started[0].FailedBefore = time.Time{}
	require.Equal(t, wanted, started[0])
	wanted.FailedBefore = f.clock.Now()

	last, err := f.ContinueRecovery(t.Context(), wanted, webhook.ID{}, 2)
	require.NoError(t, err)
	require.Equal(t, want[1], last)
	jobs := f.queue.Take()
	require.Len(t, jobs, 2)
	f.clock.Advance(time.Second)
	f.finish(t, f.begin(t, jobs[0]), f.failed()) // fails again meanwhile
	last, err = f.ContinueRecovery(t.Context(), wanted, last, 2)
	require.NoError(t, err)
	require.Equal(t, want[2], last)
	jobs = append(jobs, f.queue.Take()...)
	for _, after := range []webhook.ID{last, {}} { // from its beginning, as after a crash
		last, err = f.ContinueRecovery(t.Context(), wanted, after, 2)
		require.NoError(t, err)
		require.Zero(t, last)
	}
	require.Empty(t, f.queue.Take())
	require.Len(t, jobs, len(want))
	for i, job := range jobs {
		require.Equal(t, want[i], job.DeliveryID, "the oldest first")
	}
	require.Equal(t, webhook.DeliveryPending, f.delivery(t, want[1]).State)
	require.Empty(t, f.delivery(t, want[1]).FailureReason)
}

// testRecoveryStartsSchedule gives a recovered delivery all retries again.
func testRecoveryStartsSchedule(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	start := f.clock.Now()
	job := f.publishTo(t, &config)
	f.finish(t, f.begin(t, job), f.retried())
	dispatch := f.begin(t, f.queue.Take()[0])
	require.Equal(t, 1, dispatch.Retries)
	f.finish(t, dispatch, f.failed())
	recovery := webhook.Recovery{OrganisationID: ours, ConfigID: config.ID, Since: start, Until: f.clock.Now(), FailedBefore: f.clock.Now()}
	_, err := f.ContinueRecovery(t.Context(), recovery, webhook.ID{}, 10)
	require.NoError(t, err)
	jobs := f.queue.Take()
	require.Len(t, jobs, 1)
	again := f.begin(t, jobs[0])
	require.Equal(t, 3, again.Attempt)
	require.Zero(t, again.Retries)
}

func testRecoveryOfUnwanted(t *testing.T, f *fixture) {
	disabled := f.createConfig(t, full(ours))
	f.failedAt(t, &disabled, f.clock.Now())
	window := webhook.Recovery{
		OrganisationID: ours, ConfigID: disabled.ID, Since: f.clock.Now(), Until: f.clock.Now(), FailedBefore: f.clock.Now().Add(time.Second),
	}
	_, err := f.StartRecovery(t.Context(), window)
	requireCode(t, webhook.CodeConfigDisabled, err)
	last, err := f.ContinueRecovery(t.Context(), window, webhook.ID{}, 10)
	require.NoError(t, err)
	require.Zero(t, last)
	window.ConfigID++
	_, err = f.StartRecovery(t.Context(), window)
	requireCode(t, webhook.CodeNotFound, err)
	last, err = f.ContinueRecovery(t.Context(), window, webhook.ID{}, 10)
	require.NoError(t, err)
	require.Zero(t, last)

	idle := f.createConfig(t, minimal(ours))
	window.ConfigID = idle.ID
	count, err := f.StartRecovery(t.Context(), window)
	require.NoError(t, err)
	require.Zero(t, count)
	require.Empty(t, f.queue.TakeRecoveries(), "nothing to do")
	require.Empty(t, f.queue.Take())
}
