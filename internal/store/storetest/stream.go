package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// testStream reads an organisation's events on from any of them.
func testStream(t *testing.T, f *fixture) {
	before := f.publish(t, event(ours)).EventID
	begin, err := f.StreamPosition(t.Context(), ours, webhook.ID{})
	require.NoError(t, err)
	e := event(ours)
	e.Topic, e.SyncID, e.Type, e.IntegrationType = "invoice.create", "sync-1", webhook.TypeIntegration, "XERO"
	e.Payload = []byte("{\"a\" : \"\xff\"}\n")
	first := f.publish(t, e).EventID
	f.publish(t, event(theirs))
	second := f.publish(t, event(ours)).EventID

	events, err := f.StreamEvents(t.Context(), ours, begin, 10)
	require.NoError(t, err)
	require.Equal(t, []webhook.ID{first, second}, idsOf(events))
	e.ID = first
	assert.Equal(t, e, events[0].Event)
	assert.WithinDuration(t, f.clock.Now(), events[0].CreatedAt, time.Second)

	one, err := f.StreamEvents(t.Context(), ours, begin, 1)
	require.NoError(t, err)
	require.Equal(t, []webhook.ID{first}, idsOf(one))
	rest, err := f.StreamEvents(t.Context(), ours, one[0].Position, 10)
	require.NoError(t, err)
	require.Equal(t, []webhook.ID{second}, idsOf(rest))

	after, err := f.StreamPosition(t.Context(), ours, before)
	require.NoError(t, err)
	events, err = f.StreamEvents(t.Context(), ours, after, 10)
	require.NoError(t, err)
	require.Equal(t, []webhook.ID{first, second}, idsOf(events))
	end, err := f.StreamPosition(t.Context(), ours, second)
	require.NoError(t, err)
	events, err = f.StreamEvents(t.Context(), ours, end, 10)
	require.NoError(t, err)
	require.Empty(t, events)

	_, err = f.StreamPosition(t.Context(), theirs, first)
	require.Equal(t, webhook.CodeNotFound, webhook.CodeOf(err), "%v", err)
	config := f.createConfig(t, minimal(ours))
	f.publishTo(t, &config)
	events, err = f.StreamEvents(t.Context(), ours, end, 10)
	require.NoError(t, err)
	require.Len(t, events, 1, "a test event is an event too")
	assert.Equal(t, config.Type, events[0].Type)
}

func idsOf(events []webhook.StreamedEvent) []webhook.ID {
	ids := make([]webhook.ID, len(events))
	for i := range events {
		ids[i] = events[i].ID
	}
	return ids
}

// testStreamWhilePublishing reads the stream while many publish: it has every
// event once, and reads on from its own last one.
func testStreamWhilePublishing(t *testing.T, f *fixture) {
	const publishers, each = 8, 25
	at, err := f.StreamPosition(t.Context(), ours, webhook.ID{})
	require.NoError(t, err)
	var publishing sync.WaitGroup
	var mu sync.Mutex
	published := map[webhook.ID]bool{}
	for range publishers {
		publishing.Go(func() {
			for range each {
				p, err := f.PublishEvent(t.Context(), event(ours), webhook.Idempotency{})
				if assert.NoError(t, err) {
					mu.Lock()
					published[p.EventID] = true
					mu.Unlock()
				}
			}
		})
	}
	seen := map[webhook.ID]bool{}
	for len(seen) < publishers*each {
		events, err := f.StreamEvents(t.Context(), ours, at, 7)
		require.NoError(t, err)
		for i := range events {
			require.False(t, seen[events[i].ID], "an event came twice")
			seen[events[i].ID] = true
			// Whoever reads on by the event's id is at the same place.
			at, err = f.StreamPosition(t.Context(), ours, events[i].ID)
			require.NoError(t, err)
			require.Equal(t, events[i].Position.Commit, at.Commit)
			at = events[i].Position
		}
	}
	publishing.Wait()
	require.Equal(t, published, seen)
}
