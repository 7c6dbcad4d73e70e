package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// survivePipes keeps the process from ending at the next line that it writes to
// a standard output or error that nobody reads any more, as when the log's
// collector starts again. Go ends a process for that, which suits commands
// before a pipe and no service. The write fails instead.
func survivePipes() { signal.Ignore(syscall.SIGPIPE) }

// errHangup is why a service stops whose terminal is gone.
var errHangup = errors.New("the terminal is gone")

// heedSignals gives SIGHUP a meaning, which would end the process at once: the
// service stops in good order if its terminal is gone, and reloads otherwise,
// as logrotate and service managers ask. A process that was told to ignore it,
// as by nohup, does. The function that is returned ends this, and waits.
func heedSignals(ctx context.Context, logger *slog.Logger, reload func() error) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	if signal.Ignored(syscall.SIGHUP) {
		return ctx, func() { cancel(nil) }
	}
	hadTerminal := hasTerminal()
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangups:
			}
			if hadTerminal && !hasTerminal() {
				cancel(errHangup)
				return
			}
			hangup(ctx, logger, reload)
		}
	})
	return ctx, func() {
		signal.Stop(hangups)
		cancel(nil)
		done.Wait()
	}
}

func hangup(ctx context.Context, logger *slog.Logger, reload func() error) {
	if err := reload(); err != nil {
		logger.LogAttrs(ctx, slog.LevelError, "SIGHUP: the encryption key file cannot be read again; the keys stay as they are",
			slog.Any("error", err))
		return
	}
	logger.LogAttrs(ctx, slog.LevelInfo, "SIGHUP: the encryption key file was read again; nothing else is reloaded")
}

// hasTerminal reports whether the process has a controlling terminal, which it
// loses when that is closed.
func hasTerminal() bool {
	terminal, err := os.OpenFile("/dev/tty", os.O_RDONLY, 0)
	if err != nil {
		return false
	}
	_ = terminal.Close() // it was only looked for
	return true
}
