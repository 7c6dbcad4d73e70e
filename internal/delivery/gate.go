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

// gate bounds how many attempts each endpoint has at a time, so that one that
// is slow or dead takes only so many workers. It lives in one process.
type gate struct {
	limit int64
	now   func() time.Time

	mu        sync.Mutex
	endpoints map[int64]*endpoint // by config
}

// endpoint is a config with attempts under way or waiting, or one that fails.
type endpoint struct {
	slots    *semaphore.Weighted
	users    int           // jobs that have a place: attempts under way and waiting
	failures int           // consecutive
	mean     time.Duration // of recent attempts
	nextFree time.Time     // when the next job to be sent away could have its turn
	progress time.Time     // when an attempt last ended, or the first job came
}

func newGate(limit int) *gate {
	return &gate{limit: int64(limit), now: time.Now, endpoints: map[int64]*endpoint{}}
}

// turn is a job's place at its endpoint. Its holder ends it, or leaves.
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

// join takes a place at an endpoint. Without one, busy says when to come again.
func (g *gate) join(configID int64) (t *turn, b busy, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e, known := g.endpoints[configID]
	if !known {
		e = &endpoint{slots: semaphore.NewWeighted(g.limit)}
		g.endpoints[configID] = e
	}
	if e.users == 0 {
		e.progress = g.now()
	}
	e.users++
	t = &turn{gate: g, configID: configID, endpoint: e}
	if !g.mayWait(e) {
		return nil, t.giveUp(), false
	}
	return t, busy{}, true
}

// wait waits until the attempt may begin. If it takes too long the place is
// gone, and busy says when to come again.
func (t *turn) wait(ctx context.Context) (b busy, ok bool) {
	if t.endpoint.slots.TryAcquire(1) {
		return busy{}, true
	}
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	if t.endpoint.slots.Acquire(ctx, 1) == nil {
		return busy{}, true
	}
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	return t.giveUp(), false
}

// giveUp leaves the place, for a job that comes again later.
func (t *turn) giveUp() busy {
	b := t.gate.deferral(t.endpoint)
	t.depart()
	return b
}

// depart forgets an endpoint that nobody uses and about which there is nothing
// to remember.
func (t *turn) depart() {
	t.endpoint.users--
	if t.endpoint.users == 0 && t.endpoint.failures == 0 {
		delete(t.gate.endpoints, t.configID)
	}
}

// mayWait tells whether the last of an endpoint's jobs can expect its turn
// within maxWait.
func (g *gate) mayWait(e *endpoint) bool {
	waiting := int64(e.users) - g.limit
	switch {
	case waiting <= 0:
		return true
	case e.mean == 0:
		return waiting <= waitRoom
	}
	return time.Duration(waiting/g.limit+1)*e.mean <= maxWait
}

// deferral reserves a place in time: jobs that are sent away come back one by
// one, as fast as the endpoint takes them, and not all at once.
func (g *gate) deferral(e *endpoint) busy {
	now := g.now()
	if earliest := now.Add(minDeferral); e.nextFree.Before(earliest) {
		e.nextFree = earliest
	}
	// An endpoint that has not answered for longer than it usually takes will
	// take that long at least.
	pace := max(e.mean, now.Sub(e.progress))
	e.nextFree = e.nextFree.Add(pace / time.Duration(g.limit))
	after := e.nextFree.Sub(now)
	if after > maxDeferral {
		e.nextFree = now.Add(maxDeferral)
		after = maxDeferral/2 + rand.N(maxDeferral/2) //nolint:gosec // it spreads load
	}
	return busy{after: after, failing: webhook.LaneOf(e.failures) == webhook.LaneFailing}
}

// end gives the place back after an attempt, with what became of that.
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
	t.endpoint.progress = t.gate.now()
	t.endpoint.slots.Release(1)
	t.depart()
}

// leave gives the place back of a job that makes no attempt.
func (t *turn) leave() {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	t.depart()
}
