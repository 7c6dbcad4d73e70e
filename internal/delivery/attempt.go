package delivery

import (
	"context"
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

// exchange makes an attempt that has its slot. One that counts has an outcome,
// which is to be recorded; any other is to be given back. The context is that
// for the observers.
func (a *attempter) exchange(ctx context.Context, t *turn, dispatch *webhook.Dispatch) (context.Context, *Ended) {
	ctx = a.observer.AttemptStarted(ctx, dispatch)
	result := a.sender.Send(ctx, dispatch)
	t.end(&result)
	ended := &Ended{Dispatch: dispatch, Result: &result}
	if !result.Kind.counts() {
		a.observer.AttemptEnded(ctx, ended)
		return ctx, ended
	}
	outcome := a.policy.Decide(&result, dispatch, a.now())
	ended.Outcome = &outcome
	return ctx, ended
}

// record keeps the outcome. It does so even if the service is told to stop: the
// receiver has seen the attempt. One that was overtaken changes nothing.
func (a *attempter) record(ctx context.Context, ended *Ended) error {
	// What is not recorded is sent again, so a busy database gets the time that
	// a job has left.
	storing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*recordTimeout)
	defer cancel()
	disabled, err := a.store.FinishAttempt(storing, ended.Dispatch, *ended.Outcome)
	if webhook.CodeOf(err) == webhook.CodeOvertaken {
		return nil
	}
	if err != nil {
		return err
	}
	ended.Outcome.Disable = disabled
	a.observer.AttemptEnded(ctx, ended)
	return nil
}

// shortageDelay spreads the attempts over the time in which a shortage may
// pass.
func shortageDelay() time.Duration {
	const least = time.Second
	return least + rand.N(least) //nolint:gosec // it spreads load
}
