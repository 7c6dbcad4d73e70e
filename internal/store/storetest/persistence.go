package storetest

import (
	"fmt"
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
