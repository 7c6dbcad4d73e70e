package webhook_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

const testLease = time.Minute

var (
	testNow = time.Date(2026, 5, 15, 18, 17, 2, 52_123_000, time.UTC)
	enabled = &webhook.Config{State: webhook.StateEnabled}
	off     = &webhook.Config{State: webhook.StateDisabled}
	sealed  = &webhook.Config{State: webhook.StateEnabled, Unreadable: true}
)

var deliveryStates = []webhook.DeliveryState{
	webhook.DeliveryPending, webhook.DeliveryProcessing, webhook.DeliveryDelivered, webhook.DeliveryFailed,
}

// inState is a delivery with two attempts on record, last changed an hour ago.
func inState(state webhook.DeliveryState) webhook.Delivery {
	d := webhook.Delivery{
		ID: webhook.ID{1}, WebhookID: 7, State: state, AttemptCount: 2, Retries: 2, LatestStatusCode: new(503),
		CreatedAt: testNow.Add(-2 * time.Hour), UpdatedAt: testNow.Add(-time.Hour),
	}
	switch state {
	case webhook.DeliveryPending:
		d.NextAttemptAt = new(testNow.Add(time.Hour))
	case webhook.DeliveryFailed:
		d.FailureReason = "refused"
	case webhook.DeliveryProcessing, webhook.DeliveryDelivered:
	}
	return d
}

// transition is what an event makes of a delivery in each state: a state, or
// the code of an error.
type transition map[webhook.DeliveryState]string

// TestEveryStateAndEvent has every event meet every state.
func TestEveryStateAndEvent(t *testing.T) {
	const (
		overtaken = string(webhook.CodeOvertaken)
		underWay  = string(webhook.CodeAttemptUnderWay)
		disabled  = string(webhook.CodeConfigDisabled)
		deleted   = string(webhook.CodeConfigDeleted)
		pending   = string(webhook.DeliveryPending)
		working   = string(webhook.DeliveryProcessing)
		done      = string(webhook.DeliveryDelivered)
		failed    = string(webhook.DeliveryFailed)
	)
	type delivery = webhook.Delivery
	begin := func(number int, config *webhook.Config, now time.Time) func(delivery) (delivery, error) {
		return func(d delivery) (delivery, error) { return d.Begin(number, config, testLease, now) }
	}
	finish := func(number int, state webhook.DeliveryState, config *webhook.Config) func(delivery) (delivery, error) {
		outcome := webhook.Outcome{State: state, RetryAt: testNow.Add(time.Minute)}
		return func(d delivery) (delivery, error) { return d.Finish(number, &outcome, config, testNow) }
	}
	retry := func(config *webhook.Config) func(delivery) (delivery, error) {
		return func(d delivery) (delivery, error) { return d.Retry(config, testNow) }
	}
	inLease := testNow.Add(-time.Hour).Add(testLease - 1)
	all := func(result string) transition {
		return transition{"PENDING": result, "PROCESSING": result, "DELIVERED": result, "FAILED": result}
	}
	tests := map[string]struct {
		event func(delivery) (delivery, error)
		want  transition
	}{
		"begin":            {begin(3, enabled, testNow), transition{"PENDING": working, "PROCESSING": working, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin in lease":   {begin(3, enabled, inLease), transition{"PENDING": working, "PROCESSING": underWay, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin disabled":   {begin(3, off, testNow), transition{"PENDING": failed, "PROCESSING": failed, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin unreadable": {begin(3, sealed, testNow), transition{"PENDING": pending, "PROCESSING": pending, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin deleted":    {begin(3, nil, testNow), transition{"PENDING": failed, "PROCESSING": failed, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin too early":  {begin(4, enabled, testNow), all(overtaken)},
		"begin again":      {begin(2, enabled, testNow), all(overtaken)},
		"release": {
			func(d delivery) (delivery, error) { return d.Release(3, testNow) },
			transition{"PENDING": overtaken, "PROCESSING": pending, "DELIVERED": overtaken, "FAILED": overtaken},
		},
		"release another":      {func(d delivery) (delivery, error) { return d.Release(2, testNow) }, all(overtaken)},
		"finish delivered":     {finish(3, webhook.DeliveryDelivered, nil), transition{"PENDING": overtaken, "PROCESSING": done, "DELIVERED": overtaken, "FAILED": overtaken}},
		"finish failed":        {finish(3, webhook.DeliveryFailed, enabled), transition{"PENDING": overtaken, "PROCESSING": failed, "DELIVERED": overtaken, "FAILED": overtaken}},
		"finish to be retried": {finish(3, webhook.DeliveryPending, enabled), transition{"PENDING": overtaken, "PROCESSING": pending, "DELIVERED": overtaken, "FAILED": overtaken}},
		"finish disabled":      {finish(3, webhook.DeliveryPending, off), transition{"PENDING": overtaken, "PROCESSING": failed, "DELIVERED": overtaken, "FAILED": overtaken}},
		"finish deleted":       {finish(3, webhook.DeliveryPending, nil), transition{"PENDING": overtaken, "PROCESSING": failed, "DELIVERED": overtaken, "FAILED": overtaken}},
		"finish another":       {finish(2, webhook.DeliveryDelivered, enabled), all(overtaken)},
		"retry":                {retry(enabled), transition{"PENDING": pending, "PROCESSING": underWay, "DELIVERED": pending, "FAILED": pending}},
		"retry disabled":       {retry(off), transition{"PENDING": disabled, "PROCESSING": underWay, "DELIVERED": disabled, "FAILED": disabled}},
		"retry deleted":        {retry(nil), transition{"PENDING": deleted, "PROCESSING": underWay, "DELIVERED": deleted, "FAILED": deleted}},
		"recover": {
			func(d delivery) (delivery, error) { return d.Recover(testNow), nil },
			transition{"PENDING": pending, "PROCESSING": working, "DELIVERED": done, "FAILED": pending},
		},
		"give up": {func(d delivery) (delivery, error) { return d.GiveUp("reason", testNow), nil }, all(failed)},
	}
	for name, test := range tests {
		for _, state := range deliveryStates {
			t.Run(fmt.Sprintf("%s when %s", name, state), func(t *testing.T) {
				before := inState(state)
				next, err := test.event(before)
				require.Equal(t, inState(state), before, "the value itself does not change")
				if err != nil {
					require.Equal(t, test.want[state], string(webhook.CodeOf(err)))
					require.Equal(t, before, next)
					return
				}
				require.Equal(t, test.want[state], string(next.State))
				requireSound(t, next)
			})
		}
	}
}

// requireSound fails for a delivery whose fields contradict each other.
func requireSound(t *testing.T, d webhook.Delivery) {
	t.Helper()
	assert.Equal(t, d.State == webhook.DeliveryPending, d.NextAttemptAt != nil)
	if d.State != webhook.DeliveryFailed && d.FailureReason != webhook.ReasonUnreadable {
		assert.Empty(t, d.FailureReason)
	}
	assert.False(t, d.UpdatedAt.Before(d.CreatedAt))
	assert.LessOrEqual(t, d.Retries, d.AttemptCount)
}

func TestFinishRecords(t *testing.T) {
	outcome := webhook.Outcome{
		Attempt: webhook.Attempt{StatusCode: new(429)}, State: webhook.DeliveryPending, RetryAt: testNow.Add(time.Minute + time.Nanosecond),
	}
	next, err := inState(webhook.DeliveryProcessing).Finish(3, &outcome, enabled, testNow)
	require.NoError(t, err)
	want := inState(webhook.DeliveryPending)
	want.AttemptCount, want.Retries, want.LatestStatusCode = 3, 3, new(429)
	want.NextAttemptAt, want.UpdatedAt = new(testNow.Add(time.Minute)), testNow
	require.Equal(t, want, next)

	outcome = webhook.Outcome{State: webhook.DeliveryFailed, Reason: "no retry is left"}
	next, err = inState(webhook.DeliveryProcessing).Finish(3, &outcome, enabled, testNow.Add(-24*time.Hour))
	require.NoError(t, err)
	require.Equal(t, "no retry is left", next.FailureReason)
	require.Nil(t, next.LatestStatusCode)
	require.Equal(t, testNow.Add(-time.Hour), next.UpdatedAt, "time does not go back")
}

func TestRetryOfWhatIsDue(t *testing.T) {
	waiting, err := inState(webhook.DeliveryFailed).Retry(enabled, testNow)
	require.NoError(t, err)
	require.Equal(t, testNow, *waiting.NextAttemptAt)
	require.Equal(t, 2, waiting.Retries, "the schedule goes on where it was")
	_, err = waiting.Retry(enabled, testNow)
	require.Equal(t, webhook.CodeAttemptUnderWay, webhook.CodeOf(err), "one that waits is enough")
	require.Zero(t, inState(webhook.DeliveryFailed).Recover(testNow).Retries, "a recovery begins the schedule anew")
}

// TestLifecycleAgainstModel makes random events, and compares with a model that
// knows only whether the delivery is settled, which attempt is next, and
// whether that is under way.
func TestLifecycleAgainstModel(t *testing.T) {
	random := rand.New(rand.NewPCG(20260515, 1)) //nolint:gosec // the same at every run
	for range 2000 {
		d := webhook.Delivery{State: webhook.DeliveryPending, CreatedAt: testNow, UpdatedAt: testNow, NextAttemptAt: &testNow}
		m, now := model{}, testNow
		for range 30 {
			now = now.Add(time.Duration(random.Int64N(int64(2 * testLease))))
			number := d.AttemptCount + random.IntN(3)
			next, event := m.step(random, d, number, now)
			if t.Failed() || !assert.Equal(t, m.settled, next.State == webhook.DeliveryDelivered || next.State == webhook.DeliveryFailed, event) ||
				!assert.Equal(t, m.made, next.AttemptCount, event) ||
				!assert.Equal(t, m.underWay, next.State == webhook.DeliveryProcessing, event) {
				return
			}
			requireSound(t, next)
			d = next
		}
	}
}

// model is a delivery in three words.
type model struct {
	settled, underWay bool
	made              int
	begun             time.Time
}

// step makes one event happen to the delivery and to the model.
func (m *model) step(random *rand.Rand, d webhook.Delivery, number int, now time.Time) (next webhook.Delivery, event string) {
	current := number == m.made+1
	config := []*webhook.Config{enabled, enabled, enabled, off, nil}[random.IntN(5)]
	switch random.IntN(6) {
	case 0, 1:
		next, _ = d.Begin(number, config, testLease, now)
		if current && !m.settled && (!m.underWay || !now.Before(m.begun.Add(testLease))) {
			m.settled, m.underWay, m.begun = config != enabled, config == enabled, now
		}
		return next, "begin"
	case 2:
		next, _ = d.Release(number, now)
		m.underWay = m.underWay && !current
		return next, "release"
	case 3, 4:
		state := deliveryStates[[]int{0, 2, 3}[random.IntN(3)]]
		next, _ = d.Finish(number, &webhook.Outcome{State: state, RetryAt: now.Add(time.Minute)}, config, now)
		if current && m.underWay {
			m.made, m.underWay = number, false
			m.settled = state != webhook.DeliveryPending || config != enabled
		}
		return next, "finish"
	default:
		next, err := d.Retry(config, now)
		if err == nil {
			m.settled = false
		}
		return next, "retry"
	}
}
