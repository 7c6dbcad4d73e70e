package hooklinetest

import (
	"context"
	"sync"
	"time"
)

// clock is the service's clock. It is ahead of the system's by what the test has
// advanced it.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func newClock() *clock { return &clock{} }

// Now returns the service's time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// moveTo moves the clock forward to a moment; it never goes back.
func (c *clock) moveTo(moment time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ahead := time.Until(moment); ahead > c.ahead {
		c.ahead = ahead
	}
}

// Now returns the service's time: the system's, and what [Server.Advance] has
// added.
func (s *Server) Now() time.Time { return s.clock.Now() }

// settleTimeout is how long attempts that are due may take, in real time.
const settleTimeout = time.Minute

// Advance moves the service's clock forward by d. Deliveries that come due on
// the way are attempted, each at its time. Advance returns when none is due or
// under way any more, so that a retry schedule of days takes milliseconds. The
// test fails if that takes longer than a minute.
func (s *Server) Advance(d time.Duration) {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(s.tb.Context(), settleTimeout)
	defer cancel()
	target := s.clock.Now().Add(d)
	for {
		next, err := s.settle(ctx)
		if err != nil {
			s.tb.Fatalf("hooklinetest: the deliveries that are due did not end: %v", err)
		}
		if next == nil || next.After(target) {
			break
		}
		s.clock.moveTo(*next)
	}
	s.clock.moveTo(target)
}

// settle starts the attempts that are due and waits until they have ended. It
// returns when the next delivery is due.
func (s *Server) settle(ctx context.Context) (next *time.Time, err error) {
	if err := s.app.RequeueDue(ctx); err != nil {
		return nil, err
	}
	for {
		backlog, err := s.app.Backlog(ctx)
		if err != nil || backlog.Due == 0 {
			return backlog.Next, err
		}
		select {
		case <-s.attempt:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
