package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
	"github.com/hookline-go/hookline/receiver"
)

// cutter is a proxy that can cut every connection through it.
type cutter struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	conns map[net.Conn]bool
	piped sync.WaitGroup
}

func newCutter(t *testing.T, target string) *cutter {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &cutter{listener: listener, target: target, conns: map[net.Conn]bool{}}
	c.piped.Go(c.serve)
	t.Cleanup(func() {
		_ = listener.Close()
		c.cut()
		c.piped.Wait()
	})
	return c
}

func (c *cutter) serve() {
	for {
		near, err := c.listener.Accept()
		if err != nil {
			return // the test is over
		}
		far, err := new(net.Dialer).DialContext(context.Background(), "tcp", c.target)
		if err != nil {
			_ = near.Close()
			continue
		}
		c.mu.Lock()
		c.conns[near], c.conns[far] = true, true
		c.mu.Unlock()
		c.piped.Go(func() { c.pipe(near, far) })
		c.piped.Go(func() { c.pipe(far, near) })
	}
}

func (c *cutter) pipe(to, from net.Conn) {
	_, _ = io.Copy(to, from) // it ends with either
	_ = to.Close()
	_ = from.Close()
	c.mu.Lock()
	delete(c.conns, to)
	c.mu.Unlock()
}

// cut closes every connection.
func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.conns {
		_ = conn.Close()
	}
}

// local is the program that events are forwarded to.
type local struct {
	t        *testing.T
	verifier *receiver.Verifier

	mu      sync.Mutex
	numbers []int
	at      map[int]time.Time
	more    chan struct{}
}

func newLocal(t *testing.T) (*local, string) {
	t.Helper()
	verifier, err := receiver.NewVerifier([]string{testKey})
	require.NoError(t, err)
	l := &local{t: t, verifier: verifier, at: map[int]time.Time{}, more: make(chan struct{}, 1)}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	return l, server.URL
}

func (l *local) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	body, err := io.ReadAll(r.Body)
	assert.NoError(l.t, err)
	assert.NoError(l.t, l.verifier.Verify(body, r.Header))
	var payload struct{ N int }
	assert.NoError(l.t, json.Unmarshal(body, &payload))
	l.mu.Lock()
	l.numbers = append(l.numbers, payload.N)
	l.at[payload.N] = now
	l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
	w.WriteHeader(http.StatusNoContent)
}

// await waits until so many requests have come.
func (l *local) await(n int) {
	l.t.Helper()
	patience := time.NewTimer(crashPatience)
	defer patience.Stop()
	for {
		l.mu.Lock()
		count := len(l.numbers)
		l.mu.Unlock()
		if count >= n {
			return
		}
		select {
		case <-l.more:
		case <-patience.C:
			require.FailNow(l.t, "events are missing", "%d of %d came", count, n)
		}
	}
}

const (
	listenEvents = 1000
	listenPace   = 5 * time.Millisecond // 200 a second
	listenKills  = 3
	listenCuts   = 5
)

// TestListen forwards 1,000 events, published one after the other at 200 a
// second, while the service is killed three times and the connection cut five
// times: each arrives once, in order.
func TestListen(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]string{"sqlite": "hookline.db", "postgres": postgrestest.EmptyURL(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			listenThroughKills(t, database)
		})
	}
}

func listenThroughKills(t *testing.T, database string) {
	t.Helper()
	folder := t.TempDir()
	p := start(t, folder, "--dev", "--log-level", "warn", "--database", database)
	address := strings.TrimPrefix(p.url, "http://")
	proxy := newCutter(t, address)
	program, target := newLocal(t)
	startListener(t, "http://"+proxy.listener.Addr().String()+"/v4", target)

	api, err := client.New(client.WithBaseURL(p.url+"/v4"), client.WithAPIKey("dev-key"), client.WithMaxRetries(100),
		client.WithTotalTimeout(crashPatience))
	require.NoError(t, err)
	acknowledged := make([]time.Time, listenEvents)
	pace := time.NewTicker(listenPace)
	defer pace.Stop()
	for n := range listenEvents {
		switch every := listenEvents / (listenKills + listenCuts + 1); {
		case n > 0 && n%(every*3) == 0 && n/(every*3) <= listenKills:
			require.NoError(t, p.cmd.Process.Kill())
			_ = p.cmd.Wait() // it was killed
			p = start(t, folder, "--dev", "--log-level", "warn", "--database", database, "--listen", address)
		case n > 0 && n%every == 0:
			proxy.cut()
		}
		<-pace.C
		_, err := api.Events.Publish(t.Context(), client.PublishWebhookEventRequest{
			WebhookType: client.WebhookTypeSyncCompleted, Payload: json.RawMessage(fmt.Sprintf(`{"event":"sync.completed","n":%d}`, n)),
		})
		require.NoError(t, err)
		acknowledged[n] = time.Now()
	}
	program.await(listenEvents)
	program.report(acknowledged)
	assert.Zero(t, p.stop(), &p.stderr)
}

// startListener starts hookline listen and waits until it listens.
func startListener(t *testing.T, base, target string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "listen", "--forward", target, "--secret", "env:KEY", "--verify", "--json", "--base-url", base) //nolint:gosec // our own binary
	cmd.Env = append(os.Environ(), "KEY="+testKey)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewReader(stderr)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, first, "listening")
	read := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, lines) // it ends with the program
		close(read)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-read
		_ = cmd.Wait()
	})
}

// report compares what came with what was published, and logs how long the
// events took from the publisher's answer on.
func (l *local) report(acknowledged []time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	want := make([]int, len(acknowledged))
	took := make([]time.Duration, len(acknowledged))
	for n := range want {
		want[n] = n
		took[n] = max(0, l.at[n].Sub(acknowledged[n]))
	}
	assert.Equal(l.t, want, l.numbers)
	// The last ones before the first cut may be under way when it comes.
	undisturbed := slices.Clone(took[:len(took)/(listenKills+listenCuts+1)-10])
	slices.Sort(undisturbed)
	slices.Sort(took)
	l.t.Logf("from the publisher's 202 to the local program: undisturbed p50 %s, p99 %s; with kills and cuts p50 %s, p99 %s",
		undisturbed[len(undisturbed)/2], undisturbed[len(undisturbed)*99/100], took[len(took)/2], took[len(took)*99/100])
}

// TestListenShows shows events to a person, those of a topic only, and goes on
// after one of a run before.
func TestListenShows(t *testing.T) {
	s := newSession(t)
	first := strings.TrimSpace(s.must("trigger", "DATA_MODEL_CHANGES", "invoice.create", "--format", "{{.id}}"))
	s.must("trigger", "DATA_MODEL_CHANGES", "payment.create")
	second := strings.TrimSpace(s.must("trigger", "DATA_MODEL_CHANGES", "invoice.update", "--format", "{{.id}}"))
	b := s.start("listen", "--topic", "invoice.*", "--webhook-type", "DATA_MODEL_CHANGES", "--after", "00000000-0000-0000-0000-000000000000")
	assert.Contains(t, b.line(), "DATA_MODEL_CHANGES invoice.create  "+first)
	b.stop()
	again := s.start("listen", "--json", "--after", first)
	assert.Contains(t, again.line(), "payment.create")
	assert.Contains(t, again.line(), second)
	third := strings.TrimSpace(s.must("trigger", "SYNC_STARTED", "--format", "{{.id}}"))
	assert.Contains(t, again.line(), third)
	_, status := again.stop()
	assert.Zero(t, status)

	unknown := s.run("listen", "--after", "0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11")
	assert.Equal(t, statusFailed, unknown.status)
	assert.Contains(t, unknown.stderr, "404")
	assert.Equal(t, statusUsage, s.run("listen", "--after", "yesterday").status)
}

// TestListenForwards prints what the local program answers, whatever that is.
func TestListenForwards(t *testing.T) {
	s := newSession(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "not yet", http.StatusTeapot) }))
	b := s.start("listen", "--forward", server.URL, "--after", "00000000-0000-0000-0000-000000000000")
	s.must("trigger", "SYNC_STARTED")
	assert.Contains(t, b.line(), "SYNC_STARTED")
	assert.Regexp(t, `^  418 I'm a teapot in \S+ not yet`, b.line())
	server.Close()
	s.must("trigger", "SYNC_COMPLETED")
	assert.Contains(t, b.line(), "SYNC_COMPLETED")
	assert.Contains(t, b.line(), "connection refused")
	_, status := b.stop()
	assert.Zero(t, status)
}
