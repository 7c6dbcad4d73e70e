package hooklinetest

import (
	"context"
	"sync"
	"time"
)

// clock is the service's clock: it runs as the system's does, ahead of it by
// what the test has advanced it.
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

// Now returns the service's time. It runs as the system's does, and
// [Server.Advance] moves it.
func (s *Server) Now() time.Time { return s.clock.Now() }

// settleTimeout is how long attempts that are due may take, in real time.
const settleTimeout = time.Minute

// Advance moves the service's clock forward by d. Deliveries that come due on
// the way are attempted, each at its time, and Advance returns when no more of
// them are due or under way: a retry schedule of days takes milliseconds. The
// test fails if that takes longer than a minute.
func (s *Server) Advance(d time.Duration) {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(s.tb.Context(), settleTimeout)
	defer cancel()
	target := s.clock.Now().Add(d)
	for {
		next, err := s.settle(ctx)
		if err != nil {
			s.tb.Fatalf("hooklinetest: deliveries that are due do not come to an end: %v", err)
		}
		if next == nil || next.After(target) {
			break
		}
		s.clock.moveTo(*next)
	}
	s.clock.moveTo(target)
}

// settle has what is due attempted and waits for that. It returns when the next
// delivery is due.
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
