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
	// BeginAttempt marks a delivery PROCESSING and returns what is to be sent;
	// webhook.CodeOvertaken if there is nothing to do any more, and
	// webhook.CodeAttemptUnderWay if another worker has begun it, less than a
	// lease ago, and webhook.CodeDecryptionFailed if the secrets of its config
	// do not open: it is to be begun again after webhook.UnreadablePause.
	BeginAttempt(ctx context.Context, job webhook.Job, lease time.Duration) (webhook.Dispatch, error)
	// ReleaseAttempt takes back the beginning of an attempt.
	ReleaseAttempt(ctx context.Context, dispatch *webhook.Dispatch) error
	// FinishAttempt records the outcome of an attempt, and queues the next one
	// in the same transaction. It returns why the config was disabled because
	// of it, "" if it was not.
	FinishAttempt(ctx context.Context, dispatch *webhook.Dispatch, outcome webhook.Outcome) (disabled string, err error)
	// Requeue queues a job again.
	Requeue(ctx context.Context, job webhook.Job) error
	// ContinueRecovery queues failed deliveries again, and returns the id to
	// continue after, zero at the end.
	ContinueRecovery(ctx context.Context, recovery webhook.Recovery, after webhook.ID, limit int) (last webhook.ID, err error)
}

// attemptWorker takes up the attempts that the queue hands out.
type attemptWorker struct {
	river.WorkerDefaults[attemptArgs]
	*attempter

	lease  time.Duration // how long a worker can have an attempt
	logger *slog.Logger
}

// Work implements [river.Worker]. An error has River run the job again.
func (w *attemptWorker) Work(ctx context.Context, queued *river.Job[attemptArgs]) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = panicked(ctx, w.logger, value)
		}
	}()
	job := queued.Args.job(webhook.Lane(queued.Queue))
	if early := job.At.Sub(w.now()); !job.At.IsZero() && early > 0 {
		return river.JobSnooze(early)
	}
	turn, later, ok := w.gate.join(job.OrganisationID, job.ConfigID, job.Lane)
	if !ok {
		return w.postpone(ctx, job, later)
	}
	defer turn.leave()
	dispatch, err := w.store.BeginAttempt(ctx, job, w.lease)
	if err != nil {
		return w.missed(ctx, job, err)
	}
	// Only what the endpoint sees counts as its load, so the database is done
	// with by now.
	if later, ok := turn.wait(ctx, targetHost(dispatch.URL)); !ok {
		return errors.Join(w.release(ctx, &dispatch), w.postpone(ctx, job, later))
	}
	if err := w.attempt(ctx, turn, &dispatch); !errors.Is(err, errShortage) {
		return err
	}
	return river.JobSnooze(shortageDelay())
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

// missed says what a job does whose attempt cannot be begun. One that another
// worker has is looked at again when that worker must be done or dead.
func (w *attemptWorker) missed(ctx context.Context, job webhook.Job, err error) error {
	switch webhook.CodeOf(err) {
	case webhook.CodeOvertaken:
		return nil
	case webhook.CodeAttemptUnderWay:
		return river.JobSnooze(w.lease)
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
