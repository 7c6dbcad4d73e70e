package app_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Stopping(m).Run()) }

// neighbours are two organisations of one service: one whose endpoints cause
// trouble, and one that wants its events delivered.
type neighbours struct {
	tb       testing.TB
	url      string
	trouble  string // the API keys
	quiet    string
	attempts atomic.Int64
}

// neighbourPatience ends tests that would wait for ever.
const neighbourPatience = time.Minute

func newNeighbours(tb testing.TB, database string, timeout time.Duration) *neighbours {
	tb.Helper()
	n := &neighbours{tb: tb}
	config := app.Config{
		Listen: "127.0.0.1:0", Database: database, EncryptionKeyFile: filepath.Join(tb.TempDir(), "hookline.key"),
		AllowPrivateTargets: true, DeliveryTimeout: timeout, ShutdownTimeout: time.Second,
		Logger: slog.New(slog.DiscardHandler), OnAttempt: func() { n.attempts.Add(1) },
	}
	require.NoError(tb, app.CreateEncryptionKey(config.EncryptionKeyFile))
	var err error
	n.trouble, _, err = app.CreateKey(tb.Context(), config, 1, "trouble")
	require.NoError(tb, err)
	n.quiet, _, err = app.CreateKey(tb.Context(), config, 2, "quiet")
	require.NoError(tb, err)
	service, err := app.New(tb.Context(), config)
	require.NoError(tb, err)
	listener, err := service.Listen(tb.Context())
	require.NoError(tb, err)
	n.url = "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	ended := make(chan error, 1)
	go func() { ended <- service.Serve(ctx, listener) }()
	tb.Cleanup(func() {
		cancel()
		assert.NoError(tb, <-ended)
		assert.NoError(tb, service.Close(tb.Context()))
	})
	return n
}

func (n *neighbours) post(key, path, body string, status int) {
	n.tb.Helper()
	request, err := http.NewRequestWithContext(n.tb.Context(), http.MethodPost, n.url+path, strings.NewReader(body))
	require.NoError(n.tb, err)
	request.Header.Set("api_key", key)
	request.Header.Set("Content-Type", "application/json")
	response, err := new(http.Client).Do(request)
	require.NoError(n.tb, err)
	answer, err := io.ReadAll(response.Body)
	require.NoError(n.tb, err)
	require.NoError(n.tb, response.Body.Close())
	require.Equal(n.tb, status, response.StatusCode, "%s", answer)
}

func (n *neighbours) create(key, url string) {
	n.tb.Helper()
	n.post(key, configs, fmt.Sprintf(`{"webhook_type":"SYNC_STARTED","name":"n","url":%q}`, url), http.StatusCreated)
}

func (n *neighbours) publish(key string) {
	n.tb.Helper()
	n.post(key, "/v4/core/webhook-events", `{"webhook_type":"SYNC_STARTED","payload":{}}`, http.StatusAccepted)
}

// makeTrouble publishes events to so many configs at an endpoint.
func (n *neighbours) makeTrouble(url string, configs, events int) {
	n.tb.Helper()
	for i := range configs {
		n.create(n.trouble, fmt.Sprintf("%s/%d", url, i))
	}
	for range events {
		n.publish(n.trouble)
	}
}

// quietEndpoint returns the other organisation's endpoint, and when it got each
// event.
func (n *neighbours) quietEndpoint() <-chan time.Time {
	n.tb.Helper()
	arrived := make(chan time.Time, 1000)
	endpoint := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- time.Now() }))
	n.tb.Cleanup(endpoint.Close)
	n.create(n.quiet, endpoint.URL)
	return arrived
}

// awaitQuiet publishes an event and returns how long it took to arrive.
func (n *neighbours) awaitQuiet(arrived <-chan time.Time) time.Duration {
	n.tb.Helper()
	began := time.Now()
	n.publish(n.quiet)
	select {
	case at := <-arrived:
		return at.Sub(began)
	case <-time.After(neighbourPatience):
		require.Fail(n.tb, "one organisation's endpoints keep another's events waiting")
		return 0
	}
}

// heldEndpoint answers each request, with success, when the test lets it.
func heldEndpoint(tb testing.TB) string {
	tb.Helper()
	released := make(chan struct{})
	endpoint := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-released:
		case <-r.Context().Done():
		}
	}))
	tb.Cleanup(func() {
		close(released)
		endpoint.CloseClientConnections()
		endpoint.Close()
	})
	return endpoint.URL
}

// slowEndpoint answers each request, with success, after some time.
func slowEndpoint(tb testing.TB, delay time.Duration) string {
	tb.Helper()
	endpoint := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(delay):
		case <-r.Context().Done():
		}
	}))
	tb.Cleanup(func() {
		endpoint.CloseClientConnections()
		endpoint.Close()
	})
	return endpoint.URL
}

// silentEndpoint takes connections and never says anything.
func silentEndpoint(tb testing.TB) string {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	var taken sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	taken.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
		}
	})
	tb.Cleanup(func() {
		assert.NoError(tb, listener.Close())
		taken.Wait()
		for _, conn := range conns {
			_ = conn.Close() // the other end may have gone first
		}
	})
	return "http://" + listener.Addr().String()
}

// deadEndpoint is a port where nothing listens.
func deadEndpoint(tb testing.TB) string {
	tb.Helper()
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	require.NoError(tb, listener.Close())
	return "http://" + listener.Addr().String()
}

// databases are both kinds, each empty.
func databases(tb testing.TB) map[string]string {
	tb.Helper()
	return map[string]string{"sqlite": filepath.Join(tb.TempDir(), "hookline.db"), "postgres": postgrestest.EmptyURL(tb)}
}

// TestNeighboursOfSlowEndpoints has one organisation's endpoints hold every
// request that they get: another one's events arrive meanwhile.
func TestNeighboursOfSlowEndpoints(t *testing.T) {
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			endpoint := heldEndpoint(t)
			n := newNeighbours(t, database, time.Hour)
			arrived := n.quietEndpoint()
			n.makeTrouble(endpoint, 40, 40)
			for range 20 {
				n.awaitQuiet(arrived)
			}
			assert.LessOrEqual(t, n.attempts.Load(), int64(20), "the other endpoints have not answered anything yet")
		})
	}
}

// TestNeighboursOfABacklog has one organisation queue thousands of attempts,
// each of which is done at once: another one's events do not wait for them all.
func TestNeighboursOfABacklog(t *testing.T) {
	const configs, events, quiet = 300, 10, 5
	for name, database := range databases(t) {
		t.Run(name, func(t *testing.T) {
			n := newNeighbours(t, database, time.Hour)
			arrived := n.quietEndpoint()
			n.makeTrouble(deadEndpoint(t), configs, events)
			for range quiet {
				n.awaitQuiet(arrived)
			}
			assert.Less(t, n.attempts.Load(), int64(configs*events), "they came before the end of the backlog")
		})
	}
}

// BenchmarkNeighbours measures how long an event takes from its publish to its
// endpoint, while another organisation's endpoints cause trouble.
func BenchmarkNeighbours(b *testing.B) {
	const samples = 100
	for _, scenario := range []struct {
		name            string
		url             func(b *testing.B) string
		configs, events int
	}{
		{"none", func(b *testing.B) string { b.Helper(); return deadEndpoint(b) }, 0, 0},
		{"slow successes", func(b *testing.B) string { b.Helper(); return slowEndpoint(b, 14*time.Second) }, 40, 100},
		{"dead ports", func(b *testing.B) string { b.Helper(); return deadEndpoint(b) }, 2000, 5},
		{"silent hosts", func(b *testing.B) string { b.Helper(); return silentEndpoint(b) }, 40, 100},
	} {
		b.Run(scenario.name, func(b *testing.B) {
			for name, database := range databases(b) {
				b.Run(name, func(b *testing.B) {
					endpoint := scenario.url(b) // it outlives the service
					n := newNeighbours(b, database, app.DefaultDeliveryTimeout)
					arrived := n.quietEndpoint()
					n.makeTrouble(endpoint, scenario.configs, scenario.events)
					var took []time.Duration
					for b.Loop() {
						for range samples {
							took = append(took, n.awaitQuiet(arrived))
							<-time.After(100 * time.Millisecond) // ten a second, as in the field
						}
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms")
					b.ReportMetric(float64(took[len(took)*99/100].Milliseconds()), "p99-ms")
					b.ReportMetric(0, "ns/op")
				})
			}
		})
	}
}
