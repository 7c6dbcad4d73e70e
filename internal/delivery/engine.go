package delivery

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Defaults of [Options].
const (
	DefaultWorkers        = 512
	DefaultSlowWorkers    = 512
	DefaultFailingWorkers = 64
	DefaultPerEndpoint    = 16
)

const (
	// backlogWorkers is how many jobs are worked on at a time for organisations
	// that have a backlog. They are few, because what the queue hands out at
	// once is what the database works on while others wait.
	backlogWorkers = 128
	// spareWorkers find that their jobs cannot have their turn, and send them
	// away.
	spareWorkers = 32
)

// places is how many attempts may wait for the database and for their slot. An
// organisation gets half of them at most, so what it has before the database is
// done within a moment, whatever it has queued.
const places = 256

// Options tunes an [Engine]. Store, Sender, Policy and Logger are required.
type Options struct {
	Store  Store
	Sender *Sender
	Policy *Policy
	Logger *slog.Logger
	// Observers hear about every attempt.
	Observers []Observer
	// Workers is how many attempts are made at a time, SlowWorkers how many
	// more to endpoints that answer slowly, and FailingWorkers to endpoints
	// that keep failing. An organisation gets at most half of each.
	// PerEndpoint is how many are made to one endpoint. They count for this
	// process.
	Workers, SlowWorkers, FailingWorkers, PerEndpoint int
	// PollInterval is how often a queue in SQLite is looked at,
	// [DefaultPollInterval] if it is 0.
	PollInterval time.Duration
	// Now is the clock that jobs wait for, time.Now if it is nil.
	Now func() time.Time
}

// Engine makes attempts: first ones directly, and others as the queue hands
// them out.
type Engine struct {
	store      Store
	client     queueClient
	dispatcher *dispatcher
	presence   *presence
}

// queueClient is a river.Client of any database.
type queueClient interface {
	Start(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
	Stop(ctx context.Context) error
	JobList(ctx context.Context, params *river.JobListParams) (*river.JobListResult, error)
}

// A queue in SQLite is looked at every so often: other connections cannot be
// woken. First attempts do not wait for that, and those of slow and failing
// endpoints can wait longer.
const (
	DefaultPollInterval = 250 * time.Millisecond
	slowPolls           = 8 // times as long
)

// NewSQLite returns an engine on a queue in SQLite. The pool should be the one
// that the store writes with.
func NewSQLite(db *sql.DB, o Options) (*Engine, error) {
	return newEngine(riversqlite.New(db), o, func(c *river.Config) {
		every := cmp.Or(o.PollInterval, DefaultPollInterval)
		c.PollOnly, c.FetchPollInterval = true, every
		for lane, queue := range c.Queues {
			queue.FetchPollInterval = slowPolls * every
			if lane == string(webhook.LaneDeliveries) || lane == string(webhook.LaneBulk) {
				queue.FetchPollInterval = every
			}
			c.Queues[lane] = queue
		}
	})
}

// NewPostgres returns an engine on a queue in PostgreSQL. Any number of
// processes can work the same queue.
func NewPostgres(pool *pgxpool.Pool, o Options) (*Engine, error) {
	return newEngine(riverpgxv5.New(pool), o, func(c *river.Config) {
		// A session that listens is its own to the end. Where no statements are
		// prepared, a connection pooler gives sessions to others meanwhile.
		c.PollOnly = pool.Config().ConnConfig.DefaultQueryExecMode != pgx.QueryExecModeCacheStatement
	})
}

func newEngine[Tx any](driver riverdriver.Driver[Tx], o Options, adapt func(*river.Config)) (*Engine, error) {
	e := &Engine{store: o.Store, presence: &presence{
		store: o.Store, client: "hookline-" + rand.Text(), logger: o.Logger, flights: &flights{deliveries: map[webhook.ID]bool{}},
	}}
	attempter := o.attempter()
	e.dispatcher = newDispatcher(attempter, e.presence, o.Logger)
	config := o.config(attempter, e.presence)
	adapt(config)
	client, err := river.NewClient(driver, config)
	if err != nil {
		return nil, fmt.Errorf("set up the delivery queue: %w", err)
	}
	e.client, e.presence.jobs = client, client.JobList
	return e, nil
}

const (
	// jobMargin is what a job may take besides its attempt: to wait for its
	// turn, and for the database.
	jobMargin = maxWait + 2*recordTimeout
	// rescueMargin keeps a job that is at its limit from being taken for one
	// whose process died.
	rescueMargin = 2 * time.Second
	// keepJobs is how long finished jobs stay. A delivery's outcome is in
	// its log.
	keepJobs = time.Minute
)

// gate returns the gate for all attempts of this process.
func (o *Options) gate() gateOptions {
	return gateOptions{
		places: places, backlog: backlogWorkers,
		fast: cmp.Or(o.Workers, DefaultWorkers), slow: cmp.Or(o.SlowWorkers, DefaultSlowWorkers),
		failing: cmp.Or(o.FailingWorkers, DefaultFailingWorkers), perEndpoint: cmp.Or(o.PerEndpoint, DefaultPerEndpoint),
	}
}

func (o *Options) attempter() *attempter {
	now := o.Now
	if now == nil {
		now = time.Now
	}
	return &attempter{
		store: o.Store, sender: o.Sender, policy: o.Policy, gate: newGate(o.gate()), observer: observers(o.Observers), now: now,
	}
}

func (o *Options) config(attempter *attempter, presence *presence) *river.Config {
	workers := river.NewWorkers()
	river.AddWorker(workers, &attemptWorker{attempter: attempter, presence: presence, logger: o.Logger})
	river.AddWorker(workers, &recoveryWorker{store: o.Store})
	// What may be taken up is for the gate to say, which knows the
	// organisations: a lane whose jobs it sends away must not fill up.
	limits := o.gate()
	lane := func(slots int) river.QueueConfig {
		return river.QueueConfig{MaxWorkers: min(slots+spareWorkers, river.QueueNumWorkersMax)}
	}
	return &river.Config{
		ID:      presence.client,
		Workers: workers,
		Queues: map[string]river.QueueConfig{
			string(webhook.LaneDeliveries): lane(limits.places + limits.slots()),
			string(webhook.LaneBulk):       lane(limits.backlog),
			string(webhook.LaneSlow):       lane(limits.slow),
			string(webhook.LaneFailing):    lane(limits.failing),
			string(laneRecoveries):         {MaxWorkers: 1},
		},
		Logger:                      warnings(o.Logger),
		FetchCooldown:               fetchCooldown,
		JobTimeout:                  o.Sender.Timeout() + jobMargin,
		RescueStuckJobsAfter:        o.Sender.Timeout() + jobMargin + rescueMargin,
		CompletedJobRetentionPeriod: keepJobs,
		CancelledJobRetentionPeriod: keepJobs,
		RetryPolicy:                 retryPolicy{},
	}
}

// retryPolicy is for jobs that fail because the database does.
type retryPolicy struct{}

// NextRetry implements [river.ClientRetryPolicy].
func (retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	const most = 30
	return time.Now().Add(time.Duration(min(len(job.Errors)+1, most)) * time.Second)
}

// Start begins to make attempts, until Stop.
func (e *Engine) Start(ctx context.Context) error {
	// A stop that comes now is no failure of the start: it finds everything
	// running, and ends it in order.
	starting, cancel := context.WithTimeout(context.WithoutCancel(ctx), presenceTimeout)
	defer cancel()
	if err := e.presence.start(starting); err != nil {
		return fmt.Errorf("start deliveries: %w", err)
	}
	// The queue would stop at the end of its context without waiting for the
	// attempts under way.
	if err := e.client.Start(context.WithoutCancel(ctx)); err != nil {
		e.presence.end(ctx)
		return fmt.Errorf("start deliveries: %w", err)
	}
	e.store.SetDirect(e.dispatcher)
	return nil
}

// stopTimeout is how long interrupted attempts may take to end.
const stopTimeout = 5 * time.Second

// Stop begins no more attempts and waits for those under way. What has not
// begun is left to the queue. When ctx ends, attempts under way are interrupted,
// to be made again.
func (e *Engine) Stop(ctx context.Context) error {
	e.store.SetDirect(nil)
	var direct sync.WaitGroup
	direct.Go(func() { e.dispatcher.stop(ctx) })
	queued := e.client.Stop(ctx)
	if queued != nil {
		final, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		queued = e.client.StopAndCancel(final)
	}
	direct.Wait()
	e.presence.end(ctx)
	if queued != nil {
		return fmt.Errorf("stop deliveries: %w", queued)
	}
	return nil
}
