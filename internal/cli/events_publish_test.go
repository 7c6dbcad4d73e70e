package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPublish publishes one event with flags, and one from a file.
func TestPublish(t *testing.T) {
	s := newSession(t)
	r := s.s.Receiver()
	assert.Contains(t, s.must("events", "publish", "--webhook-type", "SYNC_STARTED", "--payload", `{"event":"x"}`), "no config wants it")
	s.must("configs", "create", "--webhook-type", "SYNC_STARTED", "--name", "n", "--url", r.URL)
	payload := `{"event":"sync.started","b":1,"a":2}`
	assert.Contains(t, s.must("events", "publish", "--webhook-type", "SYNC_STARTED", "--payload", payload), "it goes to 1 config")
	assert.JSONEq(t, payload, string(r.WaitFor(1)[0].Payload))
	got := s.feed(`{"webhook_type":"SYNC_STARTED","payload":{"event":"y"}}`, "events", "publish", "--data", "-", "--sync-id", "s1", "--format", "{{.deliveries}}")
	assert.Equal(t, "1\n", got.stdout, got.stderr)
	assert.Contains(t, s.must("logs", "list", "--sync-id", "s1"), "SYNC_STARTED")
	assert.Equal(t, statusUsage, s.run("events", "publish").status)
	assert.Contains(t, s.run("events", "publish", "--webhook-type", "SYNC_STARTED", "--payload", "{").stderr, "--payload: it is not JSON")
}

func eventLines(n int) string {
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, `{"payload":{"event":"x","n":%d}}`+"\n", i+1)
	}
	return lines.String()
}

func (s *session) countLogs() int {
	return strings.Count(s.must("logs", "list", "--all", "--limit", "100", "--format", "{{.id}}"), "\n")
}

// TestPublishLines publishes many events, refuses what is wrong, and does
// nothing twice when it is repeated.
func TestPublishLines(t *testing.T) {
	s := newSession(t)
	s.must("configs", "create", "--webhook-type", "SYNC_STARTED", "--name", "n", "--url", s.s.Receiver().URL)
	lines := eventLines(50) + "\n" + `{"payload":{}, "nope":1}` + "\nnot JSON\n" + strings.TrimSuffix(eventLines(1), "\n")
	args := []string{"events", "publish", "--lines", "-", "--webhook-type", "SYNC_STARTED", "--idempotency-prefix", "import-1"}
	for range 2 {
		got := s.feed(lines, args...)
		assert.Equal(t, statusFailed, got.status)
		assert.Contains(t, got.stdout, "published 51 events, refused 2, in ")
		assert.Contains(t, got.stderr, "line 52: refused before it was sent")
		assert.Contains(t, got.stderr, "line 53: it is not a JSON object")
		assert.Equal(t, 51, s.countLogs(), "an event was published twice")
	}
}

// flaky is a proxy before the service that breaks connections once it has let
// so many requests through.
func (s *session) flaky(good int32) {
	target, err := url.Parse(s.s.URL)
	require.NoError(s.t, err)
	target.Path = ""
	proxy := httputil.NewSingleHostReverseProxy(target)
	var passed atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if passed.Add(1) > good {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	s.t.Cleanup(server.Close)
	s.t.Setenv(envURL, server.URL+"/v4")
}

// TestPublishLinesResumes loses the service on the way, or is interrupted, and
// continues as the command says: every event is published once.
func TestPublishLinesResumes(t *testing.T) {
	for name, status := range map[string]int{"lost": statusUnreached, "interrupted": statusFailed} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t)
			s.must("configs", "create", "--webhook-type", "SYNC_STARTED", "--name", "n", "--url", s.s.Receiver().URL)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			lines := &interrupting{text: eventLines(60), cancel: cancel}
			if name == "lost" {
				s.flaky(20)
			} else {
				lines.at = 30
			}
			args := []string{"events", "publish", "--lines", "-", "--webhook-type", "SYNC_STARTED"}
			var stdout, stderr strings.Builder
			assert.Equal(t, status, Run(ctx, append([]string{"hookline"}, args...), lines, &stdout, &stderr), stderr.String())
			_, hint, found := strings.Cut(stderr.String(), "to continue, add: ")
			require.True(t, found, stderr.String())
			hint, _, _ = strings.Cut(hint, "\n")

			t.Setenv(envURL, s.s.URL)
			again := s.feed(eventLines(60), append(append(args, "--json"), strings.Fields(hint)...)...)
			require.Zero(t, again.status, again.stderr)
			var report bulkReport
			require.NoError(t, json.Unmarshal([]byte(again.stdout), &report))
			assert.True(t, report.Complete)
			assert.Equal(t, 60, report.Skip)
			assert.Equal(t, 60, s.countLogs())
		})
	}
}

// interrupting is an input that sends an interrupt when it has been read so far.
type interrupting struct {
	text   string
	at     int // lines
	cancel context.CancelFunc
}

// Read returns a line at a time.
func (i *interrupting) Read(p []byte) (int, error) {
	line, rest, found := strings.Cut(i.text, "\n")
	if !found {
		return 0, io.EOF
	}
	if i.at--; i.at == 0 {
		i.cancel()
	}
	i.text = rest
	return copy(p, line+"\n"), nil
}
