package storetest

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// idempotency is a key of one operation, for a request that a number stands
// for.
func idempotency(key string, request byte) webhook.Idempotency {
	return webhook.Idempotency{Key: key, Operation: "operation", Hash: [32]byte{request}}
}

func testIdempotentPublishing(t *testing.T, f *fixture) {
	f.createConfig(t, minimal(ours))
	f.createConfig(t, minimal(theirs))
	publish := func(organisation int64, key webhook.Idempotency) (webhook.Publication, error) {
		return f.PublishEvent(t.Context(), event(organisation), key)
	}
	first, err := publish(ours, idempotency("key", 1))
	require.NoError(t, err)
	require.Len(t, f.queue.Take(), 1)
	f.clock.Advance(webhook.IdempotencyRetention - time.Second)
	again, err := publish(ours, idempotency("key", 1))
	require.NoError(t, err)
	require.Equal(t, first, again)
	_, err = publish(ours, idempotency("key", 2))
	requireCode(t, webhook.CodeIdempotencyKeyReused, err)
	require.Empty(t, f.queue.Take())

	other := idempotency("key", 2)
	other.Operation = "another operation"
	for name, call := range map[string]func() (webhook.Publication, error){
		"other key":          func() (webhook.Publication, error) { return publish(ours, idempotency("Key", 2)) },
		"other operation":    func() (webhook.Publication, error) { return publish(ours, other) },
		"other organisation": func() (webhook.Publication, error) { return publish(theirs, idempotency("key", 2)) },
	} {
		fresh, err := call()
		require.NoError(t, err, name)
		require.NotEqual(t, first.EventID, fresh.EventID, name)
		require.Len(t, f.queue.Take(), 1, name)
	}

	f.clock.Advance(2 * time.Second)
	expired, err := publish(ours, idempotency("key", 2))
	require.NoError(t, err, "a day later the key is forgotten")
	require.NotEqual(t, first.EventID, expired.EventID)
	again, err = publish(ours, idempotency("key", 2))
	require.NoError(t, err)
	require.Equal(t, expired, again)
	require.Len(t, f.queue.Take(), 1)
}

// testConcurrentKeys sends the same request many times at once, and others with
// the same key.
func testConcurrentKeys(t *testing.T, f *fixture) {
	const each = 20
	f.createConfig(t, minimal(ours))
	var mu sync.Mutex
	answers, reused := map[webhook.ID]int{}, 0
	var group sync.WaitGroup
	for i := range 2 * each {
		key := []webhook.Idempotency{idempotency("key", 1), idempotency("key", 2)}[i%2]
		group.Go(func() {
			published, err := f.PublishEvent(t.Context(), event(ours), key)
			mu.Lock()
			defer mu.Unlock()
			if webhook.CodeOf(err) == webhook.CodeIdempotencyKeyReused {
				reused++
				return
			}
			assert.NoError(t, err)
			answers[published.EventID]++
		})
	}
	group.Wait()
	require.Len(t, answers, 1, "one request won")
	require.Equal(t, each, reused, "all with another body lost")
	require.Len(t, f.queue.Take(), 1)
}

func testIdempotentConfigs(t *testing.T, f *fixture) {
	key := idempotency("key", 1)
	first, err := f.CreateConfig(t.Context(), full(ours), key)
	require.NoError(t, err)
	_, err = f.UpdateConfig(t.Context(), ours, first.ID, func(c *webhook.Config) error {
		c.Name, c.Headers = "renamed", nil
		return nil
	})
	require.NoError(t, err)
	again, err := f.CreateConfig(t.Context(), full(ours), key)
	require.NoError(t, err)
	want := first
	want.SigningKey = "" // no answer shows it
	require.Equal(t, want, again, "as it was then, values of headers included")

	_, err = f.CreateConfig(t.Context(), full(ours), idempotency("key", 2))
	requireCode(t, webhook.CodeIdempotencyKeyReused, err)
	bare, err := f.CreateConfig(t.Context(), minimal(theirs), key)
	require.NoError(t, err)
	again, err = f.CreateConfig(t.Context(), minimal(theirs), key)
	require.NoError(t, err)
	require.Equal(t, bare, again, "no headers stay no headers")

	require.NoError(t, f.DeleteConfig(t.Context(), ours, first.ID))
	again, err = f.CreateConfig(t.Context(), full(ours), key)
	require.NoError(t, err)
	require.Equal(t, want, again, "the answer outlives the config")
	f.clock.Advance(webhook.IdempotencyRetention)
	fresh, err := f.CreateConfig(t.Context(), full(ours), idempotency("key", 2))
	require.NoError(t, err)
	require.NotEqual(t, first.ID, fresh.ID)
	page, err := f.Configs(t.Context(), ours, webhook.ConfigFilter{})
	require.NoError(t, err)
	require.EqualValues(t, 1, page.Count)
}

func testConcurrentConfigKeys(t *testing.T, f *fixture) {
	const requests = 20
	ids := make([]int64, requests)
	var group sync.WaitGroup
	for i := range ids {
		group.Go(func() {
			c, err := f.CreateConfig(t.Context(), full(ours), idempotency("key", 1))
			assert.NoError(t, err)
			ids[i] = c.ID
		})
	}
	group.Wait()
	for _, id := range ids {
		require.Equal(t, ids[0], id)
	}
}

// testFailedRequestsKeepNoKey gives a key of a request that failed to another.
func testFailedRequestsKeepNoKey(t *testing.T, f *fixture) {
	_, err := f.CreateConfig(t.Context(), minimal(99), idempotency("key", 1))
	requireCode(t, webhook.CodeNotFound, err)
	_, err = f.EnsureOrganisation(t.Context(), 99)
	require.NoError(t, err)
	_, err = f.CreateConfig(t.Context(), minimal(99), idempotency("key", 2))
	require.NoError(t, err)
	_, err = f.PublishEvent(t.Context(), event(99), idempotency(strings.Repeat("k", 255), 1))
	require.NoError(t, err)
}
