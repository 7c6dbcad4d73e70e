package cli

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// get answers a request on a connection of its own.
func (p *process) get(path string) (status int, body string) {
	p.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	require.NoError(p.t, err)
	response, err := client.Do(request)
	require.NoError(p.t, err)
	content, err := io.ReadAll(response.Body)
	require.NoError(p.t, err)
	require.NoError(p.t, response.Body.Close())
	return response.StatusCode, string(content)
}

// Nobody reads standard error any more, nor standard output.
func TestServeSurvivesReadersOfItsLog(t *testing.T) {
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	p := startWith(t, t.TempDir(), func(c *exec.Cmd) { c.Stderr = writer }, "--dev")
	require.NoError(t, writer.Close())
	require.NoError(t, reader.Close())
	for range 3 { // each writes a line
		status, _ := p.get("/v4/core/webhook-config")
		require.Equal(t, http.StatusUnauthorized, status)
	}
	require.Zero(t, p.stop())
}

// Signals that others send do not end the service.
func TestServeSurvivesSignals(t *testing.T) {
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	p := startWith(t, t.TempDir(), func(c *exec.Cmd) {
		c.Stderr, c.SysProcAttr = writer, &syscall.SysProcAttr{Setsid: true} // it has no terminal
	}, "--dev")
	require.NoError(t, writer.Close())
	for _, signal := range []syscall.Signal{syscall.SIGPIPE, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGALRM, syscall.SIGHUP} {
		require.NoError(t, p.cmd.Process.Signal(signal))
	}
	requireLine(t, reader, "SIGHUP: the encryption key file was read again")
	require.NoError(t, os.Remove(p.cmd.Dir+"/hookline.key"))
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP))
	requireLine(t, reader, "SIGHUP: the encryption key file cannot be read again")
	status, _ := p.get("/readyz")
	require.Equal(t, http.StatusOK, status)
	require.Zero(t, p.stop())
}

// requireLine reads until a line has the text.
func requireLine(t *testing.T, r io.Reader, text string) {
	t.Helper()
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return
		}
	}
	t.Fatalf("no line with %q", text)
}

// A load balancer that asks on a connection of its own sees that the service
// stops, before the service does.
func TestServeIsNotReadyWhileStopping(t *testing.T) {
	p := startWith(t, t.TempDir(), func(*exec.Cmd) {}, "--dev", "--drain-delay", "1h")
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
	status, body := http.StatusOK, ""
	for status == http.StatusOK {
		status, body = p.get("/readyz")
	}
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "stopping\n", body)
	status, _ = p.get("/healthz")
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM)) // the second one ends it at once
	require.Error(t, p.cmd.Wait())
}
