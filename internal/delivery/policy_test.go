package delivery

import (
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

// decide asks about a delivery with so many retries, of an endpoint that has
// just begun to fail.
func decide(p *Policy, r Result, retries int) Decision {
	return p.Decide(r, &webhook.Dispatch{Retries: retries, FailingSince: &testNow}, testNow)
}

func TestDefaultSchedule(t *testing.T) {
	const documented = "5s,5m,30m,2h,5h,10h,14h,20h,24h"
	schedule, err := ParseSchedule(documented)
	require.NoError(t, err)
	assert.Equal(t, DefaultSchedule(), schedule)

	p := NewPolicy(DefaultSchedule(), middle)
	for retries, delay := range DefaultSchedule() {
		assert.Equal(t, Decision{Next: webhook.DeliveryPending, Delay: delay}, decide(p, failed, retries))
	}
	exhausted := Decision{Next: webhook.DeliveryFailed, Reason: "no attempt succeeded, and no retry is left"}
	assert.Equal(t, exhausted, decide(p, failed, 9))
}

func TestPolicyByKind(t *testing.T) {
	again := Decision{Next: webhook.DeliveryPending, Delay: 5 * time.Second}
	tests := map[Kind]Decision{
		KindDelivered: {Next: webhook.DeliveryDelivered},
		KindGone: {
			Next: webhook.DeliveryFailed, Reason: "the endpoint answered 410 Gone", Disable: "the endpoint answered 410 Gone",
		},
		KindStatus: again, KindRedirect: again, KindDNS: again, KindRefused: again, KindReset: again, KindUnreachable: again,
		KindProxy: again, KindTLS: again, KindTimeout: again, KindBlocked: again, KindProtocol: again, KindInvalid: again,
		// It is made again at once, and counts for nothing.
		KindInterrupted: {Next: webhook.DeliveryPending},
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
	}
	for name, test := range tests {
		p := NewPolicy(DefaultSchedule(), func() float64 { return test.random })
		got := decide(p, Result{Kind: KindStatus, RetryAfter: test.retryAfter}, 0)
		assert.Equal(t, test.want, got.Delay, name)
	}
	exhausted := decide(NewPolicy(Schedule{}, middle), Result{Kind: KindStatus, RetryAfter: time.Minute}, 0)
	assert.Equal(t, webhook.DeliveryFailed, exhausted.Next, "Retry-After is not another retry")
}

func TestPolicyDisablesAfterFiveDays(t *testing.T) {
	ago := func(d time.Duration) *time.Time { return new(testNow.Add(-d)) }
	disabled := Decision{
		Next: webhook.DeliveryFailed, Reason: "no attempt has succeeded for 5 days", Disable: "no attempt has succeeded for 5 days",
	}
	again := Decision{Next: webhook.DeliveryPending, Delay: 5 * time.Second}
	gone := Decision{Next: webhook.DeliveryFailed, Reason: DisabledGone, Disable: DisabledGone}
	tests := map[string]struct {
		kind    Kind
		since   *time.Time
		retries int
		want    Decision
	}{
		"the first failure":         {kind: KindTimeout, want: again},
		"just before":               {kind: KindTimeout, since: ago(5*24*time.Hour - time.Microsecond), want: again},
		"five days":                 {kind: KindTimeout, since: ago(5 * 24 * time.Hour), want: disabled},
		"long after":                {kind: KindStatus, since: ago(1000 * time.Hour), want: disabled},
		"with no retry left":        {kind: KindStatus, since: ago(1000 * time.Hour), retries: 9, want: disabled},
		"a success":                 {kind: KindDelivered, since: ago(1000 * time.Hour), want: Decision{Next: webhook.DeliveryDelivered}},
		"gone is the better word":   {kind: KindGone, since: ago(1000 * time.Hour), want: gone},
		"interrupted is no attempt": {kind: KindInterrupted, since: ago(1000 * time.Hour), want: Decision{Next: webhook.DeliveryPending}},
		"a clock that went back":    {kind: KindTimeout, since: ago(-time.Hour), want: again},
	}
	p := NewPolicy(DefaultSchedule(), middle)
	for name, test := range tests {
		got := p.Decide(Result{Kind: test.kind}, &webhook.Dispatch{FailingSince: test.since, Retries: test.retries}, testNow)
		assert.Equal(t, test.want, got, name)
	}
}

// Whatever the schedule, a retry comes within 10 % of its time, and never
// before the receiver's.
func TestPolicyJitter(t *testing.T) {
	within := func(delay time.Duration, retryAfter, dice uint32) bool {
		delay = delay.Abs() % (maxDelay + 1)
		random := float64(dice) / (1 << 32)
		asked := min(time.Duration(retryAfter)*time.Second, maxRetryAfter)
		got := decide(NewPolicy(Schedule{delay}, func() float64 { return random }), Result{RetryAfter: asked}, 0).Delay
		low, high := delay-delay/10-1, delay+delay/10+1
		return got >= max(low, asked) && got <= max(high, asked+asked/10+1)
	}
	require.NoError(t, quick.Check(within, &quick.Config{MaxCount: 20000}))
}

func TestPolicyJitterSpreads(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the numbers are to be the same each time
	p := NewPolicy(Schedule{time.Hour}, source.Float64)
	low, high := 2*time.Hour, time.Duration(0)
	for range 1000 {
		delay := decide(p, failed, 0).Delay
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
	assert.Zero(t, decide(p, failed, 0).Delay)
	assert.InDelta(t, float64(maxDelay), float64(decide(p, failed, 1).Delay), 0.11*float64(maxDelay))
	assert.Equal(t, webhook.DeliveryFailed, decide(p, failed, -1).Next)
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
