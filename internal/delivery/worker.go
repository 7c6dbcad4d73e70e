package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Store is what deliveries need of storage. It must be safe for concurrent use.
type Store interface {
	// BeginAttempt marks a delivery PROCESSING at a worker and returns what is
	// to be sent; webhook.CodeOvertaken if there is nothing to do any more,
	// webhook.CodeAttemptUnderWay if another worker has begun it,
	// webhook.CodeWorkerGone if the worker was taken for dead, and
	// webhook.CodeDecryptionFailed if the secrets of its config do not open: it
	// is to be begun again after webhook.UnreadablePause.
	BeginAttempt(ctx context.Context, job webhook.Job, worker int64) (webhook.Dispatch, error)
	// ReleaseAttempt takes back the beginning of an attempt.
	ReleaseAttempt(ctx context.Context, dispatch *webhook.Dispatch) error
	// PostponeAttempt is ReleaseAttempt, and queues the attempt for a time.
	PostponeAttempt(ctx context.Context, dispatch *webhook.Dispatch, lane webhook.Lane, until time.Time) error
	// FinishAttempt records the outcome of an attempt, and queues the next one
	// in the same transaction. It returns why the config was disabled because
	// of it, "" if it was not. An attempt of a worker that was taken for dead
	// gives webhook.CodeOvertaken.
	FinishAttempt(ctx context.Context, dispatch *webhook.Dispatch, outcome webhook.Outcome) (disabled string, err error)
	// Requeue queues jobs again.
	Requeue(ctx context.Context, jobs ...webhook.Job) error
	// ContinueRecovery queues failed deliveries again, and returns the id to
	// continue after, zero at the end.
	ContinueRecovery(ctx context.Context, recovery webhook.Recovery, after webhook.ID, limit int) (last webhook.ID, err error)

	// SetDirect has first attempts begun with the commit of their deliveries;
	// nil ends that.
	SetDirect(direct webhook.Direct)
	// RegisterWorker adds a worker, and returns those that are certain to be
	// dead.
	RegisterWorker(ctx context.Context, client string) (id int64, dead []webhook.Worker, err error)
	// Beat says that a worker lives, and returns the others;
	// webhook.CodeWorkerGone if it was taken for dead.
	Beat(ctx context.Context, worker int64) (others []webhook.Worker, err error)
	// TakeOver queues attempts that a worker has under way for others, and
	// removes it when there are no more.
	TakeOver(ctx context.Context, worker int64, limit int) (more bool, err error)
	// UnderWay returns the deliveries whose attempts a worker has under way, as
	// far as is stored.
	UnderWay(ctx context.Context, worker int64) ([]webhook.ID, error)
	// Abandon is TakeOver for one delivery.
	Abandon(ctx context.Context, worker int64, id webhook.ID) error
}

// attemptWorker takes up the attempts that the queue hands out.
type attemptWorker struct {
	river.WorkerDefaults[attemptArgs]
	*attempter

	presence *presence
	logger   *slog.Logger
}

// Work implements [river.Worker]. An error has River run the job again.
func (w *attemptWorker) Work(ctx context.Context, queued *river.Job[attemptArgs]) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicked(ctx, w.logger, value)
		}
	}()
	job := queued.Args.job(webhook.Lane(queued.Queue))
	if early := earliness(job.At, w.now(), queued.Metadata); early > 0 {
		return river.JobSnooze(early)
	}
	if !w.presence.flights.add(job.DeliveryID) {
		return nil // whoever has the attempt sees to what follows
	}
	defer w.presence.flights.remove(job.DeliveryID)
	turn, later, ok := w.gate.join(job.OrganisationID, job.ConfigID, job.Lane)
	if !ok {
		return w.postpone(ctx, job, later)
	}
	defer turn.leave()
	dispatch, err := w.store.BeginAttempt(ctx, job, w.presence.worker.Load())
	if err != nil {
		return w.missed(ctx, job, err)
	}
	// Only what the endpoint sees counts as its load, so the database is done
	// with by now.
	if later, ok := turn.wait(ctx, targetHost(dispatch.URL)); !ok {
		return errors.Join(w.release(ctx, &dispatch), w.postpone(ctx, job, later))
	}
	ctx, ended := w.exchange(ctx, turn, &dispatch)
	if ended.Outcome != nil {
		return w.record(ctx, ended)
	}
	err = w.release(ctx, &dispatch)
	if err == nil && ended.Result.Kind == KindLocal {
		return river.JobSnooze(shortageDelay())
	}
	return errors.Join(context.Cause(ctx), err)
}

// release gives back an attempt that was not made, or not to its end, so that
// it does not count.
func (w *attemptWorker) release(ctx context.Context, dispatch *webhook.Dispatch) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	return w.store.ReleaseAttempt(ctx, dispatch)
}

// errPanicked has River run a job again whose attempt met a bug.
var errPanicked = errors.New("a panic while an attempt was made")

// panicked logs where a panic was. Its value is not shown, nor left to the
// queue, which would log and store it: it can hold what was sent.
func panicked(ctx context.Context, logger *slog.Logger, value any) error {
	logger.LogAttrs(ctx, slog.LevelError, "a panic while an attempt was made, which will be made again",
		slog.String("type", fmt.Sprintf("%T", value)), slog.String("stack", string(debug.Stack())))
	return errPanicked
}

// missed says what a job does whose attempt cannot be begun. Whoever has the
// attempt, or takes over from that, sees to what follows.
func (w *attemptWorker) missed(ctx context.Context, job webhook.Job, err error) error {
	switch webhook.CodeOf(err) {
	case webhook.CodeOvertaken, webhook.CodeAttemptUnderWay:
		return nil
	case webhook.CodeDecryptionFailed:
		w.logger.LogAttrs(ctx, slog.LevelError, "an attempt cannot be begun",
			slog.String("delivery", job.DeliveryID.String()), slog.Int64("organisation", job.OrganisationID),
			slog.Int64("config", job.ConfigID), slog.Any("error", err))
		return river.JobSnooze(webhook.UnreadablePause)
	default:
		return err
	}
}

// postpone sends away a job that cannot have its turn soon, into the lane where
// it is out of the way of others.
func (w *attemptWorker) postpone(ctx context.Context, job webhook.Job, d deferral) error {
	if d.lane == "" || d.lane == job.Lane {
		return river.JobSnooze(d.after)
	}
	job.Lane, job.At = d.lane, w.now().Add(d.after)
	return w.store.Requeue(ctx, job)
}

const (
	// recoveryBatch is how many deliveries of a recovery are queued at a time,
	// and recoveryBatches how often before others get their turn.
	recoveryBatch   = 500
	recoveryBatches = 20
)

// recoveryWorker queues failed deliveries again.
type recoveryWorker struct {
	river.WorkerDefaults[recoveryArgs]

	store Store
}

// Work implements [river.Worker]. What it has queued is not FAILED any more, so
// a recovery that is interrupted goes on where it was.
func (w *recoveryWorker) Work(ctx context.Context, queued *river.Job[recoveryArgs]) error {
	after := webhook.ID{}
	for range recoveryBatches {
		last, err := w.store.ContinueRecovery(ctx, webhook.Recovery(queued.Args.Recovery), after, recoveryBatch)
		if err != nil || last.IsZero() {
			return err
		}
		after = last
	}
	return river.JobSnooze(0)
}
