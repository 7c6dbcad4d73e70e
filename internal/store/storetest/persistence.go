package storetest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

func testReopen(t *testing.T, open Opener) {
	cipher, clock := NewCipher(t), NewClock()
	first := &fixture{Store: openStore(t, open, cipher, clock, &Queue{}), clock: clock}
	key, hash := newKey(ours, "ci")
	key, err := first.CreateKey(t.Context(), key, hash)
	require.NoError(t, err)
	config, deleted := first.createConfig(t, full(ours)), first.createConfig(t, full(ours))
	require.NoError(t, first.DeleteConfig(t.Context(), ours, deleted.ID))
	logged := first.importDelivery(t, webhook.Delivery{OrganisationID: ours})
	want, err := first.Delivery(t.Context(), ours, logged.ID)
	require.NoError(t, err)
	require.NoError(t, first.Close())

	second := &fixture{Store: openStore(t, open, cipher, clock, &Queue{}), clock: clock}
	second.requireStored(t, config)
	got, err := second.Delivery(t.Context(), ours, logged.ID)
	require.NoError(t, err)
	require.Equal(t, want, got)
	found, err := second.KeyByHash(t.Context(), hash)
	require.NoError(t, err)
	require.Equal(t, key, found)
	require.Greater(t, second.createConfig(t, minimal(ours)).ID, deleted.ID, "not even then is an id used again")
}

func testWrongKey(t *testing.T, open Opener) {
	cipher, clock := NewCipher(t), NewClock()
	first := &fixture{Store: openStore(t, open, cipher, clock, &Queue{}), clock: clock}
	_, err := first.EnsureOrganisation(t.Context(), ours)
	require.NoError(t, err)
	config := first.createConfig(t, full(ours))
	require.NoError(t, first.Close())

	_, err = open(NewCipher(t), clock.Now, &Queue{})
	requireCode(t, webhook.CodeWrongEncryptionKey, err)
	require.NotContains(t, err.Error(), "\n")

	second := &fixture{Store: openStore(t, open, cipher, clock, &Queue{}), clock: clock}
	second.requireStored(t, config)
}

// testTwoStores lets two stores write to one database, as the service and a
// command do.
func testTwoStores(t *testing.T, open Opener) {
	const writers = 10
	cipher, clock := NewCipher(t), NewClock()
	stores := []*fixture{
		{Store: openStore(t, open, cipher, clock, &Queue{}), clock: clock},
		{Store: openStore(t, open, cipher, clock, &Queue{}), clock: clock},
	}
	_, err := stores[0].EnsureOrganisation(t.Context(), ours)
	require.NoError(t, err)
	config := stores[0].createConfig(t, minimal(ours))
	var want []string
	var group sync.WaitGroup
	for i := range writers {
		for j, s := range stores {
			topic := fmt.Sprintf("topic.%d.%d", i, j)
			want = append(want, topic)
			group.Go(func() {
				_, err := s.UpdateConfig(t.Context(), ours, config.ID, func(c *webhook.Config) error {
					c.Topics = append(c.Topics, topic)
					return nil
				})
				assert.NoError(t, err)
			})
		}
	}
	group.Wait()
	for _, s := range stores {
		got, err := s.Config(t.Context(), ours, config.ID)
		require.NoError(t, err)
		require.ElementsMatch(t, want, got.Topics)
	}
}

// testPagesOfTwoStores reads all pages while two stores, each with ids of its
// own, publish: what was there must come, each once, in order.
func testPagesOfTwoStores(t *testing.T, open Opener) {
	const before, during = 40, 60
	cipher, clock := NewCipher(t), NewClock()
	stores := make([]*fixture, 2)
	for i := range stores {
		queue := &Queue{}
		stores[i] = &fixture{Store: openStore(t, open, cipher, clock, queue), clock: clock, queue: queue}
		stores[i].register(t)
	}
	_, err := stores[0].EnsureOrganisation(t.Context(), ours)
	require.NoError(t, err)
	stores[0].createConfig(t, minimal(ours))
	publish := func(n int) *sync.WaitGroup {
		var group sync.WaitGroup
		for _, s := range stores {
			group.Go(func() {
				for range n {
					_, err := s.PublishEvent(t.Context(), event(ours), webhook.Idempotency{})
					assert.NoError(t, err)
				}
			})
		}
		return &group
	}
	publish(before).Wait()
	was := stores[0].allDeliveries(t, webhook.MaxPageLimit)
	require.Len(t, was, before*len(stores))
	arriving := publish(during)
	got := stores[1].allDeliveries(t, 3)
	arriving.Wait()

	require.True(t, slices.IsSortedFunc(got, newestFirst))
	require.Len(t, slices.Compact(slices.Clone(got)), len(got), "repeated")
	require.Subset(t, got, was, "skipped")
	all := stores[0].allDeliveries(t, webhook.MaxPageLimit)
	require.Len(t, all, (before+during)*len(stores))
	for _, s := range stores {
		page, err := s.Deliveries(t.Context(), ours, webhook.DeliveryFilter{State: webhook.DeliveryPending})
		require.NoError(t, err)
		require.EqualValues(t, len(all), page.Count)
	}
}

// testKeysOfTwoStores sends the same request to two stores at once.
func testKeysOfTwoStores(t *testing.T, open Opener) {
	const requests = 20
	cipher, clock, queue := NewCipher(t), NewClock(), &Queue{}
	stores := []Store{openStore(t, open, cipher, clock, queue), openStore(t, open, cipher, clock, queue)}
	_, err := stores[0].EnsureOrganisation(t.Context(), ours)
	require.NoError(t, err)
	_, err = stores[0].CreateConfig(t.Context(), minimal(ours), webhook.Idempotency{})
	require.NoError(t, err)
	ids := make([]webhook.ID, requests)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			published, err := stores[i%len(stores)].PublishEvent(t.Context(), event(ours), idempotency("key", 1))
			assert.NoError(t, err)
			ids[i] = published.EventID
		})
	}
	group.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
	require.Len(t, queue.Take(), 1)
}

// testEverythingAtOnce has two stores do all that changes deliveries at random,
// with several goroutines each. Nothing may fail but for the reasons that it
// can have, and the counts must be right in the end.
func testEverythingAtOnce(t *testing.T, open Opener) {
	const workers, steps = 4, 150
	cipher, clock := NewCipher(t), NewClock()
	var mixes []*mix
	for i := range 2 {
		queue := &Queue{}
		f := &fixture{Store: openStore(t, open, cipher, clock, queue), clock: clock, queue: queue}
		f.register(t)
		if i == 0 {
			_, err := f.EnsureOrganisation(t.Context(), ours)
			require.NoError(t, err)
		}
		for j := range workers {
			mixes = append(mixes, newMix(f, uint64(i*workers+j)))
		}
	}
	var configs []webhook.Config
	for range 4 {
		configs = append(configs, mixes[0].createConfig(t, minimal(ours)))
	}
	var group sync.WaitGroup
	for _, m := range mixes {
		m.configs = configs
		group.Go(func() {
			for range steps {
				m.step(t)
			}
		})
	}
	group.Wait()
	for _, m := range mixes {
		m.requireCounts(t)
	}
}

// testHealthOfTwoStores has attempts of one config fail in two stores at once:
// none is left out of the count.
func testHealthOfTwoStores(t *testing.T, open Opener) {
	const each = 25
	cipher, clock := NewCipher(t), NewClock()
	queue := &Queue{}
	stores := make([]*fixture, 2)
	for i := range stores {
		stores[i] = &fixture{Store: openStore(t, open, cipher, clock, queue), clock: clock, queue: queue}
		stores[i].register(t)
	}
	_, err := stores[0].EnsureOrganisation(t.Context(), ours)
	require.NoError(t, err)
	config := stores[0].createConfig(t, minimal(ours))
	var dispatches []webhook.Dispatch
	for range each * len(stores) {
		dispatches = append(dispatches, stores[0].begin(t, stores[0].publishTo(t, &config)))
	}
	var group sync.WaitGroup
	for i := range dispatches {
		s := stores[i%len(stores)]
		group.Go(func() { assert.NoError(t, s.finishError(t, dispatches[i], s.failed())) })
	}
	group.Wait()
	stored, err := stores[1].Config(t.Context(), ours, config.ID)
	require.NoError(t, err)
	require.Equal(t, len(dispatches), stored.ConsecutiveFailures)
}
