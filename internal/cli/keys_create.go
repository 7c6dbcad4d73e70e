package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

func keysCreateCommand() *cli.Command {
	return &cli.Command{
		Name:  "create",
		Usage: "make an API key and print it, once, on standard output",
		Description: `A new organisation is made with its first key.

Examples:
   hookline keys create --org 1 --name ci
   HOOKLINE_API_KEY=$(hookline keys create --org 1 --name ci)`,
		Flags: append([]cli.Flag{
			organisationFlag(),
			&cli.StringFlag{Name: "name", Usage: "`NAME` that says what the key is for", Required: true, Sources: variable("name")},
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
