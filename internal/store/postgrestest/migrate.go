package postgrestest

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hookline-go/hookline/internal/store/migrations"
)

// migrate gives a database the service's schema.
func migrate(ctx context.Context, address string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	return errors.Join(migrations.PostgreSQL().Up(ctx, db, `BEGIN`), db.Close())
}
