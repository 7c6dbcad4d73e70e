package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"slices"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

func serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "serve the API until SIGTERM or an interrupt",
		Description: `Examples:
   hookline serve --dev
   hookline serve --listen :8080 --database /var/lib/hookline/hookline.db`,
		Flags: append([]cli.Flag{
			stringFlag("listen", app.DefaultListen, "`ADDRESS` to listen on; port 0 takes a free one"),
			&cli.BoolFlag{
				Name: "dev", Sources: variable("dev"),
				Usage: "development: make organisation 1 with the API key dev-key and a missing encryption key",
			},
			countFlag("rate-limit", 0, 0, "`N` requests a minute for each API key; 0 is no limit"),
			countFlag("rate-burst", app.DefaultRateBurst, 1, "`N` requests that a key may make at once, where there is a limit"),
			countFlag("max-configs", app.DefaultMaxConfigs, 1, "`N` webhook configs that an organisation may have"),
			durationFlag("request-timeout", app.DefaultRequestTimeout, "longest `TIME` that the answer to a request may take"),
			durationFlag("shutdown-timeout", app.DefaultShutdownTimeout, "`TIME` that open requests have to finish when the service stops"),
			delayFlag("drain-delay", app.DefaultDrainDelay, "`TIME` that the service goes on answering when it is told to stop, while /readyz says so"),
			&cli.BoolFlag{
				Name: "no-migrate", Sources: variable("no-migrate"),
				Usage: "do not change the database's schema: see hookline migrate",
			},
			stringFlag("pprof", "", "`ADDRESS` of its own for Go's profiles; whoever reaches it sees what is in memory"),
			&cli.BoolFlag{Name: "metrics", Sources: variable("metrics"), Usage: "serve /metrics for Prometheus beside the API"},
			choiceFlag("console", "on", "web pages for people at /console: `SWITCH`", "on", "off"),
			choiceFlag("log-format", "text", "`FORMAT` of the log", "text", "json"),
			choiceFlag("log-level", "info", "least `LEVEL` that is logged", "debug", "info", "warn", "error"),
		}, slices.Concat(deliveryFlags(), databaseFlags())...),
		Action: serve,
	}
}

func serve(ctx context.Context, c *cli.Command) (err error) {
	survivePipes()
	logger, err := newLogger(c.Root().ErrWriter, c.String("log-format"), c.String("log-level"))
	if err != nil {
		return err
	}
	app.TakeOverStandardLog(logger)
	config := databaseConfig(c)
	config.Listen, config.Dev = c.String("listen"), c.Bool("dev")
	config.RateLimit, config.RateBurst = c.Int("rate-limit"), c.Int("rate-burst")
	config.MaxConfigs = c.Int("max-configs")
	config.RequestTimeout, config.ShutdownTimeout = c.Duration("request-timeout"), c.Duration("shutdown-timeout")
	config.DrainDelay = c.Duration("drain-delay")
	config.WithoutConsole = c.String("console") == "off"
	config.Metrics, config.WithoutMigrations = c.Bool("metrics"), c.Bool("no-migrate")
	config.Logger, config.OpenTelemetry, config.Profiles = logger, true, c.String("pprof")
	if err := readDeliveryFlags(c, &config); err != nil {
		return err
	}
	service, err := app.New(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.Close(ctx)) }()
	ctx, stop := heedSignals(ctx, logger, service.ReloadKeys)
	defer stop()
	listener, err := service.Listen(ctx)
	if err != nil {
		return err
	}
	announce(c.Root().Writer, listener.Addr())
	if config.Dev {
		announceDev(c.Root().Writer, listener.Addr())
	}
	// What the start took, migrations above all, is not needed again: an idle
	// service should be small.
	debug.FreeOSMemory()
	return service.Serve(ctx, listener)
}

// announce says where the service listens. Scripts that take port 0 read it.
func announce(w io.Writer, address net.Addr) {
	_, _ = fmt.Fprintf(w, "hookline %s listens on http://%s/v4\n", currentVersion(), address)
}

// announceDev says how to try the development mode.
func announceDev(w io.Writer, address net.Addr) {
	here := ""
	if address.String() != app.DefaultListen {
		here = fmt.Sprintf(" --base-url http://%s/v4", address)
	}
	_, _ = fmt.Fprintf(w, `
The API key is %[1]s. Try it, the first command in a window of its own:

  hookline receive
  hookline configs create --webhook-type CONNECTION_CHANGED \
    --name "My first webhook" --url http://127.0.0.1:9000/%[2]s
  hookline trigger CONNECTION_CHANGED%[2]s
  hookline logs list%[2]s

`, app.DevKey, here)
}
