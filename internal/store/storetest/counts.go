package storetest

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// testCounts compares the counts of lists with the deliveries themselves, in
// the middle of a random mix of all that changes deliveries.
func testCounts(t *testing.T, f *fixture) {
	const steps, checks = 1500, 12
	m := newMix(f, 1)
	for range 4 {
		m.configs = append(m.configs, f.createConfig(t, minimal(ours)))
	}
	for i := range steps {
		m.step(t)
		if i%(steps/checks) == 0 || i == steps-1 {
			m.requireCounts(t)
		}
	}
}

// mix does random things to deliveries.
type mix struct {
	*fixture
	random     *rand.Rand
	configs    []webhook.Config
	jobs       []webhook.Job
	dispatches []webhook.Dispatch
}

func newMix(f *fixture, seed uint64) *mix {
	return &mix{fixture: f, random: rand.New(rand.NewPCG(20260515, seed))} //nolint:gosec // the same at every run
}

var syncs = []string{"", "", "sync-1", "sync-2"}

func (m *mix) step(t *testing.T) {
	t.Helper()
	// Between two deliveries lies nothing, or up to some days: they fall into
	// the same and into other spans of every level.
	m.clock.Advance(time.Duration(m.random.Int64N(1 << m.random.Int64N(49))))
	switch choice := m.random.IntN(100); {
	case choice < 35:
		e := event(ours)
		e.SyncID = syncs[m.random.IntN(len(syncs))]
		_, err := m.DeliverTo(t.Context(), m.config().ID, e)
		if webhook.CodeOf(err) != webhook.CodeConfigDisabled {
			require.NoError(t, err)
		}
	case choice < 40:
		m.importDelivery(t, webhook.Delivery{
			OrganisationID: ours, WebhookID: m.config().ID, State: states[m.random.IntN(len(states))],
			SyncID: syncs[m.random.IntN(len(syncs))], CreatedAt: m.clock.Now().Add(-time.Duration(m.random.Int64N(1 << 51))),
		})
	case choice < 65:
		m.beginOne(t)
	case choice < 90:
		m.finishOne(t)
	case choice < 94:
		m.toggle(t)
	case choice < 97:
		m.retryOne(t)
	default:
		_, err := m.ContinueRecovery(t.Context(), webhook.Recovery{
			OrganisationID: ours, ConfigID: m.config().ID, Since: time.Unix(0, 0), Until: m.clock.Now(), FailedBefore: m.clock.Now(),
		}, webhook.ID{}, 20)
		require.NoError(t, err)
	}
	m.jobs = append(m.jobs, m.queue.Take()...)
}

var states = []webhook.DeliveryState{
	webhook.DeliveryPending, webhook.DeliveryProcessing, webhook.DeliveryDelivered, webhook.DeliveryFailed,
}

func (m *mix) config() *webhook.Config { return &m.configs[m.random.IntN(len(m.configs))] }

func (m *mix) beginOne(t *testing.T) {
	t.Helper()
	if len(m.jobs) == 0 {
		return
	}
	i := m.random.IntN(len(m.jobs))
	dispatch, err := m.BeginAttempt(t.Context(), m.jobs[i], m.worker)
	switch webhook.CodeOf(err) {
	case webhook.CodeNotFound:
		return // the recorder has a job before its transaction is committed
	case webhook.CodeOvertaken, webhook.CodeAttemptUnderWay:
	default:
		require.NoError(t, err)
		m.dispatches = append(m.dispatches, dispatch)
	}
	m.jobs = append(m.jobs[:i], m.jobs[i+1:]...)
}

func (m *mix) finishOne(t *testing.T) {
	t.Helper()
	if len(m.dispatches) == 0 {
		return
	}
	i := m.random.IntN(len(m.dispatches))
	outcome := []webhook.Outcome{delivered(), m.retried(), m.failed()}[m.random.IntN(3)]
	err := m.finishError(t, m.dispatches[i], outcome)
	if webhook.CodeOf(err) != webhook.CodeOvertaken {
		require.NoError(t, err)
	}
	m.dispatches = append(m.dispatches[:i], m.dispatches[i+1:]...)
}

// toggle disables or enables a config.
func (m *mix) toggle(t *testing.T) {
	t.Helper()
	_, err := m.UpdateConfig(t.Context(), ours, m.config().ID, func(c *webhook.Config) error {
		if c.State == webhook.StateEnabled && m.random.IntN(3) == 0 {
			c.State = webhook.StateDisabled
		} else {
			c.State = webhook.StateEnabled
		}
		return nil
	})
	require.NoError(t, err)
}

func (m *mix) retryOne(t *testing.T) {
	t.Helper()
	page, err := m.Deliveries(t.Context(), ours, webhook.DeliveryFilter{State: webhook.DeliveryFailed})
	require.NoError(t, err)
	if len(page.Deliveries) == 0 {
		return
	}
	err = m.RetryDelivery(t.Context(), ours, page.Deliveries[m.random.IntN(len(page.Deliveries))].ID)
	if code := webhook.CodeOf(err); code != webhook.CodeConfigDisabled && code != webhook.CodeAttemptUnderWay {
		require.NoError(t, err)
	}
}

// requireCounts compares the counts of many filters with what they select.
func (m *mix) requireCounts(t *testing.T) {
	t.Helper()
	var all []webhook.Delivery
	for filter := (webhook.DeliveryFilter{Limit: webhook.MaxPageLimit}); ; {
		page, err := m.Deliveries(t.Context(), ours, filter)
		require.NoError(t, err)
		all = append(all, page.Deliveries...)
		if page.Next.IsZero() {
			break
		}
		filter.Cursor = page.Next
	}
	for range 60 {
		filter := m.filter(all)
		var want int64
		for i := range all {
			if selects(&filter, &all[i]) {
				want++
			}
		}
		page, err := m.Deliveries(t.Context(), ours, filter)
		require.NoError(t, err)
		require.Equal(t, want, page.Count, "%+v from %v to %v", filter, filter.From, filter.To)
		require.Len(t, page.Deliveries, int(min(want, webhook.DefaultPageLimit)))
	}
}

// filter returns a random filter, with bounds on the time that are often those
// of a delivery.
func (m *mix) filter(all []webhook.Delivery) webhook.DeliveryFilter {
	var filter webhook.DeliveryFilter
	if m.random.IntN(2) == 0 {
		filter.State = states[m.random.IntN(len(states))]
	}
	if m.random.IntN(2) == 0 {
		filter.WebhookID = &m.config().ID
	}
	filter.SyncID = syncs[m.random.IntN(len(syncs))]
	bound := func() *time.Time {
		if m.random.IntN(2) == 0 || len(all) == 0 {
			return nil
		}
		at := all[m.random.IntN(len(all))].CreatedAt
		return new(at.Add(time.Duration(m.random.IntN(3)-1) * time.Duration(m.random.Int64N(1<<m.random.Int64N(40)))))
	}
	filter.From, filter.To = bound(), bound()
	return filter
}

// selects says for one delivery what a store must say for all.
func selects(filter *webhook.DeliveryFilter, d *webhook.Delivery) bool {
	shown := d.CreatedAt.Truncate(time.Millisecond)
	switch {
	case filter.State != "" && d.State != filter.State,
		filter.WebhookID != nil && d.WebhookID != *filter.WebhookID,
		filter.SyncID != "" && d.SyncID != filter.SyncID,
		filter.From != nil && shown.Before(filter.From.Truncate(time.Millisecond)),
		filter.To != nil && shown.After(filter.To.Truncate(time.Millisecond)):
		return false
	}
	return true
}
