package storetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

func testCancelledContext(t *testing.T, f *fixture) {
	config := f.createConfig(t, full(ours))
	logged := f.importDelivery(t, webhook.Delivery{OrganisationID: ours})
	key, hash := newKey(ours, "ci")
	keep := func(*webhook.Config) error { return nil }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	calls := map[string]func() error{
		"ensure organisation": func() error { _, err := f.EnsureOrganisation(ctx, 7); return err },
		"create key":          func() error { _, err := f.CreateKey(ctx, key, hash); return err },
		"ensure key":          func() error { _, err := f.EnsureKey(ctx, key, hash); return err },
		"key by hash":         func() error { _, err := f.KeyByHash(ctx, hash); return err },
		"keys":                func() error { _, err := f.Keys(ctx, ours); return err },
		"revoke key":          func() error { _, err := f.RevokeKey(ctx, ours, 1); return err },
		"create config":       func() error { _, err := f.CreateConfig(ctx, minimal(ours), webhook.Idempotency{}); return err },
		"config":              func() error { _, err := f.Config(ctx, ours, config.ID); return err },
		"configs":             func() error { _, err := f.Configs(ctx, ours, webhook.ConfigFilter{}); return err },
		"update config":       func() error { _, err := f.UpdateConfig(ctx, ours, config.ID, keep); return err },
		"delete config":       func() error { return f.DeleteConfig(ctx, ours, config.ID) },
		"import delivery": func() error {
			_, err := f.ImportDelivery(ctx, webhook.DeliveryDetail{Delivery: logged})
			return err
		},
		"delivery":      func() error { _, err := f.Delivery(ctx, ours, logged.ID); return err },
		"deliveries":    func() error { _, err := f.Deliveries(ctx, ours, webhook.DeliveryFilter{}); return err },
		"publish event": func() error { _, err := f.PublishEvent(ctx, event(ours), webhook.Idempotency{}); return err },
		"deliver to":    func() error { _, err := f.DeliverTo(ctx, config.ID, event(ours)); return err },
		"retry":         func() error { return f.RetryDelivery(ctx, ours, logged.ID) },
		"start recovery": func() error {
			_, err := f.StartRecovery(ctx, webhook.Recovery{OrganisationID: ours, ConfigID: config.ID})
			return err
		},
		"continue recovery": func() error {
			_, err := f.ContinueRecovery(ctx, webhook.Recovery{OrganisationID: ours, ConfigID: config.ID}, webhook.ID{}, 1)
			return err
		},
		"begin attempt": func() error {
			_, err := f.BeginAttempt(ctx, webhook.Job{DeliveryID: logged.ID, ConfigID: logged.WebhookID, Attempt: 1}, f.worker)
			return err
		},
		"finish attempt": func() error {
			dispatch := webhook.Dispatch{DeliveryID: logged.ID, OrganisationID: ours, ConfigID: config.ID, Attempt: 1}
			_, err := f.FinishAttempt(ctx, &dispatch, webhook.Outcome{State: webhook.DeliveryFailed})
			return err
		},
		"requeue": func() error {
			return f.Requeue(ctx, webhook.Job{DeliveryID: logged.ID, ConfigID: logged.WebhookID, Attempt: 1})
		},
		"ping": func() error { return f.Ping(ctx) },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) { require.ErrorIs(t, call(), context.Canceled) })
	}
	f.requireStored(t, config)
	page, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{})
	require.NoError(t, err)
	require.Equal(t, []webhook.Delivery{logged}, page.Deliveries)
}

// testCancelledWhileWaiting cancels an update that waits for another one.
func testCancelledWhileWaiting(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	entered, release, first := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := f.UpdateConfig(t.Context(), ours, config.ID, func(c *webhook.Config) error {
			close(entered)
			<-release
			c.Name = "first"
			return nil
		})
		first <- err
	}()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	second := make(chan error, 1)
	go func() {
		_, err := f.UpdateConfig(ctx, ours, config.ID, func(*webhook.Config) error {
			assert.Fail(t, "two updates at once")
			return nil
		})
		second <- err
	}()
	cancel()
	require.ErrorIs(t, <-second, context.Canceled)
	close(release)
	require.NoError(t, <-first)
	stored, err := f.Config(t.Context(), ours, config.ID)
	require.NoError(t, err)
	require.Equal(t, "first", stored.Name)
}

func testCancelledDuringUpdate(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := f.UpdateConfig(ctx, ours, config.ID, func(c *webhook.Config) error {
		c.Name = "other"
		cancel()
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	f.requireStored(t, config)
	f.createConfig(t, minimal(ours)) // the store still writes
}

func testPingAndClose(t *testing.T, f *fixture) {
	require.NoError(t, f.Ping(t.Context()))
	require.NoError(t, f.Close())
	require.Error(t, f.Ping(t.Context()))
	_, err := f.CreateConfig(t.Context(), minimal(ours), webhook.Idempotency{})
	require.Error(t, err)
	require.NoError(t, f.Close(), "closing again does nothing")
}
