package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hookline-go/hookline/internal/delivery/egress"
	"github.com/hookline-go/hookline/internal/telemetry"
)

// App is the assembled service. Its methods are safe for concurrent use.
type App struct {
	config     Config
	store      *database
	guard      *egress.Guard
	metrics    *telemetry.Metrics
	exports    *telemetry.OpenTelemetry
	handler    http.Handler
	deliveries *deliveries // nil for a process that makes none
	draining   atomic.Bool
	// endStreams ends the answers that would never end by themselves.
	endStreams func()
}

// New opens the database and assembles the service; nothing listens yet. Errors
// are one line that says what to do. The caller closes the App.
func New(ctx context.Context, config Config) (*App, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	exports := &telemetry.OpenTelemetry{}
	if config.OpenTelemetry {
		if exports, err = telemetry.NewOpenTelemetry(ctx, config.Version, config.Logger); err != nil {
			return nil, err
		}
		config.Logger = exports.Logger(config.Logger)
	}
	a := &App{config: config, guard: newGuard(&config), metrics: telemetry.NewMetrics(config.Version), exports: exports}
	if err := a.assemble(ctx); err != nil {
		return nil, errors.Join(err, a.Close(ctx))
	}
	return a, nil
}

func (a *App) assemble(ctx context.Context) error {
	store, err := openDatabase(ctx, &a.config)
	if err != nil {
		return err
	}
	a.store = store
	if err := a.metrics.Register(a.store.collectors...); err != nil {
		return err
	}
	if a.config.Dev {
		if err := ensureDevKey(ctx, a.store); err != nil {
			return err
		}
	}
	if a.config.Role != RoleAPI {
		deliveries, err := newDeliveries(a)
		if err != nil {
			return err
		}
		a.deliveries = deliveries
	}
	handler, err := a.newHandler() //nolint:contextcheck // requests bring contexts of their own
	a.handler = handler
	return err
}

// Handler returns the whole service: the API under /v4, the contract and the
// health checks.
func (a *App) Handler() http.Handler { return a.handler }

// ReloadKeys reads the encryption key file again: what is written from now on is
// encrypted with its newest key. On failure the keys stay as they are.
func (a *App) ReloadKeys() error { return a.store.keys.Reload() }

// exportTimeout is how long what is left of traces and logs may take to leave.
const exportTimeout = 5 * time.Second

// Close ends the use of the database, and exports what is left of traces and
// logs, also when ctx has ended. Requests must have ended before.
func (a *App) Close(ctx context.Context) (err error) {
	if a.store != nil {
		err = a.store.Close()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exportTimeout)
	defer cancel()
	return errors.Join(err, a.exports.Shutdown(ctx))
}

// Listen opens the configured address, and returns it with the port that was
// taken.
func (a *App) Listen(ctx context.Context) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", a.config.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("the address %s is in use; choose another with --listen", a.config.Listen)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", a.config.Listen, err)
	}
	return listener, nil
}

// Serve answers requests on the listener and delivers events until the context
// ends, then lets what is under way end. It returns nil after such a stop, and
// owns the listener.
func (a *App) Serve(ctx context.Context, listener net.Listener) (err error) {
	profiles, err := a.serveProfiles(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, profiles()) }()
	if a.deliveries == nil {
		return a.serveHTTP(ctx, listener)
	}
	if err := a.deliveries.start(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	err = a.serveHTTP(ctx, listener)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.config.ShutdownTimeout)
	defer cancel()
	return errors.Join(err, a.deliveries.stop(grace))
}

func (a *App) serveHTTP(ctx context.Context, listener net.Listener) error {
	service := a.httpServer()
	service.RegisterOnShutdown(a.endStreams)
	failed := make(chan error, 1)
	go func() { failed <- service.Serve(listener) }()
	select {
	case err := <-failed:
		return cannotGoOn(err)
	case <-ctx.Done():
	}
	a.draining.Store(true)
	a.config.Logger.Info("stopping: open requests have time to finish", slog.Duration("drain_delay", a.config.DrainDelay),
		slog.Duration("timeout", a.config.ShutdownTimeout))
	select {
	case err := <-failed:
		return cannotGoOn(err)
	case <-time.After(a.config.DrainDelay):
	}
	// The context has ended, and the requests under way have not.
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.config.ShutdownTimeout)
	defer cancel()
	timedOut := service.Shutdown(grace)
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the service did not stop cleanly: %w", err)
	}
	if timedOut != nil {
		return errors.Join(fmt.Errorf("some requests did not end within %s", a.config.ShutdownTimeout), service.Close())
	}
	return nil
}

func cannotGoOn(err error) error { return fmt.Errorf("the service cannot go on: %w", err) }

// closeWhileDraining has clients that keep their connections leave them at
// their next request, while there is still somebody to answer it.
func (a *App) closeWhileDraining(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.draining.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// Limits that keep slow or greedy clients from holding connections. Bodies are
// bounded by the contract.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

func (a *App) httpServer() *http.Server {
	return &http.Server{
		Handler:           a.closeWhileDraining(a.handler),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       a.config.RequestTimeout,
		// Reading and answering a request may each take the whole timeout.
		WriteTimeout:   2 * a.config.RequestTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       standardLogger(a.config.Logger),
		// The handler answers "OPTIONS *" too.
		DisableGeneralOptionsHandler: true,
	}
}
