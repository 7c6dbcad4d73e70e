package postgres

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/hookline-go/hookline/internal/store/migrations"
	"github.com/hookline-go/hookline/internal/webhook"
)

// prepareSchema brings the database to the schema of this program, or says why
// it cannot. It changes nothing if there is nothing to do.
func (s *Store) prepareSchema(ctx context.Context) error {
	files, err := migrations.PostgreSQL()
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(s.pool)
	return errors.Join(s.prepareVersion(ctx, db, files), db.Close())
}

func (s *Store) prepareVersion(ctx context.Context, db *sql.DB, files fs.FS) error {
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithSessionLocker(migrationLock{}))
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	target := sources[len(sources)-1].Version
	found, err := s.version(ctx)
	switch {
	case err != nil:
		return err
	case found > target:
		return &webhook.Error{Code: webhook.CodeDatabaseTooNew, Message: "a later version of this program migrated it"}
	case found == target:
		return nil
	case !s.migrate:
		return &webhook.Error{Code: webhook.CodeDatabaseOutdated, Message: "it lacks migrations, and they are switched off"}
	}
	_, err = provider.Up(ctx)
	return err
}

// version returns the version of the schema, 0 for a database that has none.
func (s *Store) version(ctx context.Context) (version int64, err error) {
	var migrated bool
	err = s.pool.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, goose.DefaultTablename).Scan(&migrated)
	if err != nil || !migrated {
		return 0, err
	}
	err = s.pool.QueryRow(ctx, `SELECT COALESCE(max(version_id), 0) FROM `+goose.DefaultTablename).Scan(&version)
	return version, err
}

// Keys of advisory locks: arbitrary, the same in every process.
const (
	migrationKey int64 = 0x686f6f6b_0001
	foldKey      int64 = 0x686f6f6b_0002
)

// migrationLock lets one process migrate at a time. Unlike goose's own it does
// not ask every few seconds, but waits in the database.
type migrationLock struct{}

// SessionLock implements goose's lock.SessionLocker.
func (migrationLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, migrationKey)
	return err
}

// SessionUnlock implements goose's lock.SessionLocker.
func (migrationLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, migrationKey)
	return err
}
