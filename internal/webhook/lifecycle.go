package webhook

import "time"

// A delivery waits (PENDING), has an attempt under way (PROCESSING), and ends
// DELIVERED or FAILED, from where a person can have it tried again. The methods
// of this file are all the ways from one state to another. They change nothing
// themselves: a store loads a delivery, asks for the next one, and saves it.

// Reasons why deliveries are given up without an attempt, and why configs are
// disabled.
const (
	ReasonConfigDisabled = "the config was disabled"
	ReasonConfigDeleted  = "the config was deleted"
	// ReasonEndpointFailing: the endpoint has failed for [DisableAfter].
	ReasonEndpointFailing = "no attempt has succeeded for 5 days"
	// ReasonUnreadable is why a delivery waits that cannot be signed.
	ReasonUnreadable = "the secrets of the config cannot be decrypted: the service's encryption key file lacks a key"
)

// UnreadablePause is how long a delivery waits before the secrets of its config
// are looked at again.
const UnreadablePause = time.Minute

// Unwanted says why a config wants no deliveries, "" if it does. The config is
// nil if it was deleted.
func Unwanted(config *Config) (reason string) {
	switch {
	case config == nil:
		return ReasonConfigDeleted
	case config.State != StateEnabled:
		return ReasonConfigDisabled
	}
	return ""
}

// unwantedError is [Unwanted] for a caller who asks for an attempt.
func unwantedError(config *Config) error {
	switch {
	case config == nil:
		return &Error{Code: CodeConfigDeleted, Message: "The config of the delivery was deleted."}
	case config.State != StateEnabled:
		return ConfigDisabled()
	}
	return nil
}

// ConfigDisabled returns the error for what needs an enabled config.
func ConfigDisabled() error {
	return &Error{Code: CodeConfigDisabled, Message: "The config is disabled. Enable it first."}
}

// Unreadable returns the error for an attempt that cannot be begun, because the
// secrets of the config cannot be decrypted.
func Unreadable() error {
	return &Error{Code: CodeDecryptionFailed, Message: ReasonUnreadable}
}

// Overtaken returns the error for a job or an outcome that comes too late.
func Overtaken() error {
	return &Error{Code: CodeOvertaken, Message: "the attempt has been overtaken"}
}

// AttemptUnderWay returns the error for a delivery whose next attempt is under
// way or due.
func AttemptUnderWay() error {
	return &Error{Code: CodeAttemptUnderWay, Message: "An attempt is under way or due. Its outcome comes first."}
}

// Claim is a worker that wants to begin an attempt.
type Claim struct {
	// Worker is its id. It has no attempt of the same delivery under way.
	Worker int64
	// Live are the workers that have not been taken for dead.
	Live map[int64]bool
}

// Begin returns d with the attempt of that number under way at a worker, or
// FAILED if the config, nil for one that was deleted, wants no deliveries any
// more. While the secrets of the config are unreadable, d waits, and says why.
// The error's code is [CodeOvertaken] if d does not wait for that attempt, and [CodeAttemptUnderWay] if another worker has begun it and lives. A
// worker that was taken for dead itself begins nothing: [CodeWorkerGone].
func (d Delivery) Begin(number int, config *Config, by Claim, now time.Time) (Delivery, error) {
	switch {
	case !by.Live[by.Worker]:
		return d, WorkerGone()
	case !d.awaits(number):
		return d, Overtaken()
	case d.State == DeliveryProcessing && d.Worker != by.Worker && by.Live[d.Worker]:
		return d, AttemptUnderWay()
	}
	if reason := Unwanted(config); reason != "" {
		return d.GiveUp(reason, now), nil
	}
	if config.Unreadable {
		d = d.wait(now.Add(UnreadablePause), now)
		d.FailureReason = ReasonUnreadable
		return d, nil
	}
	d = d.move(DeliveryProcessing, now)
	d.Worker = by.Worker
	return d, nil
}

// BeginDirectly returns a new delivery with its first attempt under way at the
// worker that stores it.
func (d Delivery) BeginDirectly(worker int64) Delivery {
	d.State, d.NextAttemptAt, d.Worker = DeliveryProcessing, nil, worker
	return d
}

// Abandon returns d waiting for the attempt that a worker has begun and did not
// end, since it died. Others it returns unchanged.
func (d Delivery) Abandon(worker int64, now time.Time) Delivery {
	if d.State != DeliveryProcessing || d.Worker != worker {
		return d
	}
	return d.wait(now, now)
}

// Release takes back the beginning of the attempt of that number, which does
// not count then: d waits for it again, until a time. The error's code is
// [CodeOvertaken] if that attempt is not under way at the worker.
func (d Delivery) Release(number int, worker int64, until, now time.Time) (Delivery, error) {
	if !d.hasUnderWay(number, worker) {
		return d, Overtaken()
	}
	return d.wait(until, now), nil
}

// Finish returns d after a worker's attempt of that number. There is no further
// attempt if the config wants none any more; it is nil if it was deleted, and
// does not matter for an outcome that is final. The error's code is
// [CodeOvertaken] if that attempt is not under way there any more.
func (d Delivery) Finish(number int, worker int64, outcome *Outcome, config *Config, now time.Time) (Delivery, error) {
	if !d.hasUnderWay(number, worker) {
		return d, Overtaken()
	}
	d.AttemptCount, d.LatestStatusCode = number, outcome.Attempt.StatusCode
	if outcome.State != DeliveryPending {
		d = d.move(outcome.State, now)
		d.FailureReason = outcome.Reason
		return d, nil
	}
	if reason := Unwanted(config); reason != "" {
		return d.GiveUp(reason, now), nil
	}
	d.Retries++
	return d.wait(outcome.RetryAt, now), nil
}

// Retry returns d waiting for one more attempt at once, because a person wants
// it. The error's code is [CodeAttemptUnderWay] if an attempt is under way or
// due already, and [CodeConfigDeleted] or [CodeConfigDisabled] if the config
// wants none.
func (d Delivery) Retry(config *Config, now time.Time) (Delivery, error) {
	due := d.State == DeliveryPending && d.NextAttemptAt != nil && !d.NextAttemptAt.After(now)
	if due || d.State == DeliveryProcessing {
		return d, AttemptUnderWay()
	}
	if err := unwantedError(config); err != nil {
		return d, err
	}
	return d.wait(now, now), nil
}

// Recover returns a FAILED delivery waiting for an attempt at once, with the
// whole retry schedule before it. Others it returns unchanged.
func (d Delivery) Recover(now time.Time) Delivery {
	if d.State != DeliveryFailed {
		return d
	}
	d.Retries = 0
	return d.wait(now, now)
}

// GiveUp returns d FAILED without a further attempt.
func (d Delivery) GiveUp(reason string, now time.Time) Delivery {
	d = d.move(DeliveryFailed, now)
	d.FailureReason = reason
	return d
}

// awaits reports whether the attempt of that number is the next to be begun, or
// begun.
func (d Delivery) awaits(number int) bool {
	return (d.State == DeliveryPending || d.State == DeliveryProcessing) && d.AttemptCount+1 == number
}

// hasUnderWay reports whether a worker has that attempt under way. Number and
// worker together keep one that was taken for dead, and comes back, from
// changing what others have done since.
func (d Delivery) hasUnderWay(number int, worker int64) bool {
	return d.State == DeliveryProcessing && d.AttemptCount+1 == number && d.Worker == worker
}

func (d Delivery) move(to DeliveryState, now time.Time) Delivery {
	d.State, d.UpdatedAt, d.FailureReason, d.NextAttemptAt, d.Worker = to, later(d.UpdatedAt, now), "", nil, 0
	return d
}

func (d Delivery) wait(until, now time.Time) Delivery {
	d = d.move(DeliveryPending, now)
	until = stamp(until)
	d.NextAttemptAt = &until
	return d
}

// Record returns the config after an attempt of one of its deliveries. The
// config is disabled, and the reason returned, if the outcome says so, or if
// its endpoint is [Health.Hopeless] and the delivery has had its last retry: an
// event always gets the whole schedule.
func (c *Config) Record(outcome *Outcome, now time.Time) (next Config, disabled string) {
	next = *c
	next.Health = c.Health.Record(&outcome.Attempt)
	disabled = outcome.Disable
	if disabled == "" && outcome.State == DeliveryFailed && next.Hopeless() {
		disabled = ReasonEndpointFailing
	}
	if disabled == "" || c.State != StateEnabled {
		return next, ""
	}
	next.State, next.UpdatedAt = StateDisabled, nextUpdate(c.UpdatedAt, now)
	return next, disabled
}

// Update returns c as change alters it, which may not touch the id, the
// organisation and the times.
func (c *Config) Update(change func(*Config) error, now time.Time) (Config, error) {
	next := c.Clone()
	if err := change(&next); err != nil {
		return Config{}, err
	}
	next.ID, next.OrganisationID, next.CreatedAt = c.ID, c.OrganisationID, c.CreatedAt
	next.UpdatedAt = nextUpdate(c.UpdatedAt, now)
	next.SetDefaults()
	// change may have put slices of its caller into the config.
	return next.Clone(), nil
}
