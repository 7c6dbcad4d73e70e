package storetest

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// testSubscriptions changes configs between events: each event goes to those
// that want it at that moment.
func testSubscriptions(t *testing.T, f *fixture) {
	requireSubscriptions(t, f, f)
}

// testSubscriptionsOfTwoStores is testSubscriptions with the configs changed in
// one store and the events published in another.
func testSubscriptionsOfTwoStores(t *testing.T, open Opener) {
	cipher, clock := NewCipher(t), NewClock()
	stores := make([]*fixture, 2)
	for i := range stores {
		queue := &Queue{}
		stores[i] = &fixture{Store: openStore(t, open, cipher, clock, queue), clock: clock, queue: queue}
		stores[i].register(t)
	}
	_, err := stores[0].EnsureOrganisation(t.Context(), ours)
	require.NoError(t, err)
	requireSubscriptions(t, stores[0], stores[1])
	requireNoneMissed(t, stores[0], stores[1])
}

func requireSubscriptions(t *testing.T, changing, publishing *fixture) {
	t.Helper()
	e := event(ours)
	e.Topic = "invoice.create"
	requireDeliveries := func(want int64, after string) {
		t.Helper()
		require.Equal(t, want, publishing.publish(t, e).Deliveries, after)
	}
	update := func(id int64, patch webhook.Patch) {
		t.Helper()
		_, err := changing.UpdateConfig(t.Context(), ours, id, changing.apply(&patch))
		require.NoError(t, err)
	}
	requireDeliveries(0, "no config")
	config := changing.createConfig(t, minimal(ours))
	requireDeliveries(1, "create")
	other := changing.createConfig(t, minimal(ours))
	requireDeliveries(2, "create")
	update(config.ID, webhook.Patch{Topics: webhook.Set([]string{"bill.*"})})
	requireDeliveries(1, "topics that do not match")
	update(config.ID, webhook.Patch{Topics: webhook.Set([]string{"invoice.*"})})
	requireDeliveries(2, "topics that match")
	update(other.ID, webhook.Patch{State: new(webhook.StateDisabled)})
	requireDeliveries(1, "disable")
	update(other.ID, webhook.Patch{State: new(webhook.StateEnabled)})
	requireDeliveries(2, "enable")
	require.NoError(t, changing.DeleteConfig(t.Context(), ours, config.ID))
	requireDeliveries(1, "delete")

	publishing.queue.Take()
	job := changing.publishTo(t, &other)
	gone := changing.failed()
	gone.Disable = "gone"
	changing.finish(t, changing.begin(t, job), gone)
	requireDeliveries(0, "an outcome that disables")
}

// requireNoneMissed has events published all the time while configs are made:
// every event after a config's creation has been answered goes to it.
func requireNoneMissed(t *testing.T, changing, publishing *fixture) {
	t.Helper()
	const configs = 40
	var made atomic.Int64
	done := make(chan struct{})
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				least := made.Load()
				published, err := publishing.PublishEvent(t.Context(), event(ours), webhook.Idempotency{})
				if err != nil || published.Deliveries < least {
					assert.Fail(t, "an event missed a config", "%d of %d: %v", published.Deliveries, least, err)
					return
				}
			}
		})
	}
	for range configs {
		changing.createConfig(t, minimal(ours))
		made.Add(1)
	}
	close(done)
	group.Wait()
}
