package delivery

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func joined(t *testing.T, g *gate, configID int64) *turn {
	t.Helper()
	place, _, ok := g.join(configID)
	require.True(t, ok)
	return place
}

func ended(kind Kind, took time.Duration) *Result { return &Result{Kind: kind, Duration: took} }

func TestGateBoundsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2)
		first, second, third := joined(t, g, 1), joined(t, g, 1), joined(t, g, 1)
		for _, place := range []*turn{first, second} {
			_, ok := place.wait(t.Context())
			require.True(t, ok)
		}
		waited := make(chan bool)
		go func() {
			_, ok := third.wait(t.Context())
			waited <- ok
		}()
		synctest.Wait()
		select {
		case <-waited:
			require.Fail(t, "a third attempt began beside two")
		default:
		}
		first.end(ended(KindDelivered, time.Millisecond))
		require.True(t, <-waited)
		second.end(ended(KindDelivered, time.Millisecond))
		third.end(ended(KindDelivered, time.Millisecond))
		assert.Empty(t, g.endpoints, "nothing is remembered of an endpoint that answers")
	})
}

func TestGateOfAnotherEndpoint(t *testing.T) {
	t.Parallel()
	g := newGate(1)
	_, ok := joined(t, g, 1).wait(t.Context())
	require.True(t, ok)
	_, ok = joined(t, g, 2).wait(t.Context())
	assert.True(t, ok)
}

func TestGateSendsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		holder := joined(t, g, 1)
		_, ok := holder.wait(t.Context())
		require.True(t, ok)
		waiting := joined(t, g, 1)
		began := time.Now()
		b, ok := waiting.wait(t.Context())
		require.False(t, ok, "nobody ends")
		assert.Equal(t, maxWait, time.Since(began))
		assert.Equal(t, minDeferral+maxWait, b.after, "nothing has ended for so long")
		assert.False(t, b.failing)

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, ok = joined(t, g, 1).wait(ctx)
		assert.False(t, ok, "a job whose context has ended does not wait")
		for range waitRoom {
			joined(t, g, 1)
		}
		_, _, ok = g.join(1)
		assert.False(t, ok, "the room is full, and it is not known how fast the endpoint is")
		holder.end(ended(KindTimeout, time.Second))
	})
}

// TestGateSpreads sends jobs away from an endpoint that takes 10 s for each:
// they come back one by one, and no later than in a minute.
func TestGateSpreads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		for range 20 {
			place := joined(t, g, 1)
			_, ok := place.wait(t.Context())
			require.True(t, ok)
			place.end(ended(KindTimeout, 10*time.Second))
		}
		joined(t, g, 1)
		var last time.Duration
		for i := range 5 {
			_, b, ok := g.join(1)
			require.False(t, ok, "it would wait for longer than it may")
			assert.True(t, b.failing)
			if i > 0 {
				assert.InDelta(t, 10, (b.after - last).Seconds(), 0.1)
			}
			last = b.after
		}
		for range 100 {
			_, b, _ := g.join(1)
			assert.LessOrEqual(t, b.after, maxDeferral)
		}
	})
}

func TestGateRemembersFailures(t *testing.T) {
	t.Parallel()
	g := newGate(1)
	fail := func(kind Kind) {
		place := joined(t, g, 1)
		_, ok := place.wait(t.Context())
		require.True(t, ok)
		place.end(ended(kind, time.Millisecond))
	}
	fail(KindStatus)
	fail(KindInterrupted)
	assert.Equal(t, 1, g.endpoints[1].failures, "an interruption says nothing of the endpoint")
	joined(t, g, 1).leave()
	assert.NotNil(t, g.endpoints[1])
	fail(KindDelivered)
	assert.Empty(t, g.endpoints)
}
