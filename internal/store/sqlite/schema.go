package sqlite

import (
	"context"

	"github.com/pressly/goose/v3"

	"github.com/hookline-go/hookline/internal/store/migrations"
	"github.com/hookline-go/hookline/internal/webhook"
)

// unknownVersion is that of a database whose version cannot be read.
const unknownVersion = -1

// prepareSchema brings the database to the schema of this program, or says why
// it cannot.
func (s *Store) prepareSchema(ctx context.Context) error {
	for last := int64(unknownVersion); ; {
		found, err := s.migrateOnce(ctx)
		// A migration fails if another process has just applied it. That is
		// worth another try as long as the schema moves on.
		if err == nil || ctx.Err() != nil || found <= last {
			return err
		}
		last = found
	}
}

// migrateOnce applies what is pending. It returns the version that it found,
// also along with an error.
func (s *Store) migrateOnce(ctx context.Context) (found int64, err error) {
	files, err := migrations.SQLite()
	if err != nil {
		return unknownVersion, err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.writer, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return unknownVersion, err
	}
	found, target, err := provider.GetVersions(ctx)
	switch {
	case err != nil:
		return unknownVersion, err
	case found > target:
		return found, &webhook.Error{Code: webhook.CodeDatabaseTooNew, Message: "a later version of this program migrated it"}
	case found == target:
		return found, nil
	case !s.migrate:
		return found, &webhook.Error{Code: webhook.CodeDatabaseOutdated, Message: "it lacks migrations, and they are switched off"}
	}
	_, err = provider.Up(ctx)
	return found, err
}
