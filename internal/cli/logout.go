package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"
)

func logoutCommand() *cli.Command {
	return &cli.Command{
		Name:        "logout",
		Usage:       "delete what login stored",
		Description: "The key stays valid: hookline keys revoke ends it.\n\nExamples:\n   hookline logout --profile staging",
		Flags: []cli.Flag{&profileFlag{&cli.StringFlag{
			Name: "profile", Value: defaultProfile, Usage: "`NAME` that it is stored under", Sources: variable("profile"),
		}}},
		Action: func(_ context.Context, c *cli.Command) error {
			stored, err := loadProfiles()
			if err != nil {
				return err
			}
			name := c.String("profile")
			if _, ok := stored[name]; !ok {
				return usageError(fmt.Errorf("there is no profile %s%s", name, didYouMean(name, stored.names())))
			}
			delete(stored, name)
			if _, err := stored.save(); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.Root().Writer, "deleted profile %s\n", name)
			return err
		},
	}
}
