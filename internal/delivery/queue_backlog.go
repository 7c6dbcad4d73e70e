package delivery

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/hookline-go/hookline/internal/webhook"
)

// LaneBacklog is what is due in a lane.
type LaneBacklog struct {
	Lane webhook.Lane
	// Due counts the jobs that wait to be taken up, though their time has come.
	Due int64
	// OldestAge is how long the oldest of them has been due, 0 if there is
	// none.
	OldestAge time.Duration
}

// lanes are those that attempts wait in.
var lanes = []webhook.Lane{webhook.LaneDeliveries, webhook.LaneBulk, webhook.LaneSlow, webhook.LaneFailing}

// QueueReader tells what the queue of a database has. It is safe for concurrent
// use.
type QueueReader struct {
	executor riverdriver.Executor
	now      func() time.Time
}

// NewSQLiteQueueReader returns the reader of a queue in SQLite.
func NewSQLiteQueueReader(db *sql.DB, now func() time.Time) *QueueReader {
	return &QueueReader{executor: riversqlite.New(db).GetExecutor(), now: now}
}

// NewPostgresQueueReader returns the reader of a queue in PostgreSQL.
func NewPostgresQueueReader(pool *pgxpool.Pool, now func() time.Time) *QueueReader {
	return &QueueReader{executor: riverpgxv5.New(pool).GetExecutor(), now: now}
}

// Backlog returns what is due in each lane.
func (r *QueueReader) Backlog(ctx context.Context) ([]LaneBacklog, error) {
	names := make([]string, len(lanes))
	for i, lane := range lanes {
		names[i] = string(lane)
	}
	counted, err := r.executor.JobCountByQueueAndState(ctx, &riverdriver.JobCountByQueueAndStateParams{QueueNames: names})
	if err != nil {
		return nil, fmt.Errorf("count the delivery queue: %w", err)
	}
	all := make([]LaneBacklog, len(lanes))
	for i, lane := range lanes {
		all[i].Lane = lane
		for _, c := range counted {
			if c.Queue == string(lane) {
				all[i].Due = c.CountAvailable
			}
		}
		if all[i].Due == 0 {
			continue
		}
		if all[i].OldestAge, err = r.oldest(ctx, lane); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (r *QueueReader) oldest(ctx context.Context, lane webhook.Lane) (time.Duration, error) {
	jobs, err := r.executor.JobList(ctx, &riverdriver.JobListParams{
		Max: 1, OrderByClause: "scheduled_at ASC, id ASC", WhereClause: "queue = @lane AND state = 'available'",
		NamedArgs: map[string]any{"lane": string(lane)},
	})
	if err != nil {
		return 0, fmt.Errorf("look for the oldest job: %w", err)
	}
	if len(jobs) == 0 {
		return 0, nil
	}
	return max(0, r.now().Sub(jobs[0].ScheduledAt)), nil
}
