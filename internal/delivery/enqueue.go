package delivery

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/hookline-go/hookline/internal/webhook"
)

// fetchCooldown is how long a worker waits between two looks at the queue, and
// so the most that an announcement of a job is late.
const fetchCooldown = 2 * time.Millisecond

// From how many jobs on they are faster inserted in bulk: SQLite's way is the
// same for all, but says less, and PostgreSQL's is COPY.
const (
	sqliteBulk   = 1
	postgresBulk = 16
)

// Enqueuer puts jobs into the queue in a transaction of the database that the
// queue lives in. It is safe for concurrent use.
type Enqueuer[Tx any] struct {
	client   *river.Client[Tx]
	now      func() time.Time
	backlogs *backlogs
	bulk     int
}

// NewSQLiteEnqueuer returns the enqueuer for SQLite. The clock is that of the
// times in jobs.
func NewSQLiteEnqueuer(logger *slog.Logger, now func() time.Time) (*Enqueuer[*sql.Tx], error) {
	return newEnqueuer(riversqlite.New(nil), logger, now, sqliteBulk)
}

// NewPostgresEnqueuer returns the enqueuer for PostgreSQL. The clock is that of
// the times in jobs.
func NewPostgresEnqueuer(logger *slog.Logger, now func() time.Time) (*Enqueuer[pgx.Tx], error) {
	return newEnqueuer(riverpgxv5.New(nil), logger, now, postgresBulk)
}

func newEnqueuer[Tx any](driver riverdriver.Driver[Tx], logger *slog.Logger, now func() time.Time, bulk int) (*Enqueuer[Tx], error) {
	client, err := river.NewClient(driver, &river.Config{Logger: warnings(logger), FetchCooldown: fetchCooldown})
	if err != nil {
		return nil, fmt.Errorf("set up the delivery queue: %w", err)
	}
	return &Enqueuer[Tx]{client: client, now: now, backlogs: newBacklogs(), bulk: bulk}, nil
}

// Enqueue adds jobs as part of tx.
func (e *Enqueuer[Tx]) Enqueue(ctx context.Context, tx Tx, jobs []webhook.Job) (err error) {
	params, now := make([]river.InsertManyParams, len(jobs)), e.now()
	for i, job := range jobs {
		// The clock of the limit is the real one: it is about load.
		job.Lane = e.backlogs.lane(&job, time.Now())
		params[i] = attemptParams(job, now)
	}
	if len(jobs) < e.bulk {
		_, err = e.client.InsertManyTx(ctx, tx, params)
	} else {
		_, err = e.client.InsertManyFastTx(ctx, tx, params)
	}
	if err != nil {
		return fmt.Errorf("queue deliveries: %w", err)
	}
	return nil
}

// EnqueueRecovery adds a recovery as part of tx.
func (e *Enqueuer[Tx]) EnqueueRecovery(ctx context.Context, tx Tx, recovery webhook.Recovery) error {
	_, err := e.client.InsertTx(ctx, tx, recoveryArgs{Recovery: queuedRecovery(recovery)},
		&river.InsertOpts{Queue: string(laneRecoveries), MaxAttempts: maxAttempts})
	if err != nil {
		return fmt.Errorf("queue a recovery: %w", err)
	}
	return nil
}
