package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

func migrateCommand() *cli.Command {
	return &cli.Command{
		Name:  "migrate",
		Usage: "bring the database's schema up to date",
		Description: `hookline serve does that itself, unless it runs with --no-migrate.

Example:
   hookline migrate --database postgres://hookline@db.internal/hookline`,
		Flags: databaseFlags(),
		Action: func(ctx context.Context, c *cli.Command) error {
			if err := app.Migrate(ctx, databaseConfig(c)); err != nil {
				return err
			}
			_, err := fmt.Fprintln(c.Root().Writer, "the database is up to date")
			return err
		},
	}
}
