package server

import "time"

// Limiter is the limiter of rates, for the test of what it keeps in memory.
type Limiter struct{ limiter *limiter }

// FirstSweep is how many keys a limiter remembers before it looks for those
// that it can forget.
const FirstSweep = firstSweep

// NewLimiter returns a limiter.
func NewLimiter(perMinute, burst int, now func() time.Time) *Limiter {
	return &Limiter{limiter: newLimiter(perMinute, burst, now)}
}

// Take takes a token and tells whether there was one.
func (l *Limiter) Take(key string) bool { return l.limiter.take(key).allowed }

// Keys is how many keys are in memory.
func (l *Limiter) Keys() int { return len(l.limiter.buckets) }
