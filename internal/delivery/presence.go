package delivery

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// beatEvery is how often a worker says that it lives, and looks at the
	// others.
	beatEvery = time.Second
	// deadAfter is how often in a row a worker has not moved when it is taken
	// for dead. Looks are counted, not time: whoever was suspended itself, or
	// could not reach the database, knows nothing about the others.
	deadAfter = 5
	// strayEvery is how many beats are between two looks for attempts that are
	// stored as this worker's and that it does not have.
	strayEvery = 10
	// takeOverBatch is how many attempts are taken over in one transaction.
	takeOverBatch = 500
	// presenceTimeout bounds each statement about workers.
	presenceTimeout = 10 * time.Second
)

// presence keeps this process registered as a worker, and takes over from those
// that have died.
type presence struct {
	store   Store
	client  string // of this process in the queue
	jobs    func(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
	logger  *slog.Logger
	flights *flights
	// worker is the id of this process, 0 while it has none.
	worker atomic.Int64

	seen   map[int64]sighting  // others, by id
	strays map[webhook.ID]bool // as of the last look
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// sighting is how long a worker has not moved.
type sighting struct {
	beat  int64
	still int
}

// start registers the process. What workers have left that are certain to be
// dead is taken over at once.
func (p *presence) start(ctx context.Context) error {
	id, dead, err := p.store.RegisterWorker(ctx, p.client)
	if err != nil {
		return err
	}
	p.worker.Store(id)
	p.seen, p.strays = map[int64]sighting{}, map[webhook.ID]bool{}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p.stop = cancel
	p.done.Go(func() { p.run(running, dead) })
	return nil
}

// end unregisters the process. Attempts that it could not end are queued; if
// that takes too long, others do it, as they do for the dead.
func (p *presence) end(ctx context.Context) {
	p.stop()
	p.done.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := p.takeOver(ctx, p.worker.Swap(0)); err != nil {
		p.logger.WarnContext(ctx, "this worker cannot sign off; others will take it for dead", slog.Any("error", err))
	}
}

func (p *presence) run(ctx context.Context, dead []webhook.Worker) {
	for _, other := range dead {
		p.bury(ctx, other)
	}
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for beats := 1; ; beats++ {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		if err := p.beat(ctx); err != nil && ctx.Err() == nil {
			p.logger.WarnContext(ctx, "this worker cannot say that it lives", slog.Any("error", err))
			continue
		}
		if beats%strayEvery != 0 {
			continue
		}
		if err := p.collectStrays(ctx); err != nil && ctx.Err() == nil {
			p.logger.WarnContext(ctx, "cannot look for stray attempts", slog.Any("error", err))
		}
	}
}

// beat says that this process lives, and looks at the others.
func (p *presence) beat(ctx context.Context) error {
	timed, cancel := context.WithTimeout(ctx, presenceTimeout)
	defer cancel()
	others, err := p.store.Beat(timed, p.worker.Load())
	if webhook.CodeOf(err) == webhook.CodeWorkerGone {
		return p.comeBack(timed)
	}
	if err != nil {
		return err
	}
	seen := make(map[int64]sighting, len(others))
	for _, other := range others {
		s, known := p.seen[other.ID]
		if !known || s.beat != other.Beat {
			s = sighting{beat: other.Beat}
		} else {
			s.still++
		}
		seen[other.ID] = s
	}
	p.seen = seen
	for _, other := range others {
		if seen[other.ID].still >= deadAfter {
			p.bury(ctx, other)
		}
	}
	return nil
}

// comeBack registers a process again that was taken for dead, as one that was
// suspended is. What it had under way is others' now.
func (p *presence) comeBack(ctx context.Context) error {
	id, _, err := p.store.RegisterWorker(ctx, p.client)
	if err != nil {
		return err
	}
	p.worker.Store(id)
	p.logger.WarnContext(ctx, "this worker was taken for dead; others have made its attempts", slog.Int64("worker", id))
	return nil
}

// bury takes over from a worker that has died.
func (p *presence) bury(ctx context.Context, dead webhook.Worker) {
	p.logger.WarnContext(ctx, "a worker has died; its attempts are made again", slog.Int64("worker", dead.ID))
	err := p.takeOver(ctx, dead.ID)
	if err == nil {
		err = p.requeueJobs(ctx, dead.Client)
	}
	if err != nil && ctx.Err() == nil {
		p.logger.WarnContext(ctx, "cannot take over from a worker that has died", slog.Any("error", err))
	}
}

func (p *presence) takeOver(ctx context.Context, worker int64) error {
	for more := true; more; {
		timed, cancel := context.WithTimeout(ctx, presenceTimeout)
		var err error
		more, err = p.store.TakeOver(timed, worker, takeOverBatch)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

// requeueJobs queues the jobs again that a client has taken out of the queue
// and did not come to. River does so itself only after a while.
func (p *presence) requeueJobs(ctx context.Context, client string) error {
	params := river.NewJobListParams().States(rivertype.JobStateRunning).Kinds(attemptArgs{}.Kind()).
		First(takeOverBatch).OrderBy(river.JobListOrderByID, river.SortOrderAsc)
	for {
		timed, cancel := context.WithTimeout(ctx, presenceTimeout)
		page, err := p.jobs(timed, params)
		if err == nil {
			err = p.requeue(timed, page.Jobs, client)
		}
		cancel()
		if err != nil || len(page.Jobs) < takeOverBatch {
			return err
		}
		params = params.After(page.LastCursor)
	}
}

func (p *presence) requeue(ctx context.Context, running []*rivertype.JobRow, client string) error {
	var jobs []webhook.Job
	for _, row := range running {
		if len(row.AttemptedBy) == 0 || row.AttemptedBy[len(row.AttemptedBy)-1] != client {
			continue
		}
		args, err := readArgs(row.EncodedArgs)
		if err != nil {
			return err
		}
		jobs = append(jobs, args.job(webhook.Lane(row.Queue)))
	}
	if len(jobs) == 0 {
		return nil
	}
	return p.store.Requeue(ctx, jobs...)
}

// collectStrays queues attempts that are stored as this worker's and that it
// does not have: their commit was answered with an error, or their outcome
// could not be stored. Between a commit and the attempt is a moment, so it
// takes two looks.
func (p *presence) collectStrays(ctx context.Context) error {
	timed, cancel := context.WithTimeout(ctx, presenceTimeout)
	defer cancel()
	worker := p.worker.Load()
	stored, err := p.store.UnderWay(timed, worker)
	if err != nil {
		return err
	}
	strays := map[webhook.ID]bool{}
	for _, id := range stored {
		switch {
		case p.flights.has(id):
		case !p.strays[id]:
			strays[id] = true
		default:
			if err := p.store.Abandon(timed, worker, id); err != nil {
				return err
			}
		}
	}
	p.strays = strays
	return nil
}
