package delivery

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hookline-go/hookline/internal/retryafter"
	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// jitter spreads a retry over ±10 % of its delay, so that what failed at
	// the same moment does not come back at the same moment.
	jitter = 0.1
	// maxRetryAfter bounds the delay that a receiver can ask for in
	// Retry-After, jitter included.
	maxRetryAfter = 24 * time.Hour
	// maxDelay bounds a schedule's delays, in which an operator's slip would
	// otherwise be a delivery that never fails.
	maxDelay = 365 * 24 * time.Hour
)

// DisabledGone is the reason for which a config is disabled whose endpoint
// answered 410 Gone. The other one is [webhook.ReasonEndpointFailing].
const DisabledGone = "the endpoint answered 410 Gone"

// reasonExhausted is why a delivery is given up when nothing worse happened.
const reasonExhausted = "no attempt succeeded, and no retry is left"

// Schedule has the delay before each retry: the first after the first failed
// attempt. A delivery whose last retry fails is given up.
type Schedule []time.Duration

// DefaultSchedule returns nine retries over some 75 hours.
func DefaultSchedule() Schedule {
	return Schedule{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
		10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// ParseSchedule reads delays such as "5s,5m,30m", separated by commas; spaces
// around them are ignored. The empty text means no retries. A delay is at most
// 365 days. The error's code is [webhook.CodeInvalid].
func ParseSchedule(text string) (Schedule, error) {
	if strings.TrimSpace(text) == "" {
		return Schedule{}, nil
	}
	var schedule Schedule
	for part := range strings.SplitSeq(text, ",") {
		delay, err := time.ParseDuration(strings.TrimSpace(part))
		if err != nil || delay < 0 || delay > maxDelay {
			return nil, &webhook.Error{
				Code:    webhook.CodeInvalid,
				Message: "a retry schedule is a list of durations such as 5s,5m,2h, each of at most 365 days",
			}
		}
		schedule = append(schedule, delay)
	}
	return schedule, nil
}

// String returns the form that [ParseSchedule] reads.
func (s Schedule) String() string {
	parts := make([]string, len(s))
	for i, delay := range s {
		parts[i] = short(delay)
	}
	return strings.Join(parts, ",")
}

// short writes 5m0s as 5m, and 2h0m0s as 2h.
func short(d time.Duration) string {
	text := d.String()
	if d != 0 && d%time.Minute == 0 {
		text = strings.TrimSuffix(text, "0s")
	}
	if d != 0 && d%time.Hour == 0 {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Policy says what follows from an attempt. It is immutable and safe for
// concurrent use.
type Policy struct {
	schedule Schedule
	random   func() float64
}

// NewPolicy returns a policy with a schedule and a source of random numbers in
// [0, 1) that is safe for concurrent use, such as [math/rand/v2.Float64].
// Delays that [ParseSchedule] would refuse are brought within its bounds.
func NewPolicy(schedule Schedule, random func() float64) *Policy {
	p := &Policy{schedule: slices.Clone(schedule), random: random}
	for i, delay := range p.schedule {
		p.schedule[i] = min(max(delay, 0), maxDelay)
	}
	return p
}

// Decide returns the outcome of an attempt of d that has ended now: only 2xx is
// success; 410 fails the delivery at once and disables the config; anything else
// is tried again as the schedule says, or when Retry-After allows it, if that
// is later. The attempt must be one that counts.
func (p *Policy) Decide(r *Result, d *webhook.Dispatch, now time.Time) webhook.Outcome {
	o := webhook.Outcome{Attempt: r.Attempt, State: webhook.DeliveryFailed}
	switch {
	case r.Success:
		o.State = webhook.DeliveryDelivered
	case r.Kind == KindGone:
		o.Reason, o.Disable = DisabledGone, DisabledGone
	case d.Retries < 0 || d.Retries >= len(p.schedule):
		o.Reason = reasonExhausted
	default:
		o.State, o.RetryAt = webhook.DeliveryPending, now.Add(p.delay(r.RetryAfter, d.Retries))
	}
	return o
}

// delay returns how long to wait before a retry, counted from 0.
func (p *Policy) delay(asked time.Duration, retry int) time.Duration {
	scheduled := spread(p.schedule[retry], p.random())
	if asked <= scheduled {
		return scheduled
	}
	some := jitter * p.random()
	if asked > maxRetryAfter {
		// The receiver does not get what it asks for, so the retries may
		// come before the bound, and not all at that time.
		return max(scheduled, maxRetryAfter-time.Duration(some*float64(maxRetryAfter)))
	}
	// Never before the receiver's time, and never after the bound.
	return min(asked+time.Duration(some*float64(asked)), maxRetryAfter)
}

// spread returns a delay between 90 and 110 % of d.
func spread(d time.Duration, random float64) time.Duration {
	return d + time.Duration(jitter*(2*random-1)*float64(d))
}

// retryAfter is how long a receiver wants to be left alone, 0 if it does not
// say; [Policy.Decide] bounds it.
func retryAfter(header http.Header, now time.Time) time.Duration {
	wait, _ := retryafter.Parse(header.Get(retryafter.Name), now)
	return wait
}

// statusMessage puts a status that is not 2xx into words.
func statusMessage(code int) string {
	if code >= 300 && code < 400 {
		return fmt.Sprintf("redirect: status %d is not followed", code)
	}
	if text := http.StatusText(code); text != "" {
		return fmt.Sprintf("status %d %s", code, text)
	}
	return fmt.Sprintf("status %d", code)
}
