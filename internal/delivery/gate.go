package delivery

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// maxWait is how long a job may hold a worker while it waits for its turn.
	maxWait = 2 * time.Second
	// waitRoom is how many jobs may wait for an endpoint of which it is not
	// known yet how fast it answers.
	waitRoom = 32
	// minDeferral and maxDeferral bound how long a job stays away that finds
	// the room full.
	minDeferral = 100 * time.Millisecond
	maxDeferral = 60 * time.Second
)

// gate bounds how many attempts each endpoint has at a time, so that one that is
// slow or dead takes only so many workers. It lives in one process.
type gate struct {
	limit int64
	now   func() time.Time

	mu        sync.Mutex
	endpoints map[int64]*endpoint // by config
}

// endpoint is a config with attempts under way or waiting, or one that fails.
type endpoint struct {
	slots    *semaphore.Weighted
	users    int           // attempts under way and waiting
	failures int           // consecutive
	mean     time.Duration // of recent attempts
	nextFree time.Time     // when the next job to be sent away could have its turn
}

func newGate(limit int) *gate {
	return &gate{limit: int64(limit), now: time.Now, endpoints: map[int64]*endpoint{}}
}

// turn is an attempt's leave to begin. Its holder ends it.
type turn struct {
	gate     *gate
	configID int64
	endpoint *endpoint
}

// busy says what a job does that cannot have its turn soon.
type busy struct {
	after   time.Duration
	failing bool
}

// enter waits for a turn. Without one, busy says when to come again.
func (g *gate) enter(ctx context.Context, configID int64) (t *turn, b busy, ok bool) {
	e, room := g.join(configID)
	t = &turn{gate: g, configID: configID, endpoint: e}
	if e.slots.TryAcquire(1) {
		return t, busy{}, true
	}
	if room {
		ctx, cancel := context.WithTimeout(ctx, maxWait)
		defer cancel()
		if e.slots.Acquire(ctx, 1) == nil {
			return t, busy{}, true
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	b = g.deferral(e)
	g.leave(configID, e)
	return nil, b, false
}

// join counts a job among the users of an endpoint; room says whether it may
// wait.
func (g *gate) join(configID int64) (e *endpoint, room bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e, ok := g.endpoints[configID]
	if !ok {
		e = &endpoint{slots: semaphore.NewWeighted(g.limit)}
		g.endpoints[configID] = e
	}
	e.users++
	return e, g.mayWait(e)
}

// mayWait tells whether the last of an endpoint's jobs can expect its turn
// within maxWait.
func (g *gate) mayWait(e *endpoint) bool {
	waiting := int64(e.users) - g.limit
	if e.mean == 0 {
		return waiting <= waitRoom
	}
	return time.Duration(waiting/g.limit+1)*e.mean <= maxWait
}

// leave forgets an endpoint that nobody uses and about which there is nothing
// to remember.
func (g *gate) leave(configID int64, e *endpoint) {
	e.users--
	if e.users == 0 && e.failures == 0 {
		delete(g.endpoints, configID)
	}
}

// deferral reserves a place in time: jobs that are sent away come back one by
// one, as fast as the endpoint takes them, and not all at once.
func (g *gate) deferral(e *endpoint) busy {
	now := g.now()
	if earliest := now.Add(minDeferral); e.nextFree.Before(earliest) {
		e.nextFree = earliest
	}
	e.nextFree = e.nextFree.Add(e.mean / time.Duration(g.limit))
	after := e.nextFree.Sub(now)
	if after > maxDeferral {
		e.nextFree = now.Add(maxDeferral)
		after = maxDeferral/2 + rand.N(maxDeferral/2) //nolint:gosec // it spreads load
	}
	return busy{after: after, failing: webhook.LaneOf(e.failures) == webhook.LaneFailing}
}

// end gives the turn back, with what became of the attempt.
func (t *turn) end(result *Result) {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	const weight = 4
	t.endpoint.mean += (result.Duration - t.endpoint.mean) / weight
	switch {
	case result.Success():
		t.endpoint.failures = 0
	case result.Kind != KindInterrupted:
		t.endpoint.failures++
	}
	t.release()
}

// abandon gives the turn back after no attempt was made.
func (t *turn) abandon() {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	t.release()
}

func (t *turn) release() {
	t.endpoint.slots.Release(1)
	t.gate.leave(t.configID, t.endpoint)
}
