package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

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
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "ID\tNAME\tPREFIX\tCREATED\tREVOKED")
	for _, row := range rows {
		revoked := "-"
		if row.RevokedAt != nil {
			revoked = row.RevokedAt.Format(time.RFC3339)
		}
		_, _ = fmt.Fprintf(table, "%d\t%s\t%s…\t%s\t%s\n", row.ID, row.Name, row.Prefix, row.CreatedAt.Format(time.RFC3339), revoked)
	}
	return table.Flush()
}
