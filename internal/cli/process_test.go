package cli

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

// output is what a running program prints.
type output struct {
	*bufio.Reader

	first string // what its first line announces
}

// startReceiver starts hookline receive on a free port. It announces its URL.
func startReceiver(t *testing.T, args ...string) (*exec.Cmd, *output) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, append([]string{"receive", "--listen", "127.0.0.1:0"}, args...)...) //nolint:gosec // our own binary
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	o := &output{Reader: bufio.NewReader(stdout)}
	line, err := o.ReadString('\n')
	require.NoError(t, err)
	_, address, found := strings.Cut(line, "listening on ")
	require.True(t, found, line)
	o.first, _, _ = strings.Cut(address, "/;")
	return cmd, o
}

// tailing is hookline logs tail, in a process of its own.
type tailing struct {
	t     *testing.T
	lines *bufio.Reader
}

// startTail follows the log of a service, from now on.
func startTail(t *testing.T, p *process) *tailing {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "logs", "tail", "--json", "--interval", "20ms", "--base-url", p.url+"/v4") //nolint:gosec // our own binary
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stderr).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "waiting for deliveries")
	return &tailing{t: t, lines: bufio.NewReader(stdout)}
}

func (f *tailing) next() (log client.WebhookLog) {
	f.t.Helper()
	line, err := f.lines.ReadBytes('\n')
	require.NoError(f.t, err)
	require.NoError(f.t, json.Unmarshal(line, &log))
	return log
}

// await waits until a delivery gets into a state.
func (f *tailing) await(state client.DeliveryState) client.WebhookLog {
	f.t.Helper()
	for {
		if log := f.next(); log.State == state {
			return log
		}
	}
}

// awaitAttempt waits until a delivery has had an attempt and waits for another.
func (f *tailing) awaitAttempt() client.WebhookLog {
	f.t.Helper()
	for {
		if log := f.next(); log.AttemptCount > 0 && log.State == client.DeliveryStatePending {
			return log
		}
	}
}
