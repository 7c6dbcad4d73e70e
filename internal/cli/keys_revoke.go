package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

func keysRevokeCommand() *cli.Command {
	return &cli.Command{
		Name:        "revoke",
		Usage:       "make an API key invalid, immediately and for ever",
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
