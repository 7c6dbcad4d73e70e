package cli

import (
	"context"

	"github.com/urfave/cli/v3"
)

func profilesCommand() *cli.Command {
	return &cli.Command{
		Name:  "profiles",
		Usage: "list what login stored, without the keys",
		Flags: []cli.Flag{jsonFlag()},
		Action: func(_ context.Context, c *cli.Command) error {
			stored, err := loadProfiles()
			if err != nil {
				return err
			}
			if c.Bool("json") {
				addresses := map[string]map[string]string{}
				for name, one := range stored {
					addresses[name] = map[string]string{"base_url": one.BaseURL}
				}
				return printJSON(c.Root().Writer, addresses)
			}
			t := &table{header: []string{"NAME", "BASE URL"}}
			for _, name := range stored.names() {
				t.rows = append(t.rows, []string{name, stored[name].BaseURL})
			}
			return printPage(c.Root().Writer, func(p *page) { p.table(t) })
		},
	}
}
