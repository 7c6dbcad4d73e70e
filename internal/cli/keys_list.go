package cli

import (
	"context"
	"io"
	"strconv"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

func keysListCommand() *cli.Command {
	return &cli.Command{
		Name:        "list",
		Usage:       "list the API keys of an organisation",
		Description: "Examples:\n   hookline keys list --org 1\n   hookline keys list --org 1 --json",
		Flags:       append([]cli.Flag{organisationFlag(), jsonFlag()}, databaseFlags()...),
		Action: func(ctx context.Context, c *cli.Command) error {
			keys, err := app.Keys(ctx, databaseConfig(c), c.Int64("org"))
			if err != nil {
				return err
			}
			rows := make([]keyRow, len(keys))
			for i := range keys {
				rows[i] = newKeyRow(&keys[i])
			}
			if c.Bool("json") {
				return printJSON(c.Root().Writer, rows)
			}
			return printKeys(c.Root().Writer, rows)
		},
	}
}

func printKeys(w io.Writer, rows []keyRow) error {
	t := &table{header: []string{"ID", "NAME", "PREFIX", "CREATED", "REVOKED"}}
	return printPage(w, func(p *page) {
		for _, row := range rows {
			revoked := "-"
			if row.RevokedAt != nil {
				revoked = p.relative(*row.RevokedAt)
			}
			t.rows = append(t.rows, []string{strconv.FormatInt(row.ID, 10), row.Name, row.Prefix + "…", p.relative(row.CreatedAt), revoked})
		}
		p.table(t)
	})
}
