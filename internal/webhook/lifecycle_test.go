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

// Workers of the tests: the one that acts, and two others.
const (
	me int64 = iota + 1
	living
	dead
)

var live = map[int64]bool{me: true, living: true}

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
	case webhook.DeliveryProcessing:
		d.Worker = me
	case webhook.DeliveryDelivered:
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
		gone      = string(webhook.CodeWorkerGone)
		disabled  = string(webhook.CodeConfigDisabled)
		deleted   = string(webhook.CodeConfigDeleted)
		pending   = string(webhook.DeliveryPending)
		working   = string(webhook.DeliveryProcessing)
		done      = string(webhook.DeliveryDelivered)
		failed    = string(webhook.DeliveryFailed)
	)
	type delivery = webhook.Delivery
	begin := func(number int, config *webhook.Config) func(delivery) (delivery, error) {
		return func(d delivery) (delivery, error) {
			return d.Begin(number, config, webhook.Claim{Worker: me, Live: live}, testNow)
		}
	}
	// elsewhere is an event of a worker for what another one has.
	elsewhere := func(worker int64, event func(delivery) (delivery, error)) func(delivery) (delivery, error) {
		return func(d delivery) (delivery, error) {
			if d.State == webhook.DeliveryProcessing {
				d.Worker = worker
			}
			return event(d)
		}
	}
	release := func(number int) func(delivery) (delivery, error) {
		return func(d delivery) (delivery, error) { return d.Release(number, me, testNow, testNow) }
	}
	finish := func(number int, state webhook.DeliveryState, config *webhook.Config) func(delivery) (delivery, error) {
		outcome := webhook.Outcome{State: state, RetryAt: testNow.Add(time.Minute)}
		return func(d delivery) (delivery, error) { return d.Finish(number, me, &outcome, config, testNow) }
	}
	retry := func(config *webhook.Config) func(delivery) (delivery, error) {
		return func(d delivery) (delivery, error) { return d.Retry(config, testNow) }
	}
	all := func(result string) transition {
		return transition{"PENDING": result, "PROCESSING": result, "DELIVERED": result, "FAILED": result}
	}
	tests := map[string]struct {
		event func(delivery) (delivery, error)
		want  transition
	}{
		"begin":            {begin(3, enabled), transition{"PENDING": working, "PROCESSING": working, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin of living":  {elsewhere(living, begin(3, enabled)), transition{"PENDING": working, "PROCESSING": underWay, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin of dead":    {elsewhere(dead, begin(3, enabled)), transition{"PENDING": working, "PROCESSING": working, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin disabled":   {begin(3, off), transition{"PENDING": failed, "PROCESSING": failed, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin unreadable": {begin(3, sealed), transition{"PENDING": pending, "PROCESSING": pending, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin deleted":    {begin(3, nil), transition{"PENDING": failed, "PROCESSING": failed, "DELIVERED": overtaken, "FAILED": overtaken}},
		"begin too early":  {begin(4, enabled), all(overtaken)},
		"begin again":      {begin(2, enabled), all(overtaken)},
		"begin by the dead": {func(d delivery) (delivery, error) {
			return d.Begin(3, enabled, webhook.Claim{Worker: dead, Live: live}, testNow)
		}, all(gone)},
		"release":           {release(3), transition{"PENDING": overtaken, "PROCESSING": pending, "DELIVERED": overtaken, "FAILED": overtaken}},
		"release another":   {release(2), all(overtaken)},
		"release another's": {elsewhere(living, release(3)), all(overtaken)},
		"finish another's":  {elsewhere(living, finish(3, webhook.DeliveryDelivered, enabled)), all(overtaken)},
		"abandon": {
			func(d delivery) (delivery, error) { return d.Abandon(me, testNow), nil },
			transition{"PENDING": pending, "PROCESSING": pending, "DELIVERED": done, "FAILED": failed},
		},
		"abandon another's": {
			elsewhere(living, func(d delivery) (delivery, error) { return d.Abandon(me, testNow), nil }),
			transition{"PENDING": pending, "PROCESSING": working, "DELIVERED": done, "FAILED": failed},
		},
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
					require.Equal(t, before.State, next.State)
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
	assert.Equal(t, d.State == webhook.DeliveryProcessing, d.Worker != 0)
	assert.False(t, d.UpdatedAt.Before(d.CreatedAt))
	assert.LessOrEqual(t, d.Retries, d.AttemptCount)
}

func TestFinishRecords(t *testing.T) {
	outcome := webhook.Outcome{
		Attempt: webhook.Attempt{StatusCode: new(429)}, State: webhook.DeliveryPending, RetryAt: testNow.Add(time.Minute + time.Nanosecond),
	}
	next, err := inState(webhook.DeliveryProcessing).Finish(3, me, &outcome, enabled, testNow)
	require.NoError(t, err)
	want := inState(webhook.DeliveryPending)
	want.AttemptCount, want.Retries, want.LatestStatusCode = 3, 3, new(429)
	want.NextAttemptAt, want.UpdatedAt = new(testNow.Add(time.Minute)), testNow
	require.Equal(t, want, next)

	outcome = webhook.Outcome{State: webhook.DeliveryFailed, Reason: "no retry is left"}
	next, err = inState(webhook.DeliveryProcessing).Finish(3, me, &outcome, enabled, testNow.Add(-24*time.Hour))
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

func TestBeginDirectly(t *testing.T) {
	event, config := webhook.Event{ID: webhook.ID{2}}, webhook.Config{ID: 7, State: webhook.StateEnabled}
	d := webhook.NewDelivery(&event, &config)
	d.NextAttemptAt = &testNow
	d = d.BeginDirectly(me)
	requireSound(t, d)
	finished, err := d.Finish(1, me, &webhook.Outcome{State: webhook.DeliveryDelivered}, nil, testNow)
	require.NoError(t, err)
	require.Equal(t, 1, finished.AttemptCount)
}

// TestLifecycleAgainstModel makes random events of several workers, of which
// some die, and compares with a model that knows only whether the delivery is
// settled, how many attempts were made, and who has one under way.
func TestLifecycleAgainstModel(t *testing.T) {
	random := rand.New(rand.NewPCG(20260515, 1)) //nolint:gosec // the same at every run
	for range 2000 {
		d := webhook.Delivery{State: webhook.DeliveryPending, CreatedAt: testNow, UpdatedAt: testNow, NextAttemptAt: &testNow}
		m, now := model{live: map[int64]bool{1: true, 2: true, 3: true}}, testNow
		for range 40 {
			now = now.Add(time.Duration(random.Int64N(int64(time.Minute))))
			next, event := m.step(random, d, now)
			settled := next.State == webhook.DeliveryDelivered || next.State == webhook.DeliveryFailed
			if !assert.Equal(t, m.settled, settled, event) || !assert.Equal(t, m.made, next.AttemptCount, event) ||
				!assert.Equal(t, m.worker, next.Worker, event) {
				return
			}
			requireSound(t, next)
			d = next
		}
	}
}

// model is a delivery in a few words.
type model struct {
	settled bool
	made    int
	worker  int64 // that has an attempt under way
	live    map[int64]bool
}

// step makes one event happen to the delivery and to the model.
func (m *model) step(random *rand.Rand, d webhook.Delivery, now time.Time) (next webhook.Delivery, event string) {
	worker, number := 1+random.Int64N(3), d.AttemptCount+random.IntN(3)
	current := number == m.made+1
	config := []*webhook.Config{enabled, enabled, enabled, off, nil}[random.IntN(5)]
	switch random.IntN(9) {
	case 0, 1, 2:
		next, _ = d.Begin(number, config, webhook.Claim{Worker: worker, Live: m.live}, now)
		if m.live[worker] && current && !m.settled && (m.worker == worker || !m.live[m.worker]) {
			m.worker = 0
			if m.settled = config != enabled; !m.settled {
				m.worker = worker
			}
		}
		return next, "begin"
	case 3:
		next, _ = d.Release(number, worker, now, now)
		if current && m.worker == worker {
			m.worker = 0
		}
		return next, "release"
	case 4, 5, 6:
		state := deliveryStates[[]int{0, 2, 3}[random.IntN(3)]]
		next, _ = d.Finish(number, worker, &webhook.Outcome{State: state, RetryAt: now.Add(time.Minute)}, config, now)
		if current && m.worker == worker {
			m.made, m.worker = number, 0
			m.settled = state != webhook.DeliveryPending || config != enabled
		}
		return next, "finish"
	case 7:
		m.live[worker] = !m.live[worker]
		next = d.Abandon(worker, now)
		if m.worker == worker {
			m.worker = 0
		}
		return next, "die or come back"
	default:
		next, err := d.Retry(config, now)
		if err == nil {
			m.settled = false
		}
		return next, "retry"
	}
}
