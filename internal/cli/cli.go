// Package cli is the command line: a file for each verb, named after it.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/urfave/cli/v3"
)

// Run is the whole program. It returns the exit status, and prints what went
// wrong to stderr.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := command(stdin, stdout, stderr)
	warnOfVariables(root, os.Environ(), stderr)
	begun := false
	prepare(root, args, func() { begun = true })
	err := root.Run(ctx, args)
	if err != nil && !begun {
		err = usageError(err)
	}
	status, report := exitStatus(err)
	if report != nil {
		_, _ = fmt.Fprintf(stderr, "hookline: %v\n", report)
	}
	return status
}

func command(stdin io.Reader, stdout, stderr io.Writer) *cli.Command {
	useOwnHelp()
	return &cli.Command{
		Name:  "hookline",
		Usage: "keep webhook configs and deliver signed events",
		Description: "A flag that shows a variable in its help can be given by that variable too, such as HOOKLINE_LISTEN " +
			"for --listen. The exit status is 0 after success, 1 after a failure and 2 after a mistake on the command line.",
		Commands: []*cli.Command{
			serveCommand(), configsCommand(), eventsCommand(), logsCommand(), triggerCommand(), listenCommand(), receiveCommand(), verifyCommand(), signCommand(),
			loginCommand(), logoutCommand(), profilesCommand(),
			keysCommand(), encryptionKeyCommand(), migrateCommand(), benchCommand(), validateCommand(), specCommand(), referenceCommand(),
			completionCommand(), completeCommand(), docsCommand(), helpCommand(), versionCommand(),
		},
		Flags:     []cli.Flag{&cli.BoolFlag{Name: "version", Usage: "print the version", Local: true}},
		Action:    rootAction,
		Reader:    stdin,
		Writer:    stdout,
		ErrWriter: stderr,
		// Run is the one place that reports errors.
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
	}
}

func rootAction(_ context.Context, c *cli.Command) error {
	if c.Bool("version") {
		return printVersion(c.Writer)
	}
	return showHelp(c)
}

// prepare gives every command the manners that all share: one line for a
// mistake, no arguments that it does not take. begin is called before an action
// starts; an error that comes earlier is a mistake in usage.
func prepare(c *cli.Command, args []string, begin func()) {
	c.OnUsageError = func(_ context.Context, c *cli.Command, err error, _ bool) error {
		return explainFlag(c, args, err)
	}
	c.ArgValidator, c.HideHelpCommand = checkArguments, true
	if action := c.Action; action != nil {
		c.Action = func(ctx context.Context, c *cli.Command) error {
			begin()
			return action(ctx, c)
		}
	}
	for _, sub := range c.Commands {
		prepare(sub, args, begin)
	}
}

// useOwnHelp replaces the library's help, which knows no width. The library
// keeps it in a variable of its package.
var useOwnHelp = sync.OnceFunc(func() {
	cli.HelpPrinter = func(_ io.Writer, _ string, data any) {
		if c, ok := data.(*cli.Command); ok {
			_ = showHelp(c)
		}
	}
})

func showHelp(c *cli.Command) error {
	w := c.Root().Writer
	_, err := io.WriteString(w, helpText(c, textWidth(w)))
	return err
}
