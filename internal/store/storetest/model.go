package storetest

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// testModel interleaves at random all that happens to deliveries where workers
// die and come back, and compares with a model that only counts: whatever was
// accepted is settled in the end, with as many attempts as were recorded.
func testModel(t *testing.T, f *fixture) {
	const steps = 1200
	m := &model{
		fixture: f, random: rand.New(rand.NewPCG(20260515, 3)), //nolint:gosec // the same at every run
		config: f.createConfig(t, minimal(ours)), workers: []int64{f.worker, f.another(t)}, deliveries: map[webhook.ID]*modelled{},
	}
	for range steps {
		m.clock.Advance(time.Duration(m.random.Int64N(int64(time.Minute))))
		m.step(t)
		m.jobs = append(m.jobs, m.queue.Take()...)
	}
	m.settle(t)
	for id, want := range m.deliveries {
		d := m.delivery(t, id)
		require.Equal(t, want.made, d.AttemptCount)
		require.Equal(t, want.state, d.State)
		require.Len(t, d.Attempts, want.made)
	}
}

// model is what a store must agree with.
type model struct {
	*fixture

	random     *rand.Rand
	config     webhook.Config
	workers    []int64 // that live
	jobs       []webhook.Job
	dispatches []webhook.Dispatch // also those of workers that were taken for dead
	deliveries map[webhook.ID]*modelled
}

// modelled is one delivery: what was recorded of it.
type modelled struct {
	made  int
	state webhook.DeliveryState
}

func (m *model) step(t *testing.T) {
	t.Helper()
	switch choice := m.random.IntN(100); {
	case choice < 30:
		m.publish(t)
	case choice < 60:
		m.beginOne(t)
	case choice < 88:
		m.finishOne(t)
	case choice < 94:
		m.giveBack(t)
	default:
		m.die(t)
	}
}

// publish stores an event, whose delivery is begun directly or queued.
func (m *model) publish(t *testing.T) {
	t.Helper()
	d := &direct{worker: m.workers[m.random.IntN(len(m.workers))], places: m.random.IntN(2)}
	m.SetDirect(d)
	id, err := m.DeliverTo(t.Context(), m.config.ID, event(ours))
	require.NoError(t, err)
	m.deliveries[id] = &modelled{state: webhook.DeliveryPending}
	m.dispatches = append(m.dispatches, d.take()...)
}

// beginOne takes a job out of the queue. A worker never has two attempts of one
// delivery.
func (m *model) beginOne(t *testing.T) {
	t.Helper()
	if len(m.jobs) == 0 {
		return
	}
	job, worker := take(m.random, &m.jobs), m.workers[m.random.IntN(len(m.workers))]
	for _, other := range m.dispatches {
		if other.DeliveryID == job.DeliveryID && other.Worker == worker {
			return // whoever has the attempt sees to what follows
		}
	}
	dispatch, err := m.BeginAttempt(t.Context(), job, worker)
	switch webhook.CodeOf(err) {
	case webhook.CodeOvertaken, webhook.CodeAttemptUnderWay:
	default:
		require.NoError(t, err)
		m.dispatches = append(m.dispatches, dispatch)
	}
}

// finishOne ends an attempt, which counts unless its worker was taken for dead.
func (m *model) finishOne(t *testing.T) {
	t.Helper()
	if len(m.dispatches) == 0 {
		return
	}
	dispatch := take(m.random, &m.dispatches)
	outcome := []webhook.Outcome{delivered(), m.retried(), m.failed()}[m.random.IntN(3)]
	m.record(t, dispatch, outcome)
}

func (m *model) record(t *testing.T, dispatch webhook.Dispatch, outcome webhook.Outcome) {
	t.Helper()
	err := m.finishError(t, dispatch, outcome)
	if webhook.CodeOf(err) == webhook.CodeOvertaken {
		require.NotContains(t, m.workers, dispatch.Worker, "an attempt of a worker that lives was overtaken")
		return
	}
	require.NoError(t, err)
	d := m.deliveries[dispatch.DeliveryID]
	require.Equal(t, d.made+1, dispatch.Attempt, "an attempt was recorded twice")
	d.made, d.state = dispatch.Attempt, outcome.State
}

// giveBack postpones an attempt.
func (m *model) giveBack(t *testing.T) {
	t.Helper()
	if len(m.dispatches) == 0 {
		return
	}
	dispatch := take(m.random, &m.dispatches)
	require.NoError(t, m.PostponeAttempt(t.Context(), &dispatch, webhook.LaneDeliveries, m.clock.Now()))
}

// die has others take over from a worker, which is only suspended: its attempts
// may still end. Another one starts.
func (m *model) die(t *testing.T) {
	t.Helper()
	m.takeOver(t, take(m.random, &m.workers))
	m.workers = append(m.workers, m.another(t))
}

// settle ends all that is left: the dead stay dead, and one worker makes what
// there is to make.
func (m *model) settle(t *testing.T) {
	t.Helper()
	last := m.another(t)
	for _, worker := range m.workers {
		m.takeOver(t, worker)
	}
	m.workers = []int64{last}
	m.jobs = append(m.jobs, m.queue.Take()...)
	for _, job := range m.jobs {
		dispatch, err := m.BeginAttempt(t.Context(), job, last)
		if webhook.CodeOf(err) == webhook.CodeOvertaken {
			continue
		}
		require.NoError(t, err)
		m.record(t, dispatch, delivered())
	}
	require.Empty(t, m.queue.Take())
}

// take removes one of the items at random.
func take[T any](random *rand.Rand, items *[]T) T {
	i, last := random.IntN(len(*items)), len(*items)-1
	item := (*items)[i]
	(*items)[i] = (*items)[last]
	*items = (*items)[:last]
	return item
}
