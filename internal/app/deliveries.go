package app

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"slices"

	"golang.org/x/net/http/httpproxy"

	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/delivery/egress"
	"github.com/hookline-go/hookline/internal/webhook"
	"github.com/hookline-go/hookline/receiver"
)

// newGuard decides which addresses deliveries may reach.
func newGuard(config *Config) *egress.Guard {
	return egress.New(egress.Options{
		AllowPrivate: config.Dev || config.AllowPrivateTargets, AllowTargets: config.AllowTargets,
	})
}

// checkSigningKey refuses a key that says it is base64 and is not: Standard
// Webhooks would not verify what it signs.
func checkSigningKey(key webhook.Secret) error {
	if _, err := receiver.NewSigner(key.Reveal()); err != nil {
		return &webhook.Error{
			Code: webhook.CodeInvalid, Message: "What follows whsec_ in a signing key must be base64.", Pointer: "/signing_key",
		}
	}
	return nil
}

// deliveries is the part of the service that delivers.
type deliveries struct {
	engine    *delivery.Engine
	transport *egress.Transport
}

func newDeliveries(a *App) (*deliveries, error) {
	transport := egress.NewTransport(a.guard, egress.TransportOptions{
		Proxy: proxyFromEnvironment(), ProxyResolves: a.config.ProxyResolves,
	})
	engine, err := a.store.newEngine(delivery.Options{
		Store: &timed{Store: a.store, stored: a.metrics.Stored},
		Sender: delivery.NewSender(delivery.SenderOptions{
			Transport: transport, Timeout: a.config.DeliveryTimeout, Version: a.config.Version, Now: a.config.Clock,
		}),
		Policy:       delivery.NewPolicy(a.config.RetrySchedule, rand.Float64),
		Logger:       a.config.Logger,
		Observers:    a.attemptObservers(),
		PollInterval: a.config.PollInterval,
		Now:          a.config.Clock,
	})
	if err != nil {
		return nil, err
	}
	return &deliveries{engine: engine, transport: transport}, nil
}

// attemptObservers are all that listen to attempts.
func (a *App) attemptObservers() []delivery.Observer {
	all := []delivery.Observer{delivery.NewAttemptLog(a.config.Logger, a.successLevel()), a.metrics}
	if tracing, ok := a.exports.Tracing(); ok {
		all = slices.Insert(all, 0, delivery.Observer(tracing)) // so that the log knows the span
	}
	if a.config.OnAttempt != nil {
		all = slices.Insert(all, 0, delivery.Observer(attemptHook(a.config.OnAttempt)))
	}
	return all
}

// attemptHook calls a function after each attempt. It comes first, so that it
// is called last.
type attemptHook func()

// AttemptStarted implements [delivery.Observer].
func (attemptHook) AttemptStarted(ctx context.Context, _ *webhook.Dispatch) context.Context {
	return ctx
}

// AttemptEnded implements [delivery.Observer].
func (h attemptHook) AttemptEnded(context.Context, *delivery.Ended) { h() }

// successLevel is that at which a success is logged: whoever develops wants to
// see each one, and whoever operates does not.
func (a *App) successLevel() slog.Level {
	if a.config.Dev {
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

func (d *deliveries) start(ctx context.Context) error { return d.engine.Start(ctx) }

// stop lets the attempts under way end until ctx does, and then interrupts
// them.
func (d *deliveries) stop(ctx context.Context) error {
	err := d.engine.Stop(ctx)
	d.transport.CloseIdleConnections()
	return err
}

// proxyFromEnvironment honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
func proxyFromEnvironment() func(*url.URL) (*url.URL, error) {
	return httpproxy.FromEnvironment().ProxyFunc()
}
