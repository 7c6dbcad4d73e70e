// Package migrations embeds the database schema: goose migrations, one folder
// per SQL dialect. A released migration is never edited; a change is a new
// file with the next number in every folder.
package migrations

import (
	"embed"
	"io/fs"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// SQLite returns the migrations for SQLite, at the root of the file system.
func SQLite() (fs.FS, error) { return fs.Sub(files, "sqlite") }

// PostgreSQL is [SQLite] for PostgreSQL.
func PostgreSQL() (fs.FS, error) { return fs.Sub(files, "postgres") }
