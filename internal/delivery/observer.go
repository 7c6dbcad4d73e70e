package delivery

import (
	"context"
	"slices"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Observer hears about every attempt: logs, metrics and traces are observers.
// Its methods are called by many goroutines at once, and the attempt waits for
// them, so they must be quick. They must not change what they are given, nor
// keep the payload.
type Observer interface {
	// AttemptStarted is called before the request is made. The context that it
	// returns is that of the attempt, and of AttemptEnded.
	AttemptStarted(ctx context.Context, d *webhook.Dispatch) context.Context
	// AttemptEnded is called when the outcome has been stored, or the attempt
	// has been given back.
	AttemptEnded(ctx context.Context, e *Ended)
}

// Ended is an attempt that has ended.
type Ended struct {
	Dispatch *webhook.Dispatch
	Result   *Result
	// Outcome is what was stored, nil for an attempt that was given back: it
	// does not count, and is made again.
	Outcome *webhook.Outcome
}

// observers is an Observer that tells all of them, in reverse order at the end.
type observers []Observer

// AttemptStarted implements [Observer].
func (all observers) AttemptStarted(ctx context.Context, d *webhook.Dispatch) context.Context {
	for _, o := range all {
		ctx = o.AttemptStarted(ctx, d) //nolint:fatcontext // there are as many as observers
	}
	return ctx
}

// AttemptEnded implements [Observer].
func (all observers) AttemptEnded(ctx context.Context, e *Ended) {
	for _, o := range slices.Backward(all) {
		o.AttemptEnded(ctx, e)
	}
}
