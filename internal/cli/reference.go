package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

func referenceCommand() *cli.Command {
	return &cli.Command{
		Name:  "docs",
		Usage: "make a reference page of an OpenAPI document",
		Description: `The page is one HTML file without scripts. hookline serve has that of its own
API at /docs.

Examples:
   hookline docs -o page.html
   hookline docs --spec openapi.yaml --server https://x.example -o x.html`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "spec", Usage: "OpenAPI `FILE` of version 3, YAML or JSON", DefaultText: "hookline's own"},
			&cli.StringFlag{Name: "server", Usage: "base `URL` of the commands on the page", DefaultText: "the document's first server"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FILE` to write to", DefaultText: "standard output"},
		},
		Action: writeReference,
	}
}

func writeReference(_ context.Context, c *cli.Command) error {
	var document []byte // hookline's own
	if file := c.String("spec"); file != "" {
		var err error
		if document, err = os.ReadFile(file); err != nil {
			return usageError(err)
		}
	}
	page, err := app.ReferencePage(document, c.String("server"))
	if err != nil {
		return fmt.Errorf("%s: %w", cmp.Or(c.String("spec"), "openapi.yaml"), err)
	}
	if file := c.String("output"); file != "" {
		const readable = 0o644                    // a page is for everybody
		return os.WriteFile(file, page, readable) //nolint:gosec // the user names the file
	}
	_, err = c.Root().Writer.Write(page)
	return err
}
