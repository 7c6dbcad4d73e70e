package app

import (
	"context"
	"time"

	"github.com/hookline-go/hookline/internal/telemetry"
	"github.com/hookline-go/hookline/internal/webhook"
)

// timed is a store whose work for deliveries is measured.
type timed struct {
	Store

	stored func(operation string, took time.Duration)
}

// BeginAttempt is that of the store.
func (t *timed) BeginAttempt(ctx context.Context, job webhook.Job, worker int64) (webhook.Dispatch, error) {
	began := time.Now()
	defer func() { t.stored("begin_attempt", time.Since(began)) }()
	return t.Store.BeginAttempt(ctx, job, worker)
}

// FinishAttempt is that of the store.
func (t *timed) FinishAttempt(ctx context.Context, dispatch *webhook.Dispatch, outcome webhook.Outcome) (disabled string, err error) {
	began := time.Now()
	defer func() { t.stored("finish_attempt", time.Since(began)) }()
	return t.Store.FinishAttempt(ctx, dispatch, outcome)
}

// publishing is a store whose publishes are listened to.
type publishing struct {
	Store

	observers []telemetry.PublishObserver
	stored    func(operation string, took time.Duration)
}

func (a *App) publishing() *publishing {
	observers := []telemetry.PublishObserver{a.metrics}
	if tracing, ok := a.exports.Tracing(); ok {
		observers = append(observers, tracing)
	}
	return &publishing{Store: a.store, observers: observers, stored: a.metrics.Stored}
}

// PublishEvent is that of the store.
func (p *publishing) PublishEvent(
	ctx context.Context, event webhook.Event, key webhook.Idempotency,
) (published webhook.Publication, err error) {
	for _, o := range p.observers {
		ctx = o.PublishStarted(ctx, &event) //nolint:fatcontext // there are as many as observers
	}
	began := time.Now()
	published, err = p.Store.PublishEvent(ctx, event, key)
	p.stored("publish", time.Since(began))
	for _, o := range p.observers {
		o.PublishEnded(ctx, published, err)
	}
	return published, err
}
