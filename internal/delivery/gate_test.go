package delivery

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Organisations, and a host, of these tests.
const (
	orgA, orgB, orgC int64 = 1, 2, 3
	aHost                  = "hook.example"
)

// roomyGate bounds nothing but the attempts to one endpoint.
func roomyGate(perEndpoint int) *gate {
	const plenty = 10_000
	return newGate(gateOptions{places: plenty, backlog: plenty, fast: plenty, slow: plenty, failing: plenty, perEndpoint: perEndpoint})
}

func joined(t *testing.T, g *gate, organisation, config int64) *turn {
	t.Helper()
	place, _, ok := g.join(organisation, config, "")
	require.True(t, ok)
	return place
}

// begun is an attempt that has its slot at once.
func begun(t *testing.T, g *gate, organisation, config int64) *turn {
	t.Helper()
	place := joined(t, g, organisation, config)
	_, ok := place.wait(t.Context(), aHost)
	require.True(t, ok)
	return place
}

func ended(kind Kind, took time.Duration) *Result {
	return &Result{Kind: kind, Attempt: webhook.Attempt{Duration: took, Success: kind == KindDelivered}}
}

// waiter waits for its slot in a goroutine.
func waiter(t *testing.T, place *turn, host string) <-chan bool {
	t.Helper()
	waited := make(chan bool, 1)
	go func() {
		_, ok := place.wait(t.Context(), host)
		waited <- ok
	}()
	synctest.Wait()
	return waited
}

func TestGateBoundsAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := roomyGate(2)
		first, second, third := begun(t, g, orgA, 1), begun(t, g, orgA, 1), joined(t, g, orgA, 1)
		waited := waiter(t, third, aHost)
		assert.Empty(t, waited, "a third attempt began beside two")
		first.end(ended(KindDelivered, time.Millisecond))
		require.True(t, <-waited)
		second.end(ended(KindDelivered, time.Millisecond))
		third.end(ended(KindDelivered, time.Millisecond))
		assertEmpty(t, g)
	})
}

// assertEmpty holds a gate without attempts to have given everything back, and
// to remember nothing of endpoints that answer.
func assertEmpty(t *testing.T, g *gate) {
	t.Helper()
	assert.Empty(t, g.endpoints)
	assert.Empty(t, g.organisations)
	assert.Empty(t, g.hosts)
	assert.Empty(t, g.waiting)
	assert.Zero(t, g.places.used)
	assert.Zero(t, g.ceiling.used)
	for _, slots := range g.slots {
		assert.Zero(t, slots.used)
	}
}

func TestGateOfAnotherEndpoint(t *testing.T) {
	t.Parallel()
	g := roomyGate(1)
	begun(t, g, orgA, 1)
	begun(t, g, orgA, 2)
}

func TestGateSendsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := roomyGate(1)
		holder := begun(t, g, orgA, 1)
		waiting := joined(t, g, orgA, 1)
		began := time.Now()
		d, ok := waiting.wait(t.Context(), aHost)
		require.False(t, ok, "nobody ends")
		assert.Equal(t, maxWait, time.Since(began))
		assert.Equal(t, minDeferral+maxWait, d.after, "nothing has ended for so long")
		assert.Equal(t, webhook.LaneSlow, d.lane)
		_, _, ok = g.join(orgA, 1, "")
		assert.False(t, ok, "nobody waits for what is slow")
		holder.end(ended(KindTimeout, 2*time.Second))
	})
}

func TestGateWaitsWithTheContext(t *testing.T) {
	t.Parallel()
	g := roomyGate(1)
	holder := begun(t, g, orgA, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, ok := joined(t, g, orgA, 1).wait(ctx, aHost)
	assert.False(t, ok, "an attempt whose context has ended does not wait")
	for range waitRoom {
		joined(t, g, orgA, 1)
	}
	_, d, ok := g.join(orgA, 1, "")
	assert.False(t, ok, "the room is full, and it is not known how fast the endpoint is")
	assert.Empty(t, d.lane, "it may well be prompt")
	holder.end(ended(KindDelivered, time.Millisecond))
}

// TestGateSpreads sends attempts away from an endpoint that takes 10 s for
// each: they come back one by one, and no later than in a minute.
func TestGateSpreads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := roomyGate(1)
		for range 20 {
			begun(t, g, orgA, 1).end(ended(KindTimeout, 10*time.Second))
		}
		begun(t, g, orgA, 1)
		var last time.Duration
		for i := range 5 {
			_, d, ok := g.join(orgA, 1, "")
			require.False(t, ok)
			assert.Equal(t, webhook.LaneFailing, d.lane)
			if i > 0 {
				assert.InDelta(t, 10, (d.after - last).Seconds(), 0.1)
			}
			last = d.after
		}
		for range 100 {
			_, d, _ := g.join(orgA, 1, "")
			assert.LessOrEqual(t, d.after, maxDeferral)
		}
	})
}

func TestGateRemembersFailures(t *testing.T) {
	t.Parallel()
	g := roomyGate(1)
	fail := func(kind Kind) { begun(t, g, orgA, 1).end(ended(kind, time.Millisecond)) }
	fail(KindStatus)
	fail(KindInterrupted)
	fail(KindLocal)
	assert.Equal(t, 1, g.endpoints[1].failures, "what was given back says nothing of the endpoint")
	joined(t, g, orgA, 1).leave()
	assert.NotNil(t, g.endpoints[1])
	fail(KindDelivered)
	assertEmpty(t, g)
}

// TestGateForgets finds that the gate of a service that runs for months does
// not grow by every config that ever failed.
func TestGateForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := roomyGate(1)
		begun(t, g, orgA, 1).end(ended(KindRefused, time.Millisecond))
		begun(t, g, orgA, 2).end(ended(KindDelivered, time.Minute))
		<-time.After(forgetAfter / 2)
		begun(t, g, orgA, 2).end(ended(KindDelivered, time.Minute))
		<-time.After(forgetAfter/2 + sweepEvery)
		joined(t, g, orgA, 3).leave()
		assert.Nil(t, g.endpoints[1])
		assert.NotNil(t, g.endpoints[2], "it was used since")
	})
}

// TestGateKeepsSlowEndpointsApart fills the slots for slow endpoints, with
// successes: nothing waits for them, and prompt ones have all of orgB.
func TestGateKeepsSlowEndpointsApart(t *testing.T) {
	t.Parallel()
	g := newGate(gateOptions{places: 100, fast: 4, slow: 4, failing: 4, perEndpoint: 2})
	for config := range int64(3) {
		for range 8 {
			begun(t, g, orgA, config).end(ended(KindDelivered, 14*time.Second))
		}
	}
	begun(t, g, orgA, 0)
	begun(t, g, orgA, 1)
	_, d, ok := g.join(orgA, 2, "")
	require.False(t, ok, "an organisation gets half")
	assert.Equal(t, webhook.LaneSlow, d.lane)
	begun(t, g, orgA, 5)
	begun(t, g, orgB, 6)
	assert.Equal(t, 2, g.slots[slow].used)
	assert.Equal(t, 2, g.slots[fast].used)
}

// TestGateShares has one organisation want everything: whoever comes next finds
// a slot, at once.
func TestGateShares(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slots = 64
		g := newGate(gateOptions{places: 1000, fast: slots, slow: 1, failing: 1, perEndpoint: slots})
		for config := range int64(slots / 2) {
			place := joined(t, g, orgA, config)
			_, ok := place.wait(t.Context(), hostOfConfig(config))
			require.True(t, ok)
		}
		blocked := waiter(t, joined(t, g, orgA, slots), hostOfConfig(slots))
		assert.Empty(t, blocked, "one organisation alone has half of all")
		place := joined(t, g, orgB, 1001)
		_, ok := place.wait(t.Context(), hostOfConfig(1001))
		require.True(t, ok, "another one does not wait")
		place.end(ended(KindDelivered, time.Millisecond))
		require.False(t, <-blocked, "and no slot is taken from it")
	})
}

func hostOfConfig(config int64) string { return fmt.Sprintf("%d.example", config) }

// TestGateSharesHosts has many organisations with the same host.
func TestGateSharesHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(gateOptions{places: 1000, fast: 8, slow: 1, failing: 1, perEndpoint: 8})
		for organisation := range int64(4) {
			begun(t, g, organisation, organisation)
		}
		blocked := waiter(t, joined(t, g, 4, 4), aHost)
		assert.Empty(t, blocked, "a host has half of all slots")
		place := joined(t, g, 5, 5)
		_, ok := place.wait(t.Context(), "another.example")
		require.True(t, ok)
		require.False(t, <-blocked)
	})
}

// TestGateSharesPlaces has one organisation queue without end.
func TestGateSharesPlaces(t *testing.T) {
	t.Parallel()
	g := newGate(gateOptions{places: 100, fast: 10, slow: 10, failing: 10, perEndpoint: 100})
	for config := range int64(50) {
		joined(t, g, orgA, config)
	}
	_, d, ok := g.join(orgA, 50, "")
	require.False(t, ok)
	assert.GreaterOrEqual(t, d.after, minDeferral)
	assert.Empty(t, d.lane)
	joined(t, g, orgB, 51)
}

// TestGateSharesTheBacklog has two organisations with more than they may have.
func TestGateSharesTheBacklog(t *testing.T) {
	t.Parallel()
	g := newGate(gateOptions{places: 100, backlog: 9, fast: 100, slow: 8, failing: 8, perEndpoint: 8})
	join := func(organisation, config int64) (d deferral, ok bool) {
		_, d, ok = g.join(organisation, config, webhook.LaneBulk)
		return d, ok
	}
	for config := range int64(8) {
		_, ok := join(orgA, config)
		require.True(t, ok)
	}
	d, ok := join(orgA, 8)
	require.False(t, ok, "one worker is left to others")
	assert.Empty(t, d.lane, "it comes again by the same lane")
	_, ok = join(orgB, 9)
	require.True(t, ok)
	for range 8 {
		begun(t, g, orgB, 10).end(ended(KindDelivered, 14*time.Second))
	}
	d, ok = join(orgB, 10)
	require.False(t, ok, "what is slow does not hold the backlog's workers")
	assert.Equal(t, webhook.LaneSlow, d.lane)
}

// TestGateTakesTurns has three organisations wait, one of them with much more
// than the others: the slots go round.
func TestGateTakesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(gateOptions{places: 1000, fast: 2, slow: 1, failing: 1, perEndpoint: 2})
		holder := begun(t, g, 9, 900) // half of the slots: the others share one
		var order []int64
		took := make(chan *turn)
		for i, organisation := range []int64{orgA, orgA, orgA, orgB, orgB, orgC} {
			place := joined(t, g, organisation, int64(i))
			go func() {
				if _, ok := place.wait(t.Context(), hostOfConfig(int64(i))); assert.True(t, ok) {
					took <- place
				}
			}()
			synctest.Wait()
		}
		for range 6 {
			place := <-took
			order = append(order, place.organisation.id)
			place.end(ended(KindDelivered, time.Millisecond))
		}
		assert.Equal(t, []int64{orgA, orgA, orgB, orgC, orgA, orgB}, order, "the first one did not wait")
		holder.end(ended(KindDelivered, time.Millisecond))
		assertEmpty(t, g)
	})
}

// TestGateSlowsDown finds that a machine that runs out of something is given
// less to do, until it can do more again.
func TestGateSlowsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := roomyGate(100)
		var places []*turn
		for config := range int64(8) {
			places = append(places, begun(t, g, orgA, config))
		}
		places[0].end(ended(KindLocal, time.Millisecond))
		assert.Equal(t, 4, g.ceiling.now)
		blocked := waiter(t, joined(t, g, orgB, 100), "another.example")
		for _, place := range places[1:5] {
			assert.Empty(t, blocked)
			place.end(ended(KindDelivered, time.Millisecond))
		}
		assert.True(t, <-blocked)
		assert.Equal(t, 8, g.ceiling.now)
		for range 100 {
			place := joined(t, g, orgA, 200)
			_, _ = place.wait(t.Context(), aHost)
			place.end(ended(KindLocal, time.Millisecond))
		}
		assert.Equal(t, 1, g.ceiling.now, "something is always tried")
	})
}
