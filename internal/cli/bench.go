package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/bench"
)

func benchCommand() *cli.Command {
	return &cli.Command{
		Name:  "bench",
		Usage: "measure publishing and delivery on this machine",
		Description: `Starts a service and a receiver in this process, publishes events over HTTP and reports how many
were acknowledged and delivered a second, how long that took, and whether any was lost.

Examples:
   hookline bench                                              SQLite in a temporary file, 50 publishers, 10 s
   hookline bench --rate 100 --json                            latency at a fixed rate, for scripts
   hookline bench --database postgres://localhost/hookline     a database that may be written to`,
		Flags: []cli.Flag{
			stringFlag("database", "", "SQLite `FILE` or postgres:// URL; a temporary SQLite file if empty"),
			encryptionKeyFlag(),
			&cli.IntFlag{Name: "publishers", Value: 50, Usage: "publish from so many at the same time"},
			&cli.DurationFlag{Name: "duration", Value: 10 * time.Second, Usage: "publish for so long"},
			&cli.DurationFlag{Name: "drain", Value: time.Minute, Usage: "wait so long for deliveries after that"},
			&cli.FloatFlag{Name: "rate", Usage: "events a second; 0 is as many as possible"},
			&cli.IntFlag{Name: "payload", Value: 300, Usage: "size of an event's payload, in bytes"},
			&cli.IntFlag{Name: "dead-backlog", Usage: "first queue so many deliveries for an endpoint that never answers"},
			jsonFlag(),
		},
		Action: runBench,
	}
}

func runBench(ctx context.Context, c *cli.Command) error {
	options := bench.Options{
		Service: app.Config{
			Database: c.String("database"), EncryptionKeyFile: c.String("encryption-key-file"), Version: currentVersion(),
			Logger: slog.New(slog.NewTextHandler(c.Root().ErrWriter, &slog.HandlerOptions{Level: slog.LevelWarn})),
		},
		Publishers: c.Int("publishers"), Duration: c.Duration("duration"), Drain: c.Duration("drain"),
		DeadBacklog: c.Int("dead-backlog"), Rate: c.Float("rate"), PayloadSize: c.Int("payload"),
	}
	if isatty.IsTerminal(os.Stderr.Fd()) {
		options.Progress = func(acknowledged, delivered int) {
			_, _ = fmt.Fprintf(c.Root().ErrWriter, "\r%d acknowledged, %d delivered ", acknowledged, delivered)
		}
		defer func() { _, _ = fmt.Fprint(c.Root().ErrWriter, "\r\033[K") }()
	}
	report, err := bench.Run(ctx, options)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		err = printJSON(c.Root().Writer, report)
	} else {
		err = report.Print(c.Root().Writer)
	}
	if report.Lost > 0 {
		err = errors.Join(err, fmt.Errorf("%d acknowledged events were not delivered within %s", report.Lost, c.Duration("drain")))
	}
	return err
}
