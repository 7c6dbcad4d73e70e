// Command hookline serves the webhook-config API and manages what it needs.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program: it returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
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
		// The one place that reports errors is run.
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
