package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/hookline-go/hookline/internal/store/migrations"
	"github.com/hookline-go/hookline/internal/webhook"
)

// DefaultStartTimeout is how long [Open] waits for an answer, and a migration
// for a lock.
const DefaultStartTimeout = 30 * time.Second

// QueueSchema has the migrations of the queue's tables.
type QueueSchema interface {
	// Pending reports whether the database lacks migrations. It only reads.
	Pending(ctx context.Context, tx pgx.Tx) (bool, error)
	// Step applies the next one, and reports false if there is none.
	Step(ctx context.Context, tx pgx.Tx) (bool, error)
}

// noSchema is that of a store without a queue.
type noSchema struct{}

func (noSchema) Pending(context.Context, pgx.Tx) (bool, error) { return false, nil }

func (noSchema) Step(context.Context, pgx.Tx) (bool, error) { return false, nil }

// prepareSchema brings the database to the schema of this program, or says why
// it cannot. It takes no lock and changes nothing if there is nothing to do.
func (s *Store) prepareSchema(ctx context.Context) error {
	pending, err := s.pending(ctx)
	if err != nil || !pending {
		return err
	}
	if !s.migrate {
		return errOutdated
	}
	db := stdlib.OpenDBFromPool(s.pool)
	begin := append([]string{`BEGIN`}, s.migrationLock()...)
	err = migrations.PostgreSQL().Up(ctx, db, begin...)
	return s.explainLock(errors.Join(err, db.Close()))
}

var (
	errOutdated = &webhook.Error{Code: webhook.CodeDatabaseOutdated, Message: "it lacks migrations, and they are switched off"}
	errTooNew   = &webhook.Error{Code: webhook.CodeDatabaseTooNew, Message: "a later version of this program migrated it"}
)

// pending reports whether the store's own tables lack migrations.
func (s *Store) pending(ctx context.Context) (pending bool, err error) {
	target, err := migrations.PostgreSQL().Newest()
	if err != nil {
		return false, err
	}
	err = s.inTime(ctx, func(ctx context.Context) error {
		found, err := s.version(ctx)
		pending = found < target
		if err == nil && found > target {
			return errTooNew
		}
		return err
	})
	return pending, err
}

// version returns the version of the schema, 0 for a database that has none.
func (s *Store) version(ctx context.Context) (version int64, err error) {
	var migrated bool
	err = s.pool.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, migrations.VersionTable).Scan(&migrated)
	if err != nil || !migrated {
		return 0, err
	}
	err = s.pool.QueryRow(ctx, `SELECT COALESCE(max(version_id), 0) FROM `+migrations.VersionTable).Scan(&version)
	return version, err
}

// prepareQueue is prepareSchema for the queue's tables. Each of its migrations
// has a transaction of its own: some use what others have committed.
func (s *Store) prepareQueue(ctx context.Context) error {
	pending := false
	err := s.inTime(ctx, func(ctx context.Context) error {
		return s.inTransaction(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
			pending, err = s.queueSchema.Pending(ctx, tx)
			return err
		})
	})
	if err != nil || !pending {
		return err
	}
	if !s.migrate {
		return errOutdated
	}
	for more := true; more && err == nil; {
		err = s.inTransaction(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
			for _, statement := range s.migrationLock() {
				if _, err := tx.Exec(ctx, statement); err != nil {
					return err
				}
			}
			more, err = s.queueSchema.Step(ctx, tx)
			return err
		})
	}
	return s.explainLock(err)
}

// Keys of advisory locks: arbitrary, the same in every process.
const (
	migrationKey int64 = 0x686f6f6b_0001
	foldKey      int64 = 0x686f6f6b_0002
)

// migrationLock returns the statements by which one process migrates at a time.
// The lock ends with its transaction: one of the session would stay behind in a
// connection pooler. No lock of the transaction is waited for longer than the
// timeout.
func (s *Store) migrationLock() []string {
	return []string{
		fmt.Sprintf(`SET LOCAL lock_timeout = %d`, s.startTimeout.Milliseconds()),
		fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d)`, migrationKey),
	}
}

// explainLock says what to do about a lock that was not to be had.
func (s *Store) explainLock(err error) error {
	if sqlState(err) != stateLockNotAvailable {
		return err
	}
	return &webhook.Error{
		Code: webhook.CodeUnavailable,
		Message: fmt.Sprintf("its schema must be migrated, and a lock for that was not to be had within %s: "+
			"another process migrates it, or a transaction uses its tables; try again when that has ended", s.startTimeout),
		Err: err,
	}
}

// inTime runs what the database answers at once when all is well.
func (s *Store) inTime(ctx context.Context, run func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, s.startTimeout)
	defer cancel()
	err := run(limited)
	if err == nil || limited.Err() == nil || ctx.Err() != nil {
		return err
	}
	return &webhook.Error{
		Code: webhook.CodeUnavailable, Message: fmt.Sprintf("it has not answered within %s", s.startTimeout), Err: err,
	}
}
