package storetest

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// event is one that configs made by minimal want.
func event(organisation int64) webhook.Event {
	return webhook.Event{OrganisationID: organisation, Type: "CONNECTION_CHANGED", Payload: []byte(`{"n":1}`)}
}

// publish publishes an event without a key.
func (f *fixture) publish(t *testing.T, e webhook.Event) webhook.Publication {
	t.Helper()
	p, err := f.PublishEvent(t.Context(), e, webhook.Idempotency{})
	require.NoError(t, err)
	return p
}

// publishTo publishes an event that one config wants, and returns the job.
func (f *fixture) publishTo(t *testing.T, config *webhook.Config) webhook.Job {
	t.Helper()
	id, err := f.DeliverTo(t.Context(), config.ID, event(config.OrganisationID))
	require.NoError(t, err)
	jobs := f.queue.Take()
	require.Len(t, jobs, 1)
	require.Equal(t, id, jobs[0].DeliveryID)
	return jobs[0]
}

func testPublish(t *testing.T, f *fixture) {
	now := f.clock.Now().UTC().Truncate(time.Microsecond)
	config := f.createConfig(t, minimal(ours))
	e := event(ours)
	e.Topic, e.SyncID, e.IntegrationType = "connection.changed", "sync-1", "XERO"
	e.Payload = []byte("{\"a\" : \"\x00\xff\"}\n")
	published := f.publish(t, e)
	requireID(t, published.EventID)
	require.EqualValues(t, 1, published.Deliveries)

	jobs := f.queue.Take()
	require.Len(t, jobs, 1)
	detail, err := f.Delivery(t.Context(), ours, jobs[0].DeliveryID)
	require.NoError(t, err)
	want := webhook.NewDelivery(&e, &config)
	want.ID, want.EventID, want.CreatedAt = jobs[0].DeliveryID, published.EventID, detail.CreatedAt
	want.UpdatedAt, want.NextAttemptAt = detail.CreatedAt, &now
	require.Equal(t, webhook.DeliveryDetail{Delivery: want, Payload: e.Payload, Attempts: []webhook.Attempt{}}, detail)
	require.WithinDuration(t, now, detail.CreatedAt, time.Millisecond)
	require.Equal(t, webhook.Job{
		DeliveryID: want.ID, OrganisationID: want.OrganisationID, ConfigID: want.WebhookID,
		Attempt: 1, Lane: webhook.LaneDeliveries, At: jobs[0].At,
	}, jobs[0])
	require.WithinDuration(t, now, jobs[0].At, time.Microsecond)
}

func testPublishMatches(t *testing.T, f *fixture) {
	create := func(change func(*webhook.Config)) int64 {
		c := minimal(ours)
		change(&c)
		return f.createConfig(t, c).ID
	}
	integration := func(kind webhook.IntegrationType) func(*webhook.Config) {
		return func(c *webhook.Config) { c.Type, c.IntegrationType = webhook.TypeIntegration, kind }
	}
	topics := func(topics ...string) func(*webhook.Config) { return func(c *webhook.Config) { c.Topics = topics } }
	all := create(topics())
	exact := create(topics("invoice.create", "bill.create"))
	prefix := create(topics("invoice.*"))
	star := create(topics("*"))
	create(func(c *webhook.Config) { c.State = webhook.StateDisabled })
	xero, stripe := create(integration("XERO")), create(integration("STRIPE"))
	synced := create(func(c *webhook.Config) {
		c.Type, c.IntegrationType = "SYNC_STARTED", "XERO"
	})
	deleted := create(topics())
	require.NoError(t, f.DeleteConfig(t.Context(), ours, deleted))
	foreign := f.createConfig(t, minimal(theirs)).ID

	tests := []struct {
		name  string
		event webhook.Event
		want  []int64
	}{
		{"no topic", webhook.Event{}, []int64{all}},
		{"topic", webhook.Event{Topic: "invoice.create"}, []int64{all, exact, prefix}},
		{"other topic of the prefix", webhook.Event{Topic: "invoice.update.line"}, []int64{all, prefix}},
		{"prefix itself", webhook.Event{Topic: "invoice"}, []int64{all}},
		{"longer word", webhook.Event{Topic: "invoices.create"}, []int64{all}},
		{"other case", webhook.Event{Topic: "Invoice.create"}, []int64{all}},
		{"star is no topic for all", webhook.Event{Topic: "*"}, []int64{all, star}},
		{"integration", webhook.Event{Type: webhook.TypeIntegration, IntegrationType: "XERO"}, []int64{xero}},
		{"other integration", webhook.Event{Type: webhook.TypeIntegration, IntegrationType: "STRIPE"}, []int64{stripe}},
		{"integration of no config", webhook.Event{Type: webhook.TypeIntegration, IntegrationType: "WAFEQ"}, nil},
		{"type that has no integrations", webhook.Event{Type: "SYNC_STARTED", IntegrationType: "STRIPE"}, []int64{synced}},
		{"type of no config", webhook.Event{Type: "DATA_MODEL_CHANGES"}, nil},
		{"other organisation", webhook.Event{OrganisationID: theirs}, []int64{foreign}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := test.event
			e.Payload = []byte(`{}`)
			if e.Type == "" {
				e.Type = "CONNECTION_CHANGED"
			}
			if e.OrganisationID == 0 {
				e.OrganisationID = ours
			}
			published := f.publish(t, e)
			var got []int64
			for _, job := range f.queue.Take() {
				d, err := f.Delivery(t.Context(), e.OrganisationID, job.DeliveryID)
				require.NoError(t, err)
				require.Equal(t, published.EventID, d.EventID)
				got = append(got, d.WebhookID)
			}
			slices.Sort(got)
			require.Equal(t, test.want, got)
			require.EqualValues(t, len(test.want), published.Deliveries)
		})
	}
}

// testFanOut publishes one event to as many configs as an organisation may
// have.
func testFanOut(t *testing.T, f *fixture) {
	const configs = MaxConfigs
	for range configs {
		f.createConfig(t, minimal(ours))
	}
	published := f.publish(t, event(ours))
	require.EqualValues(t, configs, published.Deliveries)
	jobs := f.queue.Take()
	require.Len(t, jobs, configs)
	webhooks, ids := map[int64]bool{}, map[webhook.ID]bool{}
	for id := range slices.Values(f.allDeliveries(t, webhook.MaxPageLimit)) {
		ids[id] = true
	}
	page, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{State: webhook.DeliveryPending, Limit: webhook.MaxPageLimit})
	require.NoError(t, err)
	require.EqualValues(t, configs, page.Count)
	for _, d := range page.Deliveries {
		require.Equal(t, published.EventID, d.EventID)
		webhooks[d.WebhookID] = true
	}
	require.Len(t, webhooks, webhook.MaxPageLimit, "each config once")
	for _, job := range jobs {
		require.True(t, ids[job.DeliveryID])
		delete(ids, job.DeliveryID)
	}
	require.Empty(t, ids)

	_, err = f.CreateConfig(t.Context(), minimal(ours), webhook.Idempotency{})
	requireCode(t, webhook.CodeConfigLimitReached, err)
	f.createConfig(t, minimal(theirs))
	require.NoError(t, f.DeleteConfig(t.Context(), ours, page.Deliveries[0].WebhookID))
	f.createConfig(t, minimal(ours))
}

// testQueueFails has the queue refuse jobs: whatever they are for is not stored
// either.
func testQueueFails(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	job := f.publishTo(t, &config)
	failed := f.importDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: config.ID, State: webhook.DeliveryFailed})
	dispatch := f.begin(t, job)
	before, refusal := f.snapshot(t), errors.New("refused")
	f.queue.Fail(refusal)
	recovery := webhook.Recovery{
		OrganisationID: ours, ConfigID: config.ID, Since: time.Unix(0, 0), Until: f.clock.Now(), FailedBefore: f.clock.Now().Add(time.Hour),
	}
	retry, key := f.retried(), idempotency("once", 1)
	calls := map[string]func() error{
		"publish":          func() error { _, err := f.PublishEvent(t.Context(), event(ours), webhook.Idempotency{}); return err },
		"publish with key": func() error { _, err := f.PublishEvent(t.Context(), event(ours), key); return err },
		"deliver to":       func() error { _, err := f.DeliverTo(t.Context(), config.ID, event(ours)); return err },
		"retry":            func() error { return f.RetryDelivery(t.Context(), ours, failed.ID) },
		"start recovery":   func() error { _, err := f.StartRecovery(t.Context(), recovery); return err },
		"continue recovery": func() error {
			_, err := f.ContinueRecovery(t.Context(), recovery, webhook.ID{}, 10)
			return err
		},
		"finish":  func() error { return f.finishError(t, dispatch, retry) },
		"requeue": func() error { return f.Requeue(t.Context(), job) },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, call(), refusal)
			require.Equal(t, before, f.snapshot(t))
		})
	}
	f.queue.Fail(nil)
	published, err := f.PublishEvent(t.Context(), event(ours), key)
	require.NoError(t, err)
	require.EqualValues(t, 1, published.Deliveries, "the key was not used up")
	require.NoError(t, f.finishError(t, dispatch, retry))
	require.Len(t, f.queue.Take(), 2)
}

// snapshot is all that is stored of our deliveries and configs.
type snapshot struct {
	configs    []webhook.Config
	deliveries []webhook.DeliveryDetail
	count      int64
}

func (f *fixture) snapshot(t *testing.T) snapshot {
	t.Helper()
	configs, err := f.Configs(t.Context(), ours, webhook.ConfigFilter{Limit: webhook.MaxPageLimit})
	require.NoError(t, err)
	page, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{})
	require.NoError(t, err)
	taken := snapshot{configs: configs.Configs, count: page.Count}
	for _, d := range page.Deliveries {
		taken.deliveries = append(taken.deliveries, f.delivery(t, d.ID))
	}
	return taken
}

func testPublishOfUnknownOrganisation(t *testing.T, f *fixture) {
	_, err := f.PublishEvent(t.Context(), event(99), webhook.Idempotency{})
	requireCode(t, webhook.CodeNotFound, err)
	_, err = f.PublishEvent(t.Context(), event(99), idempotency("key", 1))
	requireCode(t, webhook.CodeNotFound, err)
}

// testConcurrentPublishing mixes good events with ones that fail: each gets its
// own answer.
func testConcurrentPublishing(t *testing.T, f *fixture) {
	const each = 40
	f.createConfig(t, minimal(ours))
	f.createConfig(t, minimal(theirs))
	var group sync.WaitGroup
	for range each {
		for _, organisation := range []int64{ours, theirs, 99} {
			group.Go(func() {
				published, err := f.PublishEvent(t.Context(), event(organisation), webhook.Idempotency{})
				if organisation == 99 {
					assert.Equal(t, webhook.CodeNotFound, webhook.CodeOf(err))
					return
				}
				assert.EqualValues(t, 1, published.Deliveries)
				assert.NoError(t, err)
			})
		}
	}
	group.Wait()
	require.Len(t, f.queue.Take(), 2*each)
	for _, organisation := range []int64{ours, theirs} {
		page, err := f.Deliveries(t.Context(), organisation, webhook.DeliveryFilter{})
		require.NoError(t, err)
		require.EqualValues(t, each, page.Count)
	}
}

func testDeliverTo(t *testing.T, f *fixture) {
	c := full(ours)
	c.State = webhook.StateEnabled
	config := f.createConfig(t, c)
	other := f.createConfig(t, full(ours))
	e := webhook.Event{OrganisationID: ours, Topic: "no topic of the config", Payload: []byte(`{"test":true}`)}
	id, err := f.DeliverTo(t.Context(), config.ID, e)
	require.NoError(t, err)
	jobs := f.queue.Take()
	require.Len(t, jobs, 1)
	require.Equal(t, id, jobs[0].DeliveryID)
	d := f.delivery(t, id)
	require.Equal(t, e.Payload, d.Payload)
	require.Equal(t, config.ID, d.WebhookID)
	require.Equal(t, string(config.Type), d.EventType)
	require.Equal(t, string(config.IntegrationType), d.Integration)
	require.Equal(t, webhook.DeliveryPending, d.State)

	_, err = f.DeliverTo(t.Context(), other.ID, e)
	requireCode(t, webhook.CodeConfigDisabled, err)
	_, err = f.DeliverTo(t.Context(), other.ID+1, e)
	requireCode(t, webhook.CodeNotFound, err)
	require.Empty(t, f.queue.Take())
}
