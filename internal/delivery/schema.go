package delivery

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// Schema has the migrations of the queue's tables. Stores run them, under the
// lock that they migrate their own tables under.
type Schema[Tx any] struct{ migrator *rivermigrate.Migrator[Tx] }

// NewSQLiteSchema returns the queue's tables in SQLite.
func NewSQLiteSchema() (*Schema[*sql.Tx], error) { return newSchema(riversqlite.New(nil)) }

// NewPostgresSchema returns the queue's tables in PostgreSQL.
func NewPostgresSchema() (*Schema[pgx.Tx], error) { return newSchema(riverpgxv5.New(nil)) }

func newSchema[Tx any](driver riverdriver.Driver[Tx]) (*Schema[Tx], error) {
	migrator, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: warnings(nil)})
	if err != nil {
		return nil, fmt.Errorf("set up the delivery queue: %w", err)
	}
	return &Schema[Tx]{migrator: migrator}, nil
}

// Pending reports whether the database lacks migrations of the queue. It only
// reads.
func (s *Schema[Tx]) Pending(ctx context.Context, tx Tx) (bool, error) {
	result, err := s.migrator.ValidateTx(ctx, tx, nil)
	if err != nil {
		return false, fmt.Errorf("look at the delivery queue's schema: %w", err)
	}
	return !result.OK, nil
}

// Step applies the next migration of the queue, and reports false if there is
// none. What it has done is committed before the next step: a migration may use
// what the one before it has made.
func (s *Schema[Tx]) Step(ctx context.Context, tx Tx) (bool, error) {
	// It is deprecated for those who would run all migrations in one
	// transaction, and the only way to run one under a lock.
	result, err := s.migrator.MigrateTx(ctx, tx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{MaxSteps: 1}) //nolint:staticcheck // see above
	if err != nil {
		return false, fmt.Errorf("migrate the delivery queue: %w", err)
	}
	return len(result.Versions) > 0, nil
}
