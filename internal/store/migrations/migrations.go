// Package migrations embeds the database schema: goose migrations, one folder
// per SQL dialect. A released migration is never edited; a change is a new
// file with the next number in every folder.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// VersionTable is where goose notes which migrations a database has, one row
// each, in the column version_id.
const VersionTable = goose.DefaultTablename

// Dialect is the SQL of a database. The zero value has no migrations.
type Dialect struct {
	name   goose.Dialect
	folder string
}

// SQLite is the dialect of SQLite.
func SQLite() Dialect { return Dialect{name: goose.DialectSQLite3, folder: "sqlite"} }

// PostgreSQL is the dialect of PostgreSQL.
func PostgreSQL() Dialect { return Dialect{name: goose.DialectPostgres, folder: "postgres"} }

// Newest returns the version of the newest migration.
func (d Dialect) Newest() (int64, error) {
	entries, err := fs.ReadDir(files, d.folder)
	if err != nil {
		return 0, err
	}
	newest := int64(0)
	for _, entry := range entries {
		version, err := goose.NumericComponent(entry.Name())
		if err != nil {
			return 0, err
		}
		newest = max(newest, version)
	}
	return newest, nil
}

// Up applies what the database lacks, in one transaction on one connection.
// The given statements begin it and take a lock in it, so that processes
// that start at the same time migrate one after the other. All that goose does
// is part of the transaction, which is undone if there is an error.
func (d Dialect) Up(ctx context.Context, db *sql.DB, begin ...string) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	return errors.Join(d.upOn(ctx, conn, begin), conn.Close())
}

func (d Dialect) upOn(ctx context.Context, conn *sql.Conn, begin []string) (err error) {
	defer func() {
		if err != nil {
			// It fails if there is no transaction, or no connection: either way
			// nothing is left of it.
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
		}
	}()
	for _, statement := range begin {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if err := conn.Raw(func(base any) error { return d.join(ctx, base) }); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, `COMMIT`)
	return err
}

// join has goose work in the transaction that a connection of a driver has
// begun.
func (d Dialect) join(ctx context.Context, base any) error {
	conn, ok := base.(driverConn)
	if !ok {
		return fmt.Errorf("the database driver has changed: %T", base)
	}
	root, err := fs.Sub(files, d.folder)
	if err != nil {
		return err
	}
	db := sql.OpenDB(joined{conn})
	provider, err := goose.NewProvider(d.name, db, root, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return errors.Join(err, db.Close())
	}
	_, err = provider.Up(ctx)
	return errors.Join(err, db.Close())
}
