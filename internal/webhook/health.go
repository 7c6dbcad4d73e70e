package webhook

import "time"

// Health says how an endpoint has answered of late. The zero value is that of
// one whose last attempt succeeded.
type Health struct {
	// ConsecutiveFailures counts the failed attempts since the last success.
	ConsecutiveFailures int
	// FailingSince is when the present run of failures began, nil if the last
	// attempt succeeded. A pause of more than [maxFailurePause] ends a run:
	// nothing is known of the endpoint in between.
	FailingSince *time.Time
	// FailingDays is on how many of the run's days, counted in periods of 24
	// hours from FailingSince, an attempt failed.
	FailingDays int
	// LastFailure is when the latest attempt that failed began.
	LastFailure *time.Time
}

// An endpoint is given up when it has failed continuously for [DisableAfter].
// One failure six days ago and another one now are no continuous failing, so
// the run must have this many failures, on this many days, without a pause in
// which an endpoint could have recovered unseen. The longest delay of the
// default retry schedule is a day, and a pause is twice that.
const (
	DisableAfter    = 5 * day
	minFailures     = 10
	minFailingDays  = 4
	maxFailurePause = 2 * day
	day             = 24 * time.Hour
)

// FailingAfter is the number of consecutive failures after which an endpoint's
// deliveries wait in [LaneFailing].
const FailingAfter = 3

// Lane returns the lane for jobs of the endpoint.
func (h Health) Lane() Lane {
	if h.ConsecutiveFailures >= FailingAfter {
		return LaneFailing
	}
	return LaneDeliveries
}

// Record returns the health after an attempt. The time of a failure is that at
// which its attempt began.
func (h Health) Record(attempt *Attempt) Health {
	if attempt.Success {
		return Health{}
	}
	at := stamp(attempt.CreatedAt)
	next := Health{ConsecutiveFailures: h.ConsecutiveFailures + 1, FailingSince: h.FailingSince, LastFailure: &at}
	switch {
	case h.FailingSince == nil || h.LastFailure == nil || at.Sub(*h.LastFailure) > maxFailurePause:
		next.FailingSince, next.FailingDays = &at, 1
	case at.Before(*h.LastFailure): // attempts overlap
		next.FailingDays, next.LastFailure = h.FailingDays, h.LastFailure
	case at.Sub(*h.FailingSince)/day > h.LastFailure.Sub(*h.FailingSince)/day:
		next.FailingDays = h.FailingDays + 1
	default:
		next.FailingDays = h.FailingDays
	}
	return next
}

// Hopeless reports whether the endpoint has failed continuously for
// [DisableAfter].
func (h Health) Hopeless() bool {
	return h.FailingSince != nil && h.LastFailure != nil && h.LastFailure.Sub(*h.FailingSince) >= DisableAfter &&
		h.ConsecutiveFailures >= minFailures && h.FailingDays >= minFailingDays
}
