package delivery

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// recordTimeout is how long the outcome of an attempt may take to be recorded,
// also while the service stops.
const recordTimeout = 3 * time.Second

// attempter makes attempts that have begun, whoever took them up. It is safe for
// concurrent use.
type attempter struct {
	store    Store
	sender   *Sender
	policy   *Policy
	gate     *gate
	observer Observer
	now      func() time.Time
}

// errShortage has an attempt made again a little later: this machine lacked
// what it needs.
var errShortage = errors.New("this machine cannot make the attempt now")

// attempt makes an attempt that has its slot, and records the outcome. It
// returns [errShortage], the cause with which ctx ended, or the store's error
// if there is no outcome; the attempt is then given back, or is found by
// whoever looks for attempts of dead workers.
func (a *attempter) attempt(ctx context.Context, t *turn, dispatch *webhook.Dispatch) error {
	ctx = a.observer.AttemptStarted(ctx, dispatch)
	result := a.sender.Send(ctx, dispatch)
	t.end(&result)
	if result.Kind.counts() {
		return a.record(ctx, dispatch, &result)
	}
	a.observer.AttemptEnded(ctx, &Ended{Dispatch: dispatch, Result: &result})
	reason := errShortage
	if result.Kind == KindInterrupted {
		reason = context.Cause(ctx)
	}
	return errors.Join(reason, a.release(ctx, dispatch))
}

// release gives back an attempt that was not made, or not to its end, so that
// it does not count.
func (a *attempter) release(ctx context.Context, dispatch *webhook.Dispatch) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	return a.store.ReleaseAttempt(ctx, dispatch)
}

// record keeps the outcome. It does so even if the service is told to stop: the
// receiver has seen the attempt.
func (a *attempter) record(ctx context.Context, dispatch *webhook.Dispatch, result *Result) error {
	// What is not recorded is sent again, so a busy database gets the time that
	// a job has left.
	storing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*recordTimeout)
	defer cancel()
	outcome := a.policy.Decide(result, dispatch, a.now())
	disabled, err := a.store.FinishAttempt(storing, dispatch, outcome)
	if webhook.CodeOf(err) == webhook.CodeOvertaken {
		return nil
	}
	if err != nil {
		return err
	}
	outcome.Disable = disabled
	a.observer.AttemptEnded(ctx, &Ended{Dispatch: dispatch, Result: result, Outcome: &outcome})
	return nil
}

// shortageDelay spreads the attempts over the time in which a shortage may
// pass.
func shortageDelay() time.Duration {
	const least = time.Second
	return least + rand.N(least) //nolint:gosec // it spreads load
}
