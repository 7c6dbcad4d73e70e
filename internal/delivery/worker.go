package delivery

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Store is what deliveries need of storage. It must be safe for concurrent use.
type Store interface {
	// BeginAttempt marks a delivery PROCESSING and returns what is to be sent;
	// webhook.CodeOvertaken if there is nothing to do any more, and
	// webhook.CodeAttemptUnderWay if another worker has begun it, less than a
	// lease ago.
	BeginAttempt(ctx context.Context, job webhook.Job, lease time.Duration) (webhook.Dispatch, error)
	// ReleaseAttempt takes back the beginning of an attempt.
	ReleaseAttempt(ctx context.Context, dispatch *webhook.Dispatch) error
	// FinishAttempt records what became of an attempt, and queues the next one
	// in the same transaction.
	FinishAttempt(ctx context.Context, dispatch *webhook.Dispatch, outcome webhook.Outcome) error
	// Requeue queues a job again.
	Requeue(ctx context.Context, job webhook.Job) error
	// ContinueRecovery queues failed deliveries again, and returns the id to
	// continue after, "" at the end.
	ContinueRecovery(ctx context.Context, recovery webhook.Recovery, after string, limit int) (last string, err error)
}

// Metrics hears what becomes of deliveries. It must be safe for concurrent use.
type Metrics interface {
	// Attempted is called after each attempt.
	Attempted(kind Kind, took time.Duration)
	// ConfigDisabled is called when a config is disabled because of what
	// became of its deliveries; reason is one of the Disabled constants.
	ConfigDisabled(reason string)
}

// recordTimeout is how long the outcome of an attempt may take to be recorded,
// also while the service stops.
const recordTimeout = 3 * time.Second

// attemptWorker makes attempts.
type attemptWorker struct {
	river.WorkerDefaults[attemptArgs]

	store   Store
	sender  *Sender
	policy  *Policy
	gate    *gate
	metrics Metrics
	logger  *slog.Logger
	now     func() time.Time
	lease   time.Duration // how long a worker can have an attempt
}

// Work implements [river.Worker]. An error has River run the job again.
func (w *attemptWorker) Work(ctx context.Context, queued *river.Job[attemptArgs]) error {
	job := queued.Args.job(webhook.Lane(queued.Queue))
	if early := job.At.Sub(w.now()); early > 0 {
		return river.JobSnooze(early)
	}
	turn, busy, ok := w.gate.join(job.ConfigID)
	if !ok {
		return w.postpone(ctx, job, busy)
	}
	dispatch, err := w.store.BeginAttempt(ctx, job, w.lease)
	if err != nil {
		turn.leave()
		return w.missed(err)
	}
	// Only what the endpoint sees counts as its load, so the database is done
	// with by now.
	if busy, ok := turn.wait(ctx); !ok {
		return errors.Join(w.release(ctx, &dispatch), w.postpone(ctx, job, busy))
	}
	began := w.now()
	result := w.sender.Send(ctx, &dispatch)
	turn.end(&result)
	if result.Kind == KindInterrupted {
		return errors.Join(context.Cause(ctx), w.release(ctx, &dispatch))
	}
	return w.record(ctx, &dispatch, &result, began)
}

// missed says what a job does whose attempt cannot be begun. One that another
// worker has is looked at again when that worker must be done or dead.
func (w *attemptWorker) missed(err error) error {
	switch webhook.CodeOf(err) {
	case webhook.CodeOvertaken:
		return nil
	case webhook.CodeAttemptUnderWay:
		return river.JobSnooze(w.lease)
	default:
		return err
	}
}

// release gives back an attempt that was not made, or not to its end, so that
// it does not count.
func (w *attemptWorker) release(ctx context.Context, dispatch *webhook.Dispatch) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	return w.store.ReleaseAttempt(ctx, dispatch)
}

// postpone sends away a job whose endpoint has enough to do, out of the way of
// others if the endpoint keeps failing.
func (w *attemptWorker) postpone(ctx context.Context, job webhook.Job, b busy) error {
	if !b.failing || job.Lane == webhook.LaneFailing {
		return river.JobSnooze(b.after)
	}
	job.Lane, job.At = webhook.LaneFailing, w.now().Add(b.after)
	return w.store.Requeue(ctx, job)
}

// record keeps the outcome. It does so even if the service is told to stop: the
// receiver has seen the attempt.
func (w *attemptWorker) record(ctx context.Context, dispatch *webhook.Dispatch, result *Result, began time.Time) error {
	// What is not recorded is sent again, so a busy database gets the time that
	// a job has left.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*recordTimeout)
	defer cancel()
	decision := w.policy.Decide(*result, dispatch, w.now())
	outcome := webhook.Outcome{
		Attempt: webhook.Attempt{
			Success: result.Success(), StatusCode: result.StatusCode, ErrorMessage: result.Message,
			Duration: result.Duration, ResponseBody: result.Body, CreatedAt: began,
		},
		State: decision.Next, RetryAt: w.now().Add(decision.Delay), Reason: decision.Reason, Disable: decision.Disable,
	}
	err := w.store.FinishAttempt(ctx, dispatch, outcome)
	if webhook.CodeOf(err) == webhook.CodeOvertaken {
		return nil
	}
	if err != nil {
		return err
	}
	w.report(ctx, dispatch, result, &decision)
	return nil
}

func (w *attemptWorker) report(ctx context.Context, dispatch *webhook.Dispatch, result *Result, decision *Decision) {
	if w.metrics != nil {
		w.metrics.Attempted(result.Kind, result.Duration)
	}
	if decision.Disable == "" {
		return
	}
	w.logger.LogAttrs(ctx, slog.LevelWarn, "a webhook config was disabled",
		slog.Int64("organisation", dispatch.OrganisationID), slog.Int64("config", dispatch.ConfigID),
		slog.String("reason", decision.Disable))
	if w.metrics != nil {
		w.metrics.ConfigDisabled(decision.Disable)
	}
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
	after := ""
	for range recoveryBatches {
		last, err := w.store.ContinueRecovery(ctx, queued.Args.Recovery, after, recoveryBatch)
		if err != nil || last == "" {
			return err
		}
		after = last
	}
	return river.JobSnooze(0)
}
