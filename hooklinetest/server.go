package hooklinetest

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/internal/app"
)

// Server is the service, listening on a free port of the loopback interface. Its
// methods are safe for concurrent use, except those that can fail the test: they
// must be called from the test's own goroutine, as t.FailNow requires.
type Server struct {
	// URL is the API's base URL, with /v4.
	URL string
	// APIKey is a valid key of organisation 1.
	APIKey string

	tb        testing.TB
	app       *app.App
	clock     *clock
	faults    *faults
	published publications
	attempt   chan struct{} // tells of an attempt to deliver
}

// Option changes how [NewServer] sets the service up. The zero value changes
// nothing.
type Option struct{ apply func(*app.Config) }

// WithRetrySchedule sets the delays before each retry of a delivery. Without
// delays, nothing is retried. The default is that of the service: 5s, 5m, 30m,
// 2h, 5h, 10h, 14h, 20h, 24h.
func WithRetrySchedule(delays ...time.Duration) Option {
	return Option{func(c *app.Config) { c.RetrySchedule = append([]time.Duration{}, delays...) }}
}

// WithDeliveryTimeout sets how long an attempt to deliver may take, in real time;
// 15 seconds unless it is given.
func WithDeliveryTimeout(timeout time.Duration) Option {
	return Option{func(c *app.Config) { c.DeliveryTimeout = timeout }}
}

// WithRateLimit allows a key perMinute requests a minute, and burst requests at
// once. There is no limit unless it is given.
func WithRateLimit(perMinute, burst int) Option {
	return Option{func(c *app.Config) { c.RateLimit, c.RateBurst = perMinute, burst }}
}

// WithLogger sets where the service logs to. Its log is discarded unless it is
// given.
func WithLogger(logger *slog.Logger) Option { return Option{func(c *app.Config) { c.Logger = logger }} }

// stopTimeout is how long the service may take to end with its test.
const stopTimeout = 5 * time.Second

// pollInterval keeps a test from waiting for retries whose time has come.
const pollInterval = 20 * time.Millisecond

// NewServer starts the service, and stops it when the test ends. The test fails
// if the service cannot start, or does not stop cleanly.
func NewServer(tb testing.TB, options ...Option) *Server {
	tb.Helper()
	s := &Server{APIKey: app.DevKey, tb: tb, clock: newClock(), faults: newFaults(), attempt: make(chan struct{}, 1)}
	config := app.Config{
		Listen: "127.0.0.1:0", Database: ":memory:", EncryptionKeyFile: filepath.Join(tb.TempDir(), "hookline.key"), Dev: true,
		Logger: slog.New(slog.DiscardHandler), Clock: s.clock.Now, OnAttempt: s.noteAttempt,
		ShutdownTimeout: stopTimeout, Version: "hooklinetest", PollInterval: pollInterval,
		WithoutConsole: true,
	}
	for _, option := range options {
		if option.apply != nil {
			option.apply(&config)
		}
	}
	config.Wrap = s.wrap
	service, err := app.New(tb.Context(), config)
	if err != nil {
		tb.Fatalf("hooklinetest: %v", err)
	}
	s.app = service
	listener, err := service.Listen(tb.Context())
	if err != nil {
		tb.Fatalf("hooklinetest: %v", errors.Join(err, service.Close(tb.Context())))
	}
	s.serve(listener)
	return s
}

// serve serves until the test ends.
func (s *Server) serve(listener net.Listener) {
	s.URL = "http://" + listener.Addr().String() + "/v4"
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.tb.Context()))
	var serving sync.WaitGroup
	var failure error
	serving.Go(func() { failure = s.app.Serve(ctx, listener) })
	s.tb.Cleanup(func() {
		s.faults.release()
		cancel()
		serving.Wait()
		if err := errors.Join(failure, s.app.Close(ctx)); err != nil {
			s.tb.Errorf("hooklinetest: the service did not stop cleanly: %v", err)
		}
	})
}

func (s *Server) noteAttempt() {
	select {
	case s.attempt <- struct{}{}:
	default:
	}
}

// Client returns an SDK client with the service's URL and key. Options are
// applied after these.
func (s *Server) Client(options ...client.Option) *client.Client {
	s.tb.Helper()
	own := []client.Option{client.WithBaseURL(s.URL), client.WithAPIKey(s.APIKey), client.WithHTTPClient(s.httpClient())}
	c, err := client.New(append(own, options...)...)
	if err != nil {
		s.tb.Fatalf("hooklinetest: %v", err)
	}
	return c
}

// httpClient returns a client whose connections end with the test.
func (s *Server) httpClient() *http.Client {
	transport := &http.Transport{}
	s.tb.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}
