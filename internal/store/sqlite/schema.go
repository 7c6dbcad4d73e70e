package sqlite

import (
	"context"
	"database/sql"

	"github.com/hookline-go/hookline/internal/store/migrations"
	"github.com/hookline-go/hookline/internal/webhook"
)

// QueueSchema has the migrations of the queue's tables.
type QueueSchema interface {
	// Pending reports whether the database lacks migrations. It only reads.
	Pending(ctx context.Context, tx *sql.Tx) (bool, error)
	// Step applies the next one, and reports false if there is none.
	Step(ctx context.Context, tx *sql.Tx) (bool, error)
}

// noSchema is that of a store without a queue.
type noSchema struct{}

func (noSchema) Pending(context.Context, *sql.Tx) (bool, error) { return false, nil }

func (noSchema) Step(context.Context, *sql.Tx) (bool, error) { return false, nil }

var (
	errOutdated = &webhook.Error{Code: webhook.CodeDatabaseOutdated, Message: "it lacks migrations, and they are switched off"}
	errTooNew   = &webhook.Error{Code: webhook.CodeDatabaseTooNew, Message: "a later version of this program migrated it"}
)

// prepareSchema brings the database to the schema of this program, or says why
// it cannot. It changes nothing if there is nothing to do.
func (s *Store) prepareSchema(ctx context.Context) error {
	dialect := migrations.SQLite()
	target, err := dialect.Newest()
	if err != nil {
		return err
	}
	found, err := s.version(ctx)
	switch {
	case err != nil:
		return err
	case found > target:
		return errTooNew
	case found == target:
		return nil
	case !s.migrate:
		return errOutdated
	}
	// The write lock lets one process migrate at a time.
	return dialect.Up(ctx, s.writer, `BEGIN IMMEDIATE`)
}

// prepareQueue is prepareSchema for the queue's tables. Each of its migrations
// has a transaction of its own, which takes the write lock.
func (s *Store) prepareQueue(ctx context.Context) error {
	pending := false
	err := inTransaction(ctx, s.reader, &sql.TxOptions{ReadOnly: true}, func(tx *sql.Tx) (err error) {
		pending, err = s.queueSchema.Pending(ctx, tx)
		return err
	})
	if err == nil && pending && !s.migrate {
		return errOutdated
	}
	for err == nil && pending {
		err = inTransaction(ctx, s.writer, nil, func(tx *sql.Tx) (err error) {
			pending, err = s.queueSchema.Step(ctx, tx)
			return err
		})
	}
	return err
}

// version returns the version of the schema, 0 for a database that has none.
func (s *Store) version(ctx context.Context) (version int64, err error) {
	var migrated bool
	err = s.writer.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?)`,
		migrations.VersionTable).Scan(&migrated)
	if err != nil || !migrated {
		return 0, err
	}
	err = s.writer.QueryRowContext(ctx, `SELECT COALESCE(max(version_id), 0) FROM `+migrations.VersionTable).Scan(&version)
	return version, err
}
