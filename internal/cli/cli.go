// Package cli is the command line: a file for each verb, named after it.
package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/urfave/cli/v3"
)

// Run is the whole program. It returns the exit status, and prints what went
// wrong to stderr.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := command(stdout, stderr)
	reportUsageErrors(root)
	if err := root.Run(ctx, args); err != nil {
		status, report := exitStatus(err)
		if report != nil {
			_, _ = fmt.Fprintf(stderr, "hookline: %v\n", report)
		}
		return status
	}
	return 0
}

func command(stdout, stderr io.Writer) *cli.Command {
	return &cli.Command{
		Name:  "hookline",
		Usage: "keep webhook configs and deliver signed events",
		Description: "Every flag can be given as an environment variable too: HOOKLINE_ and the flag's name in capitals,\n" +
			"such as HOOKLINE_LISTEN for --listen.",
		Commands: []*cli.Command{
			serveCommand(), keysCommand(), encryptionKeyCommand(), migrateCommand(), benchCommand(), validateCommand(), versionCommand(),
		},
		EnableShellCompletion:           true,
		ConfigureShellCompletionCommand: func(c *cli.Command) { c.Hidden = false },
		Suggest:                         true,
		Writer:                          stdout,
		ErrWriter:                       stderr,
		// The one place that reports errors is Run.
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
	}
}

// reportUsageErrors makes every command answer a mistake with one line, where
// the library would print the whole help.
func reportUsageErrors(c *cli.Command) {
	if c.OnUsageError == nil {
		c.OnUsageError = func(_ context.Context, c *cli.Command, err error, _ bool) error {
			return fmt.Errorf("%w (see %s --help)", err, c.FullName())
		}
	}
	for _, sub := range c.Commands {
		reportUsageErrors(sub)
	}
}
