package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// begin begins the attempt of a job.
func (f *fixture) begin(t *testing.T, job webhook.Job) webhook.Dispatch {
	t.Helper()
	dispatch, err := f.BeginAttempt(t.Context(), job, f.worker)
	require.NoError(t, err)
	return dispatch
}

// finish finishes an attempt.
func (f *fixture) finish(t *testing.T, dispatch webhook.Dispatch, outcome webhook.Outcome) {
	t.Helper()
	disabled, err := f.FinishAttempt(t.Context(), &dispatch, outcome)
	require.NoError(t, err)
	require.Equal(t, outcome.Disable, disabled)
}

// finishError is FinishAttempt without its result.
func (f *fixture) finishError(t *testing.T, dispatch webhook.Dispatch, outcome webhook.Outcome) error {
	t.Helper()
	_, err := f.FinishAttempt(t.Context(), &dispatch, outcome)
	return err
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
func (f *fixture) delivery(t *testing.T, id webhook.ID) webhook.DeliveryDetail {
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
			DeliveryID: want.ID, EventID: want.EventID, OrganisationID: ours, ConfigID: config.ID, ConfigName: config.Name, URL: config.URL,
			Payload: []byte(`{"n":1}`), Headers: config.Headers, SigningKeys: []webhook.Secret{config.SigningKey},
			SignatureHeader: config.SignatureHeader, Attempt: i + 1, Worker: f.worker, Retries: i,
		}, dispatch)
		want.State, want.NextAttemptAt, want.UpdatedAt = webhook.DeliveryProcessing, nil, f.micros()
		want.Worker = f.worker
		require.Equal(t, want, f.delivery(t, want.ID))

		f.clock.Advance(time.Second)
		outcome.Attempt.CreatedAt, outcome.Attempt.Duration = f.micros(), 1234567*time.Microsecond
		outcome.Attempt.ResponseBody = []byte("antwörtet")
		f.finish(t, dispatch, outcome)
		want.Worker = 0
		want.State, want.AttemptCount, want.LatestStatusCode = outcome.State, i+1, outcome.Attempt.StatusCode
		want.UpdatedAt = f.micros()
		if outcome.State == webhook.DeliveryPending {
			want.NextAttemptAt, want.Retries = &outcome.RetryAt, i+1
			jobs := f.queue.Take()
			require.Len(t, jobs, 1)
			require.Equal(t, webhook.Job{
				DeliveryID: want.ID, OrganisationID: config.OrganisationID, ConfigID: config.ID,
				Attempt: i + 2, Lane: webhook.LaneDeliveries, At: outcome.RetryAt,
			}, jobs[0])
			job = jobs[0]
		}
		outcome.Attempt.Number = i + 1
		got := f.delivery(t, want.ID)
		want.Attempts = withoutIDs(t, got.Attempts, append(want.Attempts, outcome.Attempt))
		require.Equal(t, want, got)
	}
	require.Empty(t, f.queue.Take())
	_, err := f.BeginAttempt(t.Context(), job, f.worker)
	requireCode(t, webhook.CodeOvertaken, err)
	other := f.delivery(t, bystander.DeliveryID)
	require.Equal(t, webhook.DeliveryPending, other.State)
	require.Empty(t, other.Attempts)
}

func testOvertaken(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	job := f.publishTo(t, &config)
	for _, unknown := range []webhook.ID{webhook.ID(uuid.New()), {}} {
		_, err := f.BeginAttempt(t.Context(), webhook.Job{DeliveryID: unknown, Attempt: 1}, f.worker)
		requireCode(t, webhook.CodeNotFound, err)
	}
	for _, attempt := range []int{0, 2} {
		_, err := f.BeginAttempt(t.Context(), webhook.Job{DeliveryID: job.DeliveryID, Attempt: attempt}, f.worker)
		requireCode(t, webhook.CodeOvertaken, err)
	}
	require.Equal(t, webhook.DeliveryPending, f.delivery(t, job.DeliveryID).State)

	first := f.begin(t, job)
	second := f.begin(t, job) // it has lost the attempt
	require.Equal(t, first, second)
	f.finish(t, second, delivered())
	before := f.snapshot(t)
	requireCode(t, webhook.CodeOvertaken, f.finishError(t, first, f.retried()))
	require.Equal(t, before, f.snapshot(t))
	require.Empty(t, f.queue.Take())
	_, err := f.BeginAttempt(t.Context(), job, f.worker)
	requireCode(t, webhook.CodeOvertaken, err)
}

// testConcurrentFinish has several workers finish one attempt: one outcome is
// recorded.
func testConcurrentFinish(t *testing.T, f *fixture) {
	const workers = 20
	config := f.createConfig(t, minimal(ours))
	dispatch := f.begin(t, f.publishTo(t, &config))
	var recorded atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			err := f.finishError(t, dispatch, f.retried())
			if err == nil {
				recorded.Add(1)
			} else {
				assert.Equal(t, webhook.CodeOvertaken, webhook.CodeOf(err))
			}
		})
	}
	group.Wait()
	require.EqualValues(t, 1, recorded.Load())
	require.Len(t, f.delivery(t, dispatch.DeliveryID).Attempts, 1)
	require.Len(t, f.queue.Take(), 1)
	stored, err := f.Config(t.Context(), ours, config.ID)
	require.NoError(t, err)
	require.Equal(t, 1, stored.ConsecutiveFailures)
}

// testConcurrentAttempts begins and finishes many attempts at once, of configs
// that answer and configs that do not.
func testConcurrentAttempts(t *testing.T, f *fixture) {
	const configs, each = 5, 30
	var group sync.WaitGroup
	var made []webhook.Config
	for i := range configs {
		config := f.createConfig(t, minimal(ours))
		made = append(made, config)
		for range each {
			job := f.publishTo(t, &config)
			group.Go(func() {
				outcome := f.failed()
				if i%2 == 0 {
					outcome = delivered()
				}
				dispatch, err := f.BeginAttempt(t.Context(), job, f.worker)
				if err == nil {
					err = f.finishError(t, dispatch, outcome)
				}
				assert.NoError(t, err)
			})
		}
	}
	group.Wait()
	for i, config := range made {
		stored, err := f.Config(t.Context(), ours, config.ID)
		require.NoError(t, err)
		want, state := 0, webhook.DeliveryDelivered
		if i%2 != 0 {
			want, state = each, webhook.DeliveryFailed
		}
		require.Equal(t, want, stored.ConsecutiveFailures)
		page, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{WebhookID: &config.ID, State: state})
		require.NoError(t, err)
		require.EqualValues(t, each, page.Count)
	}
}

func testHealth(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	start := f.micros()
	attempt := func(outcome webhook.Outcome) webhook.Dispatch {
		dispatch := f.begin(t, f.publishTo(t, &config))
		f.finish(t, dispatch, outcome)
		f.clock.Advance(time.Minute)
		return dispatch
	}
	requireHealth := func(failures int, since *time.Time) {
		t.Helper()
		stored, err := f.Config(t.Context(), ours, config.ID)
		require.NoError(t, err)
		require.Equal(t, failures, stored.ConsecutiveFailures)
		require.Equal(t, since, stored.FailingSince)
		require.Equal(t, config.UpdatedAt, stored.UpdatedAt, "health is no update")
	}
	for i := range webhook.FailingAfter {
		dispatch := attempt(f.failed())
		require.False(t, dispatch.Failing)
		requireHealth(i+1, &start)
	}
	require.Equal(t, webhook.LaneFailing, f.publishTo(t, &config).Lane)
	require.NoError(t, f.RetryDelivery(t.Context(), ours, f.failedAt(t, &config, start)))
	require.Equal(t, webhook.LaneFailing, f.queue.Take()[0].Lane)
	f.publish(t, event(ours))
	require.Equal(t, webhook.LaneFailing, f.queue.Take()[0].Lane)

	dispatch := attempt(f.retried())
	require.True(t, dispatch.Failing)
	require.Equal(t, webhook.LaneFailing, f.queue.Take()[0].Lane, "of the retry")
	attempt(delivered())
	requireHealth(0, nil)
	again := f.micros()
	attempt(f.retried())
	requireHealth(1, &again)
	require.Equal(t, webhook.LaneDeliveries, f.queue.Take()[0].Lane)
}

// testUnwantedAttempts disables or deletes a config while its deliveries wait
// and while one is under way.
func testUnwantedAttempts(t *testing.T, f *fixture) {
	tests := []struct {
		name, reason string
		stop         func(*testing.T, *webhook.Config)
	}{
		{"disabled", webhook.ReasonConfigDisabled, func(t *testing.T, c *webhook.Config) {
			_, err := f.UpdateConfig(t.Context(), ours, c.ID, func(c *webhook.Config) error {
				c.State = webhook.StateDisabled
				return nil
			})
			require.NoError(t, err)
		}},
		{"deleted", webhook.ReasonConfigDeleted, func(t *testing.T, c *webhook.Config) {
			require.NoError(t, f.DeleteConfig(t.Context(), ours, c.ID))
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			config, bystander := f.createConfig(t, minimal(ours)), f.createConfig(t, minimal(ours))
			waiting, other := f.publishTo(t, &config), f.publishTo(t, &bystander)
			toRetry, toSucceed := f.begin(t, f.publishTo(t, &config)), f.begin(t, f.publishTo(t, &config))
			f.clock.Advance(time.Second)
			test.stop(t, &config)
			given := f.delivery(t, waiting.DeliveryID)
			require.Equal(t, webhook.DeliveryFailed, given.State)
			require.Equal(t, test.reason, given.FailureReason)
			require.Equal(t, f.micros(), given.UpdatedAt)
			require.Nil(t, given.NextAttemptAt)
			require.Equal(t, webhook.DeliveryProcessing, f.delivery(t, toRetry.DeliveryID).State)
			require.Equal(t, webhook.DeliveryPending, f.delivery(t, other.DeliveryID).State)
			_, err := f.BeginAttempt(t.Context(), waiting, f.worker)
			requireCode(t, webhook.CodeOvertaken, err)

			f.finish(t, toRetry, f.retried())
			settled := f.delivery(t, toRetry.DeliveryID)
			require.Equal(t, webhook.DeliveryFailed, settled.State)
			require.Equal(t, test.reason, settled.FailureReason)
			require.Nil(t, settled.NextAttemptAt)
			require.Len(t, settled.Attempts, 1)
			f.finish(t, toSucceed, delivered())
			require.Equal(t, webhook.DeliveryDelivered, f.delivery(t, toSucceed.DeliveryID).State)
			require.Empty(t, f.queue.Take())
		})
	}
}

// testUnwantedWhenBegun begins a delivery whose config wants none, as it can be
// when the config was disabled just as the event was published.
func testUnwantedWhenBegun(t *testing.T, f *fixture) {
	disabled := f.createConfig(t, full(ours))
	for reason, id := range map[string]int64{
		webhook.ReasonConfigDisabled: disabled.ID, webhook.ReasonConfigDeleted: disabled.ID + 1,
	} {
		d := f.importDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: id})
		_, err := f.BeginAttempt(t.Context(), webhook.Job{DeliveryID: d.ID, ConfigID: d.WebhookID, Attempt: 1}, f.worker)
		requireCode(t, webhook.CodeOvertaken, err)
		given := f.delivery(t, d.ID)
		require.Equal(t, webhook.DeliveryFailed, given.State)
		require.Equal(t, reason, given.FailureReason)
	}
	theirConfig := f.createConfig(t, minimal(theirs))
	d := f.importDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: theirConfig.ID})
	_, err := f.BeginAttempt(t.Context(), webhook.Job{DeliveryID: d.ID, ConfigID: d.WebhookID, Attempt: 1}, f.worker)
	requireCode(t, webhook.CodeOvertaken, err)
	require.Equal(t, webhook.ReasonConfigDeleted, f.delivery(t, d.ID).FailureReason)
}

// testDisablingOutcome has an attempt switch its config off.
func testDisablingOutcome(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	waiting := f.publishTo(t, &config)
	dispatch := f.begin(t, f.publishTo(t, &config))
	f.clock.Advance(time.Second)
	outcome := f.failed()
	outcome.Reason, outcome.Disable = "answered 410", "the endpoint is gone"
	f.finish(t, dispatch, outcome)
	require.Equal(t, "answered 410", f.delivery(t, dispatch.DeliveryID).FailureReason)
	given := f.delivery(t, waiting.DeliveryID)
	require.Equal(t, webhook.DeliveryFailed, given.State)
	require.Equal(t, "the endpoint is gone", given.FailureReason)
	stored, err := f.Config(t.Context(), ours, config.ID)
	require.NoError(t, err)
	require.Equal(t, webhook.StateDisabled, stored.State)
	require.Equal(t, f.micros(), stored.UpdatedAt)

	// Enabled again, the endpoint starts afresh, and nothing old is sent.
	enabled, err := f.UpdateConfig(t.Context(), ours, config.ID, f.apply(&webhook.Patch{State: new(webhook.StateEnabled)}))
	require.NoError(t, err)
	require.Zero(t, enabled.ConsecutiveFailures)
	require.Nil(t, enabled.FailingSince)
	require.Empty(t, f.queue.Take())
}

// testSigningKeyOverlap replaces a signing key: both sign until the old one
// ends.
func testSigningKeyOverlap(t *testing.T, f *fixture) {
	c := minimal(ours)
	c.SigningKey = "first"
	config := f.createConfig(t, c)
	updated, err := f.UpdateConfig(t.Context(), ours, config.ID, f.apply(&webhook.Patch{SigningKey: webhook.Set[webhook.Secret]("second")}))
	require.NoError(t, err)
	require.Equal(t, []webhook.PreviousSigningKey{{Key: "first", Until: f.micros().Add(overlap)}},
		[]webhook.PreviousSigningKey{{Key: updated.PreviousSigningKeys[0].Key, Until: updated.PreviousSigningKeys[0].Until.UTC().Truncate(time.Microsecond)}})
	stored, err := f.Config(t.Context(), ours, config.ID)
	require.NoError(t, err)
	require.Equal(t, []webhook.PreviousSigningKey{{Key: "first", Until: f.micros().Add(overlap)}}, stored.PreviousSigningKeys)
	keys := func() []webhook.Secret { return f.begin(t, f.publishTo(t, &config)).SigningKeys }
	f.clock.Advance(overlap - time.Second)
	require.Equal(t, []webhook.Secret{"second", "first"}, keys())
	f.clock.Advance(time.Second)
	require.Equal(t, []webhook.Secret{"second"}, keys())
}
