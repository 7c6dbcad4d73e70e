package cli

import (
	"context"

	"github.com/urfave/cli/v3"

	root "github.com/hookline-go/hookline"
)

func specCommand() *cli.Command {
	return &cli.Command{
		Name:  "spec",
		Usage: "print the contract, an OpenAPI document in YAML",
		Description: `Validators and mock servers use the contract as it stands. Generators of clients use the document of
--for-generators, which describes the same API without what they stumble over.

Examples:
   hookline spec > openapi.yaml
   hookline spec --for-generators > openapi.client.yaml`,
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "for-generators", Usage: "print the document for generators of clients"},
		},
		Action: func(_ context.Context, c *cli.Command) error {
			document := root.OpenAPI()
			if c.Bool("for-generators") {
				document = root.ClientOpenAPI()
			}
			_, err := c.Root().Writer.Write(document)
			return err
		},
	}
}
