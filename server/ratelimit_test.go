package server_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1_800_000_000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func anybody(ctx context.Context, _ string) (context.Context, error) { return ctx, nil }

func limited(t *testing.T, implementation serverapi.StrictServerInterface, perMinute, burst int) (*service, *clock) {
	t.Helper()
	c := newClock()
	return serve(t, implementation, server.WithRateLimit(perMinute, burst), server.WithClock(c.Now),
		server.WithAuthenticator(server.AuthenticatorFunc(anybody))), c
}

// assertLimit compares the three headers, each of which must be there once.
func assertLimit(t *testing.T, got answer, limit, remaining int, reset int64) {
	t.Helper()
	assert.Equal(t, []string{strconv.Itoa(limit)}, got.header["X-Ratelimit-Limit"])
	assert.Equal(t, []string{strconv.Itoa(remaining)}, got.header["X-Ratelimit-Remaining"])
	assert.Equal(t, []string{strconv.FormatInt(reset, 10)}, got.header["X-Ratelimit-Reset"])
}

func TestRateLimit(t *testing.T) {
	s, c := limited(t, working(), 100, 3) // a token every 0.6 s
	start := c.Now().Unix()
	assertLimit(t, s.do(getCall()), 100, 2, start+1)
	assertLimit(t, s.do(createCall("{}")), 100, 1, start+2) // invalid ones count
	assertLimit(t, s.do(deleteCall()), 100, 0, start+2)     // as do those without a body
	refused := s.do(getCall())
	refused.problem(t, http.StatusTooManyRequests, "rate_limited")
	assertLimit(t, refused, 100, 0, start+2)
	assert.Equal(t, []string{"1"}, refused.header["Retry-After"])

	c.advance(599 * time.Millisecond)
	assert.Equal(t, http.StatusTooManyRequests, s.do(getCall()).status)
	c.advance(time.Millisecond)
	assertLimit(t, s.do(getCall()), 100, 0, start+3)
	assert.Equal(t, http.StatusTooManyRequests, s.do(getCall()).status)
	c.advance(time.Hour)
	assertLimit(t, s.do(getCall()), 100, 2, start+3602) // 0.6 s after a whole second, and 0.6 s from full
	assert.Empty(t, s.logged(failureLine))
}

// TestRetryAfterIsEnough waits exactly as long as it is told.
func TestRetryAfterIsEnough(t *testing.T) {
	s, c := limited(t, working(), 7, 1)
	for range 5 {
		assert.Equal(t, http.StatusOK, s.do(getCall()).status)
		refused := s.do(getCall())
		wait := atoi(t, refused.header.Get("Retry-After"))
		assert.Equal(t, 9, wait)
		c.advance(time.Duration(wait) * time.Second)
	}
}

func TestRateLimitIsPerKey(t *testing.T) {
	s, _ := limited(t, working(), 1, 2)
	for _, key := range []string{"a", "b", "A"} {
		for _, status := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
			assert.Equal(t, status, s.do(getCall().with("api_key", key)).status, key)
		}
	}
}

// TestStrangersHaveNoLimit: they have no key that could be remembered.
func TestStrangersHaveNoLimit(t *testing.T) {
	s := serve(t, working(), server.WithRateLimit(1, 1))
	for range 3 {
		got := s.do(getCall().with("api_key", "wrong"))
		got.problem(t, http.StatusUnauthorized, "unauthorized")
		assert.Empty(t, got.header["X-Ratelimit-Limit"])
	}
	assert.Equal(t, http.StatusOK, s.do(getCall()).status)
}

// TestImplementationsLimit has an implementation tell a limit of its own.
func TestImplementationsLimit(t *testing.T) {
	own := found(7)
	own.Headers.XRateLimitLimit, own.Headers.XRateLimitRemaining = new(int64(5)), new(int64(4))
	own.Headers.XRateLimitReset = new(int64(1_900_000_000))
	s, _ := limited(t, &stub{
		get: func(context.Context, serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
			return own, nil
		},
	}, 100, 100)
	assertLimit(t, s.do(getCall()), 5, 4, 1_900_000_000)
}

// TestRateLimitIsExact has many callers at once take no more than there is.
func TestRateLimitIsExact(t *testing.T) {
	const burst, workers, each = 40, 8, 20
	limiter := server.NewLimiter(1, burst, newClock().Now)
	var allowed [workers]int
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for range each {
				if limiter.Take("key") {
					allowed[worker]++
				}
			}
		})
	}
	group.Wait()
	total := 0
	for _, n := range allowed {
		total += n
	}
	assert.Equal(t, burst, total)
}

// TestLimiterForgets has so many keys come and go that memory would show it.
func TestLimiterForgets(t *testing.T) {
	c := newClock()
	limiter := server.NewLimiter(60, 1, c.Now)
	require.True(t, limiter.Take("busy"))
	for i := range 20 * server.FirstSweep {
		limiter.Take(strconv.Itoa(i))
		if i%100 == 0 {
			c.advance(time.Second)
			limiter.Take("busy")
		}
		require.LessOrEqual(t, limiter.Keys(), server.FirstSweep)
	}
	assert.False(t, limiter.Take("busy"), "a bucket that is not full must stay")

	for i := range 3 * server.FirstSweep { // all at once, so that none is full again
		limiter.Take("crowd" + strconv.Itoa(i))
	}
	assert.Greater(t, limiter.Keys(), 3*server.FirstSweep)
	assert.False(t, limiter.Take("crowd0"))
	c.advance(time.Minute)
	for i := range 8 * server.FirstSweep {
		limiter.Take("later" + strconv.Itoa(i))
		c.advance(time.Second)
	}
	assert.LessOrEqual(t, limiter.Keys(), server.FirstSweep)
}
