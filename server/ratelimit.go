package server

import (
	"crypto/sha256"
	"errors"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/hookline-go/hookline/internal/retryafter"
)

var errRateLimited = errors.New("server: the rate limit is used up")

// The headers of a limit (docs/upstream.md), as net/http spells them in a header
// map.
const (
	headerLimit     = "X-Ratelimit-Limit"
	headerRemaining = "X-Ratelimit-Remaining"
	headerReset     = "X-Ratelimit-Reset"
)

// limiter has a token bucket for each API key that has called recently. Only
// authenticated keys come here, so there are no more buckets than keys. Full
// buckets are dropped from time to time, because a new one is the same.
type limiter struct {
	perMinute, burst int
	now              func() time.Time

	mu      sync.Mutex
	buckets map[[sha256.Size]byte]*rate.Limiter // by the key's hash, so that memory holds no keys
	sweepAt int
}

// firstSweep is how many buckets there are before full ones are looked for.
const firstSweep = 1024

func newLimiter(perMinute, burst int, now func() time.Time) *limiter {
	return &limiter{
		perMinute: perMinute, burst: burst, now: now, sweepAt: firstSweep,
		buckets: map[[sha256.Size]byte]*rate.Limiter{},
	}
}

// grant is a bucket's answer to one request.
type grant struct {
	allowed   bool
	remaining int
	reset     time.Time     // when the bucket is full again
	wait      time.Duration // until the next request is allowed, where this one is not
}

func (l *limiter) take(key string) grant {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now() // under the lock, so that no bucket sees time go back
	bucket := l.bucket(sha256.Sum256([]byte(key)), now)
	g := grant{allowed: bucket.AllowN(now, 1)}
	tokens := bucket.TokensAt(now)
	g.remaining = int(max(0, math.Floor(tokens)))
	g.reset = now.Add(l.refill(float64(l.burst) - tokens))
	if !g.allowed {
		g.wait = l.refill(1 - tokens)
	}
	return g
}

// refill is how long it takes until so many tokens are back.
func (l *limiter) refill(tokens float64) time.Duration {
	return time.Duration(tokens * float64(time.Minute) / float64(l.perMinute))
}

func (l *limiter) bucket(hash [sha256.Size]byte, now time.Time) *rate.Limiter {
	if bucket, ok := l.buckets[hash]; ok {
		return bucket
	}
	if len(l.buckets) >= l.sweepAt {
		l.sweep(now)
	}
	bucket := rate.NewLimiter(rate.Limit(float64(l.perMinute)/time.Minute.Seconds()), l.burst)
	l.buckets[hash] = bucket
	return bucket
}

// sweep drops the full buckets. The next sweep is when there are twice as many
// as are left, so that the cost of sweeps stays in proportion.
func (l *limiter) sweep(now time.Time) {
	for hash, bucket := range l.buckets {
		if bucket.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, hash)
		}
	}
	l.sweepAt = max(firstSweep, 2*len(l.buckets))
}

// limitRate takes a token of the caller's key, and writes into the answer's
// header how the limit stands.
func (s *settings) limitRate(key string, answer http.Header) error {
	if s.limits == nil {
		return nil
	}
	g := s.limits.take(key)
	answer[headerLimit] = []string{strconv.Itoa(s.perMinute)}
	answer[headerRemaining] = []string{strconv.Itoa(g.remaining)}
	answer[headerReset] = []string{strconv.FormatInt(ceilSeconds(g.reset), 10)}
	if !g.allowed {
		retryafter.Set(answer, g.wait)
		return errRateLimited
	}
	return nil
}

// ceilSeconds is the first whole second at or after t: a caller that waits
// until then is not too early.
func ceilSeconds(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}
