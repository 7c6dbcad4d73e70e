package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/hooklinetest"
)

const testKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// TestLogs shows a failure with everything that a ticket needs, and sends it
// again.
func TestLogs(t *testing.T) {
	s := newSession(t, hooklinetest.WithRetrySchedule())
	r := s.s.Receiver()
	t.Setenv("KEY", testKey)
	s.must("configs", "create", "--webhook-type", "SYNC_STARTED", "--name", "My hook", "--url", r.URL, "--signing-key", "env:KEY")
	r.Answer(http.StatusTeapot)
	s.must("events", "publish", "--webhook-type", "SYNC_STARTED", "--payload", `{"event":"it's"}`)
	r.WaitFor(1)
	s.s.Advance(time.Second) // the outcome is recorded when it returns

	assert.Regexp(t, `FAILED +418 +1 +SYNC_STARTED +My hook`, s.must("logs", "list", "--state", "FAILED", "--from-date", "1h"))
	id := strings.TrimSpace(s.must("logs", "list", "--format", "{{.id}}"))
	shown := s.must("logs", "get", id)
	for _, want := range []string{"Event ", "State              FAILED", "Reason ", `"event": "it's"`, "Attempt 1: failed at ", "answer: 418 I'm a teapot"} {
		assert.Contains(t, shown, want)
	}
	assert.NotContains(t, shown, testKey)

	// The command of --curl does what it says, on a real shell.
	command := s.must("logs", "get", id, "--curl", "--signing-key", "env:KEY")
	out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput() //nolint:gosec // what the program printed
	require.NoError(t, err, "%s", out)
	repeated := r.WaitFor(2)[1]
	require.NoError(t, repeated.Verify(testKey))
	assert.JSONEq(t, `{"event":"it's"}`, string(repeated.Payload))

	assert.Contains(t, s.must("logs", "retry", id), "queued delivery "+id)
	r.WaitFor(3)
	s.s.Advance(time.Second)
	assert.Contains(t, s.must("logs", "get", id), "Attempt 2: delivered at ")
}

// TestLogsTail sees a delivery that is made while it looks.
func TestLogsTail(t *testing.T) {
	s := newSession(t)
	r := s.s.Receiver()
	s.must("configs", "create", "--webhook-type", "SYNC_STARTED", "--name", "My hook", "--url", r.URL)
	s.must("events", "publish", "--webhook-type", "SYNC_STARTED", "--payload", `{"event":"before"}`)
	r.WaitFor(1)
	s.s.Advance(time.Second)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stdout, stdoutWriter := io.Pipe()
	stderr, stderrWriter := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		status := Run(ctx, []string{"hookline", "logs", "tail", "--json", "--interval", "10ms"}, nil, stdoutWriter, stderrWriter)
		_ = stdoutWriter.Close()
		_ = stderrWriter.Close()
		ended <- status
	}()
	waiting, err := bufio.NewReader(stderr).ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, waiting, "waiting for deliveries")
	s.must("events", "publish", "--webhook-type", "SYNC_STARTED", "--payload", `{"event":"now"}`)
	var log client.WebhookLog
	lines := bufio.NewReader(stdout)
	for log.State != client.DeliveryStateDelivered {
		line, err := lines.ReadBytes('\n')
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(line, &log))
	}
	assert.Equal(t, "My hook", log.WebhookName)
	cancel()
	rest, err := io.ReadAll(lines)
	require.NoError(t, err)
	assert.Empty(t, rest)
	assert.Zero(t, <-ended)
}
