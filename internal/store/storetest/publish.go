package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// event is one that configs made by minimal want.
func event(organisation int64) webhook.Event {
	return webhook.Event{OrganisationID: organisation, Type: webhook.TypeConnectionChanged, Payload: []byte(`{"n":1}`)}
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
	e.Topic, e.SyncID, e.IntegrationType = "connection.changed", "sync-1", webhook.IntegrationTypeXero
	e.Payload = []byte("{\"a\" : \"\x00\xff\"}\n")
	published := f.publish(t, e)
	require.NoError(t, uuid.Validate(published.EventID))
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
	require.Equal(t, webhook.Job{DeliveryID: want.ID, ConfigID: want.WebhookID, Attempt: 1, Lane: webhook.LaneDeliveries, At: jobs[0].At}, jobs[0])
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
	xero, stripe := create(integration(webhook.IntegrationTypeXero)), create(integration(webhook.IntegrationTypeStripe))
	synced := create(func(c *webhook.Config) {
		c.Type, c.IntegrationType = webhook.TypeSyncStarted, webhook.IntegrationTypeXero
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
		{"integration", webhook.Event{Type: webhook.TypeIntegration, IntegrationType: webhook.IntegrationTypeXero}, []int64{xero}},
		{"other integration", webhook.Event{Type: webhook.TypeIntegration, IntegrationType: webhook.IntegrationTypeStripe}, []int64{stripe}},
		{"integration of no config", webhook.Event{Type: webhook.TypeIntegration, IntegrationType: webhook.IntegrationTypeWafeq}, nil},
		{"type that has no integrations", webhook.Event{Type: webhook.TypeSyncStarted, IntegrationType: webhook.IntegrationTypeStripe}, []int64{synced}},
		{"type of no config", webhook.Event{Type: webhook.TypeDataModelChanges}, nil},
		{"other organisation", webhook.Event{OrganisationID: theirs}, []int64{foreign}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := test.event
			e.Payload = []byte(`{}`)
			if e.Type == "" {
				e.Type = webhook.TypeConnectionChanged
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
