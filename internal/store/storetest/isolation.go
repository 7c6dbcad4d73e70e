package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// testIsolation tries every method on the items of another organisation: each
// must answer as for an item that does not exist, and change nothing.
func testIsolation(t *testing.T, f *fixture) {
	ctx := t.Context()
	config := f.createConfig(t, enabled(ours))
	logged := f.importDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: config.ID, SyncID: "s1", State: webhook.DeliveryFailed})
	draft, hash := newKey(ours, "ci")
	key, err := f.CreateKey(ctx, draft, hash)
	require.NoError(t, err)

	attempts := map[string]func() error{
		"config": func() error { _, err := f.Config(ctx, theirs, config.ID); return err },
		"update config": func() error {
			_, err := f.UpdateConfig(ctx, theirs, config.ID, func(*webhook.Config) error {
				t.Error("another organisation's config was handed out")
				return nil
			})
			return err
		},
		"delete config": func() error { return f.DeleteConfig(ctx, theirs, config.ID) },
		"delivery":      func() error { _, err := f.Delivery(ctx, theirs, logged.ID); return err },
		"deliver to":    func() error { _, err := f.DeliverTo(ctx, config.ID, event(theirs)); return err },
		"retry":         func() error { return f.RetryDelivery(ctx, theirs, logged.ID) },
		"start recovery": func() error {
			_, err := f.StartRecovery(ctx, webhook.Recovery{OrganisationID: theirs, ConfigID: config.ID})
			return err
		},
		"revoke key": func() error { _, err := f.RevokeKey(ctx, theirs, key.ID); return err },
	}
	for name, attempt := range attempts {
		t.Run(name, func(t *testing.T) { requireCode(t, webhook.CodeNotFound, attempt()) })
	}
	f.requireNothingListed(t, theirs, &config.ID)
	last, err := f.ContinueRecovery(ctx, webhook.Recovery{
		OrganisationID: theirs, ConfigID: config.ID, Since: time.Unix(0, 0), Until: f.clock.Now(), FailedBefore: f.clock.Now(),
	}, webhook.ID{}, 10)
	require.NoError(t, err)
	require.Zero(t, last)
	require.Zero(t, f.publish(t, webhook.Event{OrganisationID: theirs, Type: config.Type, IntegrationType: config.IntegrationType}).Deliveries)
	require.Empty(t, f.queue.Take())

	f.requireStored(t, config)
	detail, err := f.Delivery(ctx, ours, logged.ID)
	require.NoError(t, err)
	require.Equal(t, logged, detail.Delivery)
	f.requireKeys(t, ours, key)
}

// enabled is a full config that deliveries go to.
func enabled(organisation int64) webhook.Config {
	c := full(organisation)
	c.State, c.Topics = webhook.StateEnabled, nil
	return c
}

func (f *fixture) requireNothingListed(t *testing.T, organisation int64, webhookID *int64) {
	t.Helper()
	configs, err := f.Configs(t.Context(), organisation, webhook.ConfigFilter{})
	require.NoError(t, err)
	require.Equal(t, webhook.ConfigPage{Configs: []webhook.Config{}}, configs)
	for _, filter := range []webhook.DeliveryFilter{{}, {WebhookID: webhookID}, {SyncID: "s1"}, {State: webhook.DeliveryFailed}} {
		deliveries, err := f.Deliveries(t.Context(), organisation, filter)
		require.NoError(t, err)
		require.Equal(t, webhook.DeliveryPage{Deliveries: []webhook.Delivery{}}, deliveries)
	}
	keys, err := f.Keys(t.Context(), organisation)
	require.NoError(t, err)
	require.Empty(t, keys)
}
