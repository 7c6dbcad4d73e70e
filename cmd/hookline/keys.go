package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/webhook"
)

func keysCommand() *cli.Command {
	return &cli.Command{
		Name:     "keys",
		Usage:    "manage the API keys of organisations",
		Commands: []*cli.Command{keysCreateCommand(), keysListCommand(), keysRevokeCommand()},
	}
}

func keysCreateCommand() *cli.Command {
	return &cli.Command{
		Name:  "create",
		Usage: "make an API key and print it, this once, on standard output",
		Description: `An organisation that is new is made too.

Examples:
   hookline keys create --org 1 --name ci
   HOOKLINE_API_KEY=$(hookline keys create --org 1 --name ci)`,
		Flags: append([]cli.Flag{
			organisationFlag(),
			&cli.StringFlag{Name: "name", Usage: "`NAME` that tells people what the key is for", Required: true, Sources: variable("name")},
			jsonFlag(),
		}, databaseFlags()...),
		Action: func(ctx context.Context, c *cli.Command) error {
			secret, key, err := app.CreateKey(ctx, databaseConfig(c), c.Int64("org"), c.String("name"))
			if err != nil {
				return err
			}
			if c.Bool("json") {
				row := newKeyRow(&key)
				row.Key = secret
				return printJSON(c.Root().Writer, row)
			}
			_, err = fmt.Fprintln(c.Root().Writer, secret)
			return err
		},
	}
}

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

func keysRevokeCommand() *cli.Command {
	return &cli.Command{
		Name:        "revoke",
		Usage:       "make an API key invalid, at once and for good",
		Description: "Examples:\n   hookline keys revoke --org 1 --id 7",
		Flags: append([]cli.Flag{
			organisationFlag(),
			&cli.Int64Flag{Name: "id", Usage: "`ID` of the key, as keys list shows it", Required: true, Sources: variable("id")},
			jsonFlag(),
		}, databaseFlags()...),
		Action: func(ctx context.Context, c *cli.Command) error {
			key, err := app.RevokeKey(ctx, databaseConfig(c), c.Int64("org"), c.Int64("id"))
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return printJSON(c.Root().Writer, newKeyRow(&key))
			}
			_, err = fmt.Fprintf(c.Root().Writer, "revoked key %d (%s)\n", key.ID, key.Name)
			return err
		},
	}
}

// keyRow is a key as the commands print it. Key is set only when it has just
// been made.
type keyRow struct {
	ID           int64      `json:"id"`
	Organisation int64      `json:"organisation_id"`
	Name         string     `json:"name"`
	Prefix       string     `json:"prefix"`
	Key          string     `json:"key,omitempty"`
	CreatedAt    time.Time  `json:"created_at"`
	RevokedAt    *time.Time `json:"revoked_at"`
}

func newKeyRow(key *webhook.Key) keyRow {
	return keyRow{
		ID: key.ID, Organisation: key.OrganisationID, Name: key.Name, Prefix: key.Prefix, CreatedAt: key.CreatedAt,
		RevokedAt: key.RevokedAt,
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

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
