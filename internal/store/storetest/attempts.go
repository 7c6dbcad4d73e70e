package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// begin begins the attempt of a job.
func (f *fixture) begin(t *testing.T, job webhook.Job) webhook.Dispatch {
	t.Helper()
	dispatch, err := f.BeginAttempt(t.Context(), job, lease)
	require.NoError(t, err)
	return dispatch
}

// finish finishes an attempt.
func (f *fixture) finish(t *testing.T, dispatch webhook.Dispatch, outcome webhook.Outcome) {
	t.Helper()
	require.NoError(t, f.FinishAttempt(t.Context(), &dispatch, outcome))
}

func delivered() webhook.Outcome {
	return webhook.Outcome{Attempt: webhook.Attempt{Success: true, StatusCode: new(204)}, State: webhook.DeliveryDelivered}
}

func (f *fixture) retried() webhook.Outcome {
	return webhook.Outcome{
		Attempt: webhook.Attempt{StatusCode: new(503), ErrorMessage: "answered 503", CreatedAt: f.micros()},
		State:   webhook.DeliveryPending, RetryAt: f.micros().Add(time.Minute),
	}
}

func (f *fixture) failed() webhook.Outcome {
	return webhook.Outcome{
		Attempt: webhook.Attempt{ErrorMessage: "connection refused", CreatedAt: f.micros()},
		State:   webhook.DeliveryFailed, Reason: "connection refused",
	}
}

// micros is the clock's time as it is stored.
func (f *fixture) micros() time.Time { return f.clock.Now().UTC().Truncate(time.Microsecond) }

// delivery returns a delivery of our organisation.
func (f *fixture) delivery(t *testing.T, id string) webhook.DeliveryDetail {
	t.Helper()
	d, err := f.Delivery(t.Context(), ours, id)
	require.NoError(t, err)
	return d
}

// testAttempts takes a delivery through two failures to success.
func testAttempts(t *testing.T, f *fixture) {
	c := full(ours)
	c.State = webhook.StateEnabled
	config := f.createConfig(t, c)
	job := f.publishTo(t, &config)
	bystander := f.publishTo(t, &config)
	want := f.delivery(t, job.DeliveryID)
	for i, outcome := range []webhook.Outcome{f.retried(), f.retried(), delivered()} {
		f.clock.Advance(time.Second)
		dispatch := f.begin(t, job)
		require.Equal(t, webhook.Dispatch{
			DeliveryID: want.ID, EventID: want.EventID, OrganisationID: ours, ConfigID: config.ID, URL: config.URL,
			Payload: []byte(`{"n":1}`), Headers: config.Headers, SigningKeys: []webhook.Secret{config.SigningKey},
			SignatureHeader: config.SignatureHeader, Attempt: i + 1, Retries: i, FailingSince: dispatch.FailingSince,
		}, dispatch)
		require.Equal(t, i == 0, dispatch.FailingSince == nil)
		want.State, want.NextAttemptAt, want.UpdatedAt = webhook.DeliveryProcessing, nil, f.micros()
		require.Equal(t, want, f.delivery(t, want.ID))

		f.clock.Advance(time.Second)
		outcome.Attempt.CreatedAt, outcome.Attempt.Duration = f.micros(), 1234567*time.Microsecond
		outcome.Attempt.ResponseBody = []byte("antwörtet")
		f.finish(t, dispatch, outcome)
		want.State, want.AttemptCount, want.LatestStatusCode = outcome.State, i+1, outcome.Attempt.StatusCode
		want.UpdatedAt = f.micros()
		if outcome.State == webhook.DeliveryPending {
			want.NextAttemptAt = &outcome.RetryAt
			jobs := f.queue.Take()
			require.Len(t, jobs, 1)
			require.Equal(t, webhook.Job{DeliveryID: want.ID, ConfigID: config.ID, Attempt: i + 2, Lane: webhook.LaneDeliveries, At: outcome.RetryAt}, jobs[0])
			job = jobs[0]
		}
		outcome.Attempt.Number = i + 1
		got := f.delivery(t, want.ID)
		want.Attempts = withoutIDs(t, got.Attempts, append(want.Attempts, outcome.Attempt))
		require.Equal(t, want, got)
	}
	require.Empty(t, f.queue.Take())
	_, err := f.BeginAttempt(t.Context(), job, lease)
	requireCode(t, webhook.CodeOvertaken, err)
	other := f.delivery(t, bystander.DeliveryID)
	require.Equal(t, webhook.DeliveryPending, other.State)
	require.Empty(t, other.Attempts)
}
