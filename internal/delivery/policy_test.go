package delivery

import (
	"math"
	"math/rand/v2"
	"testing"
	"testing/quick"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// middle is a source of random numbers without any jitter in them.
func middle() float64 { return 0.5 }

var failed = Result{Kind: KindStatus}

// decide asks about a delivery with so many retries.
func decide(p *Policy, r Result, retries int) webhook.Outcome {
	return withoutAttempt(p, r, &webhook.Dispatch{Retries: retries})
}

// withoutAttempt returns what follows from a result, without the attempt that
// the outcome repeats.
func withoutAttempt(p *Policy, r Result, d *webhook.Dispatch) webhook.Outcome {
	r.Success = r.Kind == KindDelivered
	outcome := p.Decide(&r, d, testNow)
	outcome.Attempt = webhook.Attempt{}
	return outcome
}

func TestPolicyKeepsTheAttempt(t *testing.T) {
	r := Result{Kind: KindStatus, Attempt: webhook.Attempt{ErrorMessage: "status 500", Duration: time.Second, CreatedAt: testNow}}
	got := NewPolicy(DefaultSchedule(), middle).Decide(&r, &webhook.Dispatch{}, testNow)
	assert.Equal(t, r.Attempt, got.Attempt)
}

// again is the outcome of an attempt that is followed by another one.
func again(delay time.Duration) webhook.Outcome {
	return webhook.Outcome{State: webhook.DeliveryPending, RetryAt: testNow.Add(delay)}
}

func TestDefaultSchedule(t *testing.T) {
	const documented = "5s,5m,30m,2h,5h,10h,14h,20h,24h"
	schedule, err := ParseSchedule(documented)
	require.NoError(t, err)
	assert.Equal(t, DefaultSchedule(), schedule)
	assert.Equal(t, documented, schedule.String(), "as an operator would write it")

	p := NewPolicy(DefaultSchedule(), middle)
	for retries, delay := range DefaultSchedule() {
		assert.Equal(t, again(delay), decide(p, failed, retries))
	}
	exhausted := webhook.Outcome{State: webhook.DeliveryFailed, Reason: "no attempt succeeded, and no retry is left"}
	assert.Equal(t, exhausted, decide(p, failed, 9))
}

func TestPolicyByKind(t *testing.T) {
	again := again(5 * time.Second)
	tests := map[Kind]webhook.Outcome{
		KindDelivered: {State: webhook.DeliveryDelivered},
		KindGone: {
			State: webhook.DeliveryFailed, Reason: "the endpoint answered 410 Gone", Disable: "the endpoint answered 410 Gone",
		},
		KindStatus: again, KindRedirect: again, KindDNS: again, KindRefused: again, KindReset: again, KindUnreachable: again,
		KindProxy: again, KindTLS: again, KindTimeout: again, KindBlocked: again, KindProtocol: again, KindInvalid: again,
	}
	p := NewPolicy(DefaultSchedule(), middle)
	for kind, want := range tests {
		assert.Equal(t, want, decide(p, Result{Kind: kind}, 0), kind)
	}
}

func TestPolicyHeedsRetryAfter(t *testing.T) {
	tests := map[string]struct {
		retryAfter time.Duration
		random     float64
		want       time.Duration
	}{
		"none":                  {want: 4500 * time.Millisecond},
		"sooner than scheduled": {retryAfter: 4 * time.Second, want: 4500 * time.Millisecond},
		"later":                 {retryAfter: time.Hour, want: time.Hour},
		"later, spread":         {retryAfter: time.Hour, random: 0.5, want: time.Hour + 3*time.Minute},
		"a day":                 {retryAfter: 24 * time.Hour, want: 24 * time.Hour},
		"a day, spread":         {retryAfter: 24 * time.Hour, random: 0.999, want: 24 * time.Hour},
		"spread up to a day":    {retryAfter: 23 * time.Hour, random: 0.999, want: 24 * time.Hour},
		"more than a day":       {retryAfter: 25 * time.Hour, want: 24 * time.Hour},
		"a week, spread":        {retryAfter: 7 * 24 * time.Hour, random: 0.5, want: 24*time.Hour - 72*time.Minute},
		"for ever":              {retryAfter: math.MaxInt64, random: 0.5, want: 24*time.Hour - 72*time.Minute},
	}
	for name, test := range tests {
		p := NewPolicy(DefaultSchedule(), func() float64 { return test.random })
		got := decide(p, Result{Kind: KindStatus, RetryAfter: test.retryAfter}, 0)
		assert.Equal(t, test.want, got.RetryAt.Sub(testNow), name)
	}
	exhausted := decide(NewPolicy(Schedule{}, middle), Result{Kind: KindStatus, RetryAfter: time.Minute}, 0)
	assert.Equal(t, webhook.DeliveryFailed, exhausted.State, "Retry-After is not another retry")
}

func TestPolicyDisables(t *testing.T) {
	gone := webhook.Outcome{State: webhook.DeliveryFailed, Reason: DisabledGone, Disable: DisabledGone}
	p := NewPolicy(DefaultSchedule(), middle)
	assert.Equal(t, gone, decide(p, Result{Kind: KindGone}, 0))
	assert.Equal(t, gone, decide(p, Result{Kind: KindGone}, 9))
	for _, kind := range []Kind{KindTimeout, KindStatus, KindDelivered} {
		assert.Empty(t, decide(p, Result{Kind: kind}, 9).Disable, kind)
	}
}

// Whatever the schedule, a retry comes within 10 % of its time, and never
// before the receiver's.
func TestPolicyJitter(t *testing.T) {
	within := func(delay time.Duration, retryAfter, dice uint32) bool {
		delay = delay.Abs() % (maxDelay + 1)
		random := float64(dice) / (1 << 32)
		asked := time.Duration(retryAfter) * time.Second
		got := decide(NewPolicy(Schedule{delay}, func() float64 { return random }), Result{RetryAfter: asked}, 0).RetryAt.Sub(testNow)
		low, high := delay-delay/10-1, delay+delay/10+1
		if asked > maxRetryAfter { // then the bound is what counts
			return got >= max(low, min(maxRetryAfter-maxRetryAfter/10-1, asked)) && got <= max(high, maxRetryAfter)
		}
		return got >= max(low, asked) && got <= max(high, min(asked+asked/10+1, maxRetryAfter))
	}
	require.NoError(t, quick.Check(within, &quick.Config{MaxCount: 20000}))
}

func TestPolicyJitterSpreads(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the numbers are to be the same each time
	p := NewPolicy(Schedule{time.Hour}, source.Float64)
	low, high := 2*time.Hour, time.Duration(0)
	for range 1000 {
		delay := decide(p, failed, 0).RetryAt.Sub(testNow)
		low, high = min(low, delay), max(high, delay)
	}
	assert.InDelta(t, float64(54*time.Minute), float64(low), float64(time.Minute))
	assert.InDelta(t, float64(66*time.Minute), float64(high), float64(time.Minute))
}

// A policy is made from what configurations say, which no parser has to have
// seen.
func TestPolicyWithImpossibleDelays(t *testing.T) {
	schedule := Schedule{-time.Hour, 1<<63 - 1}
	p := NewPolicy(schedule, func() float64 { return 0.999 })
	assert.Zero(t, decide(p, failed, 0).RetryAt.Sub(testNow))
	assert.InDelta(t, float64(maxDelay), float64(decide(p, failed, 1).RetryAt.Sub(testNow)), 0.11*float64(maxDelay))
	assert.Equal(t, webhook.DeliveryFailed, decide(p, failed, -1).State)
	assert.Equal(t, -time.Hour, schedule[0], "the caller's is left as it is")
}

func TestParseSchedule(t *testing.T) {
	for text, want := range map[string]Schedule{
		"":                 {},
		" ":                {},
		"5s":               {5 * time.Second},
		"0s, 1m30s ,\t1h":  {0, 90 * time.Second, time.Hour},
		"8760h":            {maxDelay},
		"0.5s,100ms,100ms": {500 * time.Millisecond, 100 * time.Millisecond, 100 * time.Millisecond},
	} {
		got, err := ParseSchedule(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
		again, err := ParseSchedule(got.String())
		require.NoError(t, err)
		assert.Equal(t, got, again, "String is what ParseSchedule reads")
	}
	for _, text := range []string{",", "5s,", "5", "-5s", "5s;5m", "8760h0m1s", "9999999999h", "soon"} {
		_, err := ParseSchedule(text)
		assert.Equal(t, webhook.CodeInvalid, webhook.CodeOf(err), text)
	}
}
