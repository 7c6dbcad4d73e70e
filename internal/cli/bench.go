package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/bench"
)

func benchCommand() *cli.Command {
	return &cli.Command{
		Name:  "bench",
		Usage: "measure publishing and delivery on this machine",
		Description: `Starts a service and a receiver in this process, publishes events over HTTP and reports how many
were acknowledged and delivered a second, how long that took, whether any was lost, and what an event cost. The rate of bare
HTTP exchanges on the same connections, and the ratio to it, let machines be compared. A database that is named is written to.

Examples:
   hookline bench
   hookline bench --rate 100 --json
   hookline bench --database postgres://localhost/hookline`,
		Flags: []cli.Flag{
			stringFlag("database", "", "SQLite `FILE` or postgres:// URL; a temporary SQLite file if empty"),
			encryptionKeyFlag(),
			countFlag("publishers", 50, 1, "publish from `N` connections at the same time"),
			durationFlag("duration", 10*time.Second, "publish for this `TIME`"),
			durationFlag("drain", time.Minute, "then wait for deliveries for at most this `TIME`"),
			&cli.FloatFlag{Name: "rate", Usage: "events a second, `N`; 0 publishes as many as possible"},
			countFlag("payload", 300, 0, "size of an event's payload in `BYTES`"),
			&cli.BoolFlag{Name: "split", Usage: "run the service in a process of its own, as users do"},
			countFlag("dead-backlog", 0, 0, "first queue `N` deliveries for an endpoint that never answers"),
			jsonFlag(),
		},
		Action: runBench,
	}
}

func runBench(ctx context.Context, c *cli.Command) error {
	options := bench.Options{
		Service: app.Config{
			OpenTelemetry: true, // as serve does, so that its cost can be measured
			Database:      c.String("database"), EncryptionKeyFile: c.String("encryption-key-file"), Version: currentVersion(),
			Logger: slog.New(slog.NewTextHandler(c.Root().ErrWriter, &slog.HandlerOptions{Level: slog.LevelWarn})),
		},
		Publishers: c.Int("publishers"), Duration: c.Duration("duration"), Drain: c.Duration("drain"),
		Split: c.Bool("split"), DeadBacklog: c.Int("dead-backlog"), Rate: c.Float("rate"), PayloadSize: c.Int("payload"),
	}
	if isTerminal(c.Root().ErrWriter) {
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
