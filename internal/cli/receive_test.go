package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// background is a command that runs until its test ends it.
type background struct {
	t      *testing.T
	cancel context.CancelFunc
	lines  *bufio.Reader
	ended  chan int
}

// start starts a command that prints lines.
func (s *session) start(args ...string) *background {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	// A pipe of the system takes lines before they are read: the command must
	// not wait for the test.
	printed, out, err := os.Pipe()
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = printed.Close() })
	b := &background{t: s.t, cancel: cancel, lines: bufio.NewReader(printed), ended: make(chan int, 1)}
	go func() {
		status := Run(ctx, append([]string{"hookline"}, args...), nil, out, io.Discard)
		_ = out.Close()
		b.ended <- status
	}()
	s.t.Cleanup(cancel)
	return b
}

func (b *background) line() string {
	b.t.Helper()
	line, err := b.lines.ReadString('\n')
	require.NoError(b.t, err)
	return line
}

// stop interrupts the command, and returns what it still printed and its status.
func (b *background) stop() (rest string, status int) {
	b.t.Helper()
	b.cancel()
	all, err := io.ReadAll(b.lines)
	require.NoError(b.t, err)
	return string(all), <-b.ended
}

type received struct {
	Headers   http.Header
	Body      json.RawMessage
	Signature string
	Attempt   int
	Status    int
}

// TestReceive shows deliveries of the real service: verified, failing at first,
// and with another key.
func TestReceive(t *testing.T) {
	s := newSession(t)
	t.Setenv("KEY", testKey)
	t.Setenv("TOKEN", headerSecret)
	b := s.start("receive", "--listen", "127.0.0.1:0", "--secret", "env:KEY", "--fail-first", "1", "--status", "202", "--delay", "1ms", "--json")
	_, url, found := strings.Cut(b.line(), "listening on ")
	require.True(t, found)
	url, _, _ = strings.Cut(url, ";")
	s.must("configs", "create", "--webhook-type", "CONNECTION_CHANGED", "--name", "n", "--url", url, "--signing-key", "env:KEY", "--headers", "X-Token=env:TOKEN")

	assert.Contains(t, s.must("trigger", "connection-changed"), "it goes to 1 config")
	next := func() (r received) {
		line := b.line()
		assert.NotContains(t, line, headerSecret)
		require.NoError(t, json.Unmarshal([]byte(line), &r), line)
		return r
	}
	first := next()
	assert.Equal(t, http.StatusServiceUnavailable, first.Status)
	assert.Equal(t, "signature right", first.Signature)
	assert.Equal(t, 1, first.Attempt)
	assert.JSONEq(t, `{"event":"connection.changed","company_id":496}`, string(first.Body))
	s.s.Advance(10 * time.Second) // past the first retry
	second := next()
	assert.Equal(t, http.StatusAccepted, second.Status)
	assert.Equal(t, 2, second.Attempt)
	assert.Equal(t, first.Headers.Get("webhook-id"), second.Headers.Get("webhook-id"))

	s.must("configs", "rotate", "1", "--signing-key", "env:TOKEN")
	s.must("configs", "delete", "1")
	s.must("configs", "create", "--webhook-type", "CONNECTION_CHANGED", "--name", "n", "--url", url, "--signing-key", "env:TOKEN")
	s.must("trigger", "CONNECTION_CHANGED")
	other := next()
	assert.Equal(t, http.StatusUnauthorized, other.Status)
	assert.Equal(t, "signature wrong: no_matching_signature", other.Signature)
	rest, status := b.stop()
	assert.Empty(t, rest)
	assert.Zero(t, status)
}

// TestReceiveText shows what a person sees.
func TestReceiveText(t *testing.T) {
	s := newSession(t)
	b := s.start("receive", "--listen", "127.0.0.1:0")
	_, url, _ := strings.Cut(b.line(), "listening on ")
	url, _, _ = strings.Cut(url, ";")
	s.must("configs", "create", "--webhook-type", "SYNC_STARTED", "--name", "n", "--url", url+"hooks")
	s.must("trigger", "SYNC_STARTED")
	assert.Equal(t, "\n", b.line())
	assert.Regexp(t, `^\d\d:\d\d:\d\d POST /hooks, signature not checked, answered 204 No Content\n$`, b.line())
	rest, status := b.stop()
	assert.Zero(t, status)
	assert.Contains(t, rest, "\n  Webhook-Id: ")
	assert.Contains(t, rest, `"event": "sync.started"`)
}

// TestTrigger publishes an example of every type.
func TestTrigger(t *testing.T) {
	s := newSession(t)
	r := s.s.Receiver()
	for _, name := range webhookTypes {
		extra := []string{}
		if name == "INTEGRATION" {
			extra = []string{"--integration-type", "XERO"}
		}
		s.must(append([]string{"configs", "create", "--webhook-type", name, "--name", name, "--url", r.URL}, extra...)...)
		s.must(append([]string{"trigger", name}, extra...)...)
	}
	r.WaitFor(len(webhookTypes))
	s.must("trigger", "DATA_MODEL_CHANGES", "invoice.update")
	assert.Contains(t, string(r.WaitFor(len(webhookTypes) + 1)[len(webhookTypes)].Payload), `"event":"invoice.update"`)
	wrong := s.run("trigger", "SYNC_START")
	assert.Equal(t, statusUsage, wrong.status)
	assert.Contains(t, wrong.stderr, "did you mean SYNC_STARTED?")
}
