package cli

import (
	"bytes"
	"io"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/hookline-go/hookline/client"
)

// console runs commands as a person does, or as a script.
type console struct {
	t   *testing.T
	env []string
	// run runs a command and returns what it printed on standard output.
	run func(cmd *exec.Cmd) (stdout string)
}

func (c *console) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(c.t.Context(), binary, args...) //nolint:gosec // our own binary
	cmd.Env = c.env
	return cmd
}

// must runs a command that succeeds.
func (c *console) must(args ...string) string {
	c.t.Helper()
	cmd := c.command(args...)
	out := c.run(cmd)
	require.Zero(c.t, cmd.ProcessState.ExitCode(), "%v: %s", args, out)
	return out
}

// piped runs commands whose output goes through a pipe.
func piped(t *testing.T) func(cmd *exec.Cmd) string {
	t.Helper()
	return func(cmd *exec.Cmd) string {
		var out bytes.Buffer
		cmd.Stdout = &out
		_ = cmd.Run() // the status says it all
		assert.NotContains(t, out.String(), "\x1b", "colours are for terminals")
		return out.String()
	}
}

var colourCodes = regexp.MustCompile("\x1b\\[[0-9;]*[mK]")

// at80Columns runs commands in a terminal, each line of which must fit.
func at80Columns(t *testing.T) func(cmd *exec.Cmd) string {
	t.Helper()
	return func(cmd *exec.Cmd) string {
		program, screen := terminal(t)
		require.NoError(t, unix.IoctlSetWinsize(int(program.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}))
		shown := make(chan string, 1)
		go func() {
			all, _ := io.ReadAll(screen) // it ends with an error when the last writer has gone
			shown <- strings.ReplaceAll(string(all), "\r\n", "\n")
		}()
		cmd.Stdout = program
		_ = cmd.Run() // the status says it all
		require.NoError(t, program.Close())
		out := colourCodes.ReplaceAllString(<-shown, "")
		for line := range strings.Lines(out) {
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, "%v: %s", cmd.Args[1:], line)
		}
		return out
	}
}

// unused returns the URL of a port at which nobody listens.
func unused(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return "http://" + listener.Addr().String() + "/"
}

// TestFirstSession is what a person does who has the program and hookline serve
// --dev in another window: make a config, publish, see a failure, read why,
// mend it, send again.
func TestFirstSession(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T) func(*exec.Cmd) string{"terminal": at80Columns, "pipe": piped} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, t.TempDir(), "--dev", "--retry-schedule", "")
			c := &console{t: t, run: run(t), env: []string{
				envURL + "=" + p.url + "/v4", "TERM=xterm", "HOME=" + t.TempDir(), "SIGNING_KEY=" + testKey,
			}}
			tail := startTail(t, p)

			cmd := c.command("configs", "create", "--webhook-type", "SYNC_COMPLETE", "--name", "My hook", "--url", unused(t))
			c.run(cmd)
			assert.Equal(t, statusUsage, cmd.ProcessState.ExitCode(), "a mistyped value is refused")

			assert.Regexp(t, `ID +1\n`, c.must("configs", "create", "--webhook-type", "SYNC_COMPLETED", "--name", "My hook",
				"--url", unused(t), "--signing-key", "env:SIGNING_KEY"))
			assert.Contains(t, c.must("trigger", "SYNC_COMPLETED"), "it goes to 1 config")
			id := tail.await(client.DeliveryStateFailed).ID.String()
			assert.Contains(t, c.must("logs", "list", "--state", "FAILED"), id[:8])
			why := c.must("logs", "get", id)
			assert.Contains(t, why, "State              FAILED")
			assert.Contains(t, why, "error: connection refused")

			receiving, lines := startReceiver(t, "--json")
			assert.Contains(t, c.must("configs", "update", "1", "--url", lines.first+"/"), lines.first)
			assert.Contains(t, c.must("logs", "retry", id), "queued delivery")
			tail.await(client.DeliveryStateDelivered)
			arrived, err := lines.ReadString('\n')
			require.NoError(t, err)
			assert.Contains(t, arrived, `"event":"sync.completed"`)
			assert.Regexp(t, `Attempt 2: delivered at `, c.must("logs", "get", id))
			require.NoError(t, receiving.Process.Kill())
			assert.Zero(t, p.stop(), &p.stderr)
		})
	}
}
