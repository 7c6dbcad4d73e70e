package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"
)

func helpCommand() *cli.Command {
	return &cli.Command{
		Name:      "help",
		Usage:     "show the help of a command",
		ArgsUsage: "[COMMAND …]",
		Action: func(_ context.Context, c *cli.Command) error {
			shown := c.Root()
			for _, name := range c.Args().Slice() {
				sub := shown.Command(name)
				if sub == nil {
					return usageError(fmt.Errorf("unknown command %s%s", name, didYouMean(name, commandNames(shown))))
				}
				shown = sub
			}
			return showHelp(shown)
		},
	}
}
