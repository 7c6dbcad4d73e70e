package delivery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// dispatcher makes first attempts directly: a delivery is stored as begun by
// this process, and handed over after the commit. What cannot have a place at
// once is queued, and so is what cannot be made after all. It is safe for
// concurrent use.
type dispatcher struct {
	*attempter

	presence *presence
	logger   *slog.Logger

	// mu guards closed: nothing is added to running once it is.
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
	// waiting ends when the process begins to stop, and attempts when those
	// under way are interrupted.
	waiting, attempts       context.Context //nolint:containedctx // they are those of all attempts
	stopWaiting, stopAtOnce context.CancelFunc
}

func newDispatcher(a *attempter, p *presence, logger *slog.Logger) *dispatcher {
	d := &dispatcher{attempter: a, presence: p, logger: logger}
	d.attempts, d.stopAtOnce = context.WithCancel(context.Background())
	d.waiting, d.stopWaiting = context.WithCancel(d.attempts)
	return d
}

// reservation is a place for one attempt.
type reservation struct {
	dispatcher *dispatcher
	turn       *turn
	worker     int64
}

// Reserve implements [webhook.Direct].
func (d *dispatcher) Reserve(organisationID, configID int64) (webhook.Reservation, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	worker := d.presence.worker.Load()
	if d.closed || worker == 0 {
		return nil, false
	}
	t, ok := d.gate.reserve(organisationID, configID)
	if !ok {
		return nil, false
	}
	d.running.Add(1)
	return &reservation{dispatcher: d, turn: t, worker: worker}, true
}

// Worker implements [webhook.Reservation].
func (r *reservation) Worker() int64 { return r.worker }

// Cancel implements [webhook.Reservation].
func (r *reservation) Cancel() {
	r.turn.leave()
	r.dispatcher.running.Done()
}

// Start implements [webhook.Reservation].
func (r *reservation) Start(dispatch webhook.Dispatch) {
	d := r.dispatcher
	d.presence.flights.add(dispatch.DeliveryID)
	go func() {
		defer d.running.Done()
		defer d.presence.flights.remove(dispatch.DeliveryID)
		if d.run(r.turn, &dispatch) != nil {
			d.postpone(&dispatch, deferral{after: shortageDelay()})
		}
	}()
}

// run makes one attempt, and sees to it that something follows from it, unless
// it meets a bug.
func (d *dispatcher) run(t *turn, dispatch *webhook.Dispatch) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicked(d.attempts, d.logger, value)
		}
	}()
	defer t.leave()
	if later, ok := t.wait(d.waiting, targetHost(dispatch.URL)); !ok {
		if d.waiting.Err() != nil {
			later = deferral{} // others may have it at once
		}
		d.postpone(dispatch, later)
		return nil
	}
	ctx, ended := d.exchange(d.attempts, t, dispatch)
	switch {
	case ended.Outcome != nil:
		d.keep(ctx, func() error { return d.record(ctx, ended) })
	case ended.Result.Kind == KindLocal:
		d.postpone(dispatch, deferral{after: shortageDelay()})
	default:
		d.postpone(dispatch, deferral{})
	}
	return nil
}

// postpone queues the attempt, to be made after a while.
func (d *dispatcher) postpone(dispatch *webhook.Dispatch, later deferral) {
	lane := later.lane
	if lane == "" {
		lane = webhook.LaneDeliveries
	}
	until := d.now().Add(later.after)
	d.keep(d.attempts, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
		defer cancel()
		return d.store.PostponeAttempt(ctx, dispatch, lane, until)
	})
}

const (
	minStorePause = 100 * time.Millisecond
	maxStorePause = 5 * time.Second
)

// keep stores what follows from an attempt, again and again while the
// database cannot be reached. If the process stops meanwhile, or the failure is
// another one, the delivery is found by whoever looks for attempts that nobody
// has.
func (d *dispatcher) keep(ctx context.Context, store func() error) {
	for pause := minStorePause; ; pause = min(2*pause, maxStorePause) {
		err := store()
		if err == nil {
			return
		}
		isPassing := webhook.CodeOf(err) == webhook.CodeUnavailable || errors.Is(err, context.DeadlineExceeded)
		if !isPassing {
			d.logger.ErrorContext(ctx, "the outcome of an attempt cannot be stored; the attempt will be made again", slog.Any("error", err))
			return
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-d.attempts.Done():
			timer.Stop()
			return
		}
	}
}

// stop takes no more attempts, queues those that wait, and lets those under way
// end until ctx does. Then it interrupts them.
func (d *dispatcher) stop(ctx context.Context) {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.stopWaiting()
	ended := make(chan struct{})
	go func() {
		d.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	d.stopAtOnce()
	<-ended
}
