package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"github.com/oapi-codegen/nullable"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
)

// binary is the real program, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	folder, err := os.MkdirTemp("", "hookline-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	binary = filepath.Join(folder, "hookline")
	build := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "../../cmd/hookline") //nolint:gosec // a path of our own
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s%v\n", out, err)
		return 1
	}
	return postgrestest.Stopping(m).Run()
}

// process is the program, serving on a free port.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string // without /v4
	stderr bytes.Buffer
	output []string
}

func start(t *testing.T, folder string, args ...string) *process {
	t.Helper()
	return startWith(t, folder, func(*exec.Cmd) {}, args...)
}

// startWith is start for a program whose surroundings are changed.
func startWith(t *testing.T, folder string, change func(*exec.Cmd), args ...string) *process {
	t.Helper()
	p := &process{t: t}
	p.cmd = exec.CommandContext(t.Context(), binary, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...) //nolint:gosec // our own binary
	p.cmd.Dir = folder
	p.cmd.Env = append(os.Environ(), "HOOKLINE_DRAIN_DELAY=0s")
	p.cmd.Stderr = &p.stderr
	change(p.cmd)
	stdout, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	lines := bufio.NewReader(stdout)
	first, err := lines.ReadString('\n')
	if err != nil {
		_ = p.cmd.Wait()
		require.NoError(t, err, "the program ended before it listened: %s", &p.stderr)
	}
	_, address, found := strings.Cut(strings.TrimSpace(first), "listens on ")
	require.True(t, found, first)
	p.url = strings.TrimSuffix(address, "/v4")
	p.output = append(p.output, first)
	return p
}

// stop sends SIGTERM and returns the exit status.
func (p *process) stop() int {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	_ = p.cmd.Wait() // the status says it all
	return p.cmd.ProcessState.ExitCode()
}

// client is the generated client, behind a proxy that puts the API under a path
// of its own: a client that made absolute paths would miss it.
func (p *process) client(key string) *gen.ClientWithResponses {
	p.t.Helper()
	target, err := url.Parse(p.url)
	require.NoError(p.t, err)
	proxy := httptest.NewServer(http.StripPrefix("/gateway", httputil.NewSingleHostReverseProxy(target)))
	p.t.Cleanup(proxy.Close)
	client, err := gen.NewClientWithResponses(proxy.URL+"/gateway/v4", gen.WithRequestEditorFn(
		func(_ context.Context, r *http.Request) error {
			r.Header.Set("api_key", key)
			return nil
		}))
	require.NoError(p.t, err)
	return client
}

// hookline runs the program to its end.
func hookline(t *testing.T, folder string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...) //nolint:gosec // our own binary
	cmd.Dir = folder
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the status says it all
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func mustRun(t *testing.T, folder string, args ...string) string {
	t.Helper()
	stdout, stderr, status := hookline(t, folder, args...)
	require.Zero(t, status, stderr)
	return stdout
}

// TestLifeOfAConfig drives all operations of the real program with the
// generated client, across a restart.
func TestLifeOfAConfig(t *testing.T) {
	folder := t.TempDir()
	p := start(t, folder, "--dev")
	client := p.client("dev-key")

	created, err := client.CreateWebhookConfigWithResponse(t.Context(), nil, gen.CreateWebhookConfigRequest{
		WebhookType: gen.WebhookTypeConnectionChanged,
		Name:        "Connection webhook",
		URL:         "https://example.com/webhooks/rootfi",
		SigningKey:  new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
		Headers:     &gen.WebhookHeaders{{Name: "Authorization", Value: "Bearer secret"}},
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, created.StatusCode(), "%s", created.Body)
	assert.NotContains(t, string(created.Body), "whsec_")
	config := created.JSON201.Data.Data

	updated, err := client.UpdateWebhookConfigWithResponse(t.Context(), config.RootfiID, gen.UpdateWebhookConfigRequest{
		State:   new(gen.WebhookConfigStateDisabled),
		Headers: nullable.NewNullNullable[[]gen.WebhookHeader](),
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, updated.StatusCode(), "%s", updated.Body)
	assert.Equal(t, config.Name, updated.JSON200.Data.Data.Name)
	assert.Zero(t, p.stop(), &p.stderr)

	p = start(t, folder, "--dev")
	client = p.client("dev-key")
	got, err := client.GetWebhookConfigWithResponse(t.Context(), config.RootfiID)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, got.StatusCode(), "%s", got.Body)
	assert.Equal(t, updated.JSON200.Data.Data, got.JSON200.Data.Data)
	assert.True(t, got.JSON200.Data.Data.Headers.IsNull())

	listed, err := client.ListWebhookConfigsWithResponse(t.Context(), &gen.ListWebhookConfigsParams{Limit: new(int32(1))})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, listed.StatusCode(), "%s", listed.Body)
	assert.Equal(t, []gen.WebhookConfig{got.JSON200.Data.Data}, listed.JSON200.Data.Data)
	assert.EqualValues(t, 1, listed.JSON200.Data.Count)

	deleted, err := client.DeleteWebhookConfigWithResponse(t.Context(), config.RootfiID)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, deleted.StatusCode())
	assert.Empty(t, deleted.Body)
	gone, err := client.GetWebhookConfigWithResponse(t.Context(), config.RootfiID)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, gone.StatusCode())
	assert.Equal(t, "not_found", gone.ApplicationProblemJSON404.Code)

	logs, err := client.ListWebhookLogsWithResponse(t.Context(), &gen.ListWebhookLogsParams{})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, logs.StatusCode(), "%s", logs.Body)
	assert.Empty(t, logs.JSON200.Data.WebhookLogs)
	log, err := client.GetWebhookLogWithResponse(t.Context(), uuid.New())
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, log.StatusCode())
	assert.Zero(t, p.stop(), &p.stderr)
	assert.NotContains(t, p.stderr.String(), "dev-key", "a key has reached the log")
}

// TestKeys follows an API key through its life, and shows that organisations do
// not see each other.
func TestKeys(t *testing.T) {
	folder := t.TempDir()
	mustRun(t, folder, "encryption-key", "create")
	one := strings.TrimSpace(mustRun(t, folder, "keys", "create", "--org", "1", "--name", "ci"))
	two := strings.TrimSpace(mustRun(t, folder, "keys", "create", "--org", "2", "--name", "ci"))
	p := start(t, folder)

	created, err := p.client(one).CreateWebhookConfigWithResponse(t.Context(), nil, gen.CreateWebhookConfigRequest{
		WebhookType: gen.WebhookTypeSyncStarted, Name: "n", URL: "https://example.com/",
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, created.StatusCode(), "%s", created.Body)
	foreign, err := p.client(two).GetWebhookConfigWithResponse(t.Context(), created.JSON201.Data.Data.RootfiID)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, foreign.StatusCode())

	var rows []keyRow
	require.NoError(t, json.Unmarshal([]byte(mustRun(t, folder, "keys", "list", "--org", "1", "--json")), &rows))
	require.Len(t, rows, 1)
	assert.Empty(t, rows[0].Key)
	assert.True(t, strings.HasPrefix(one, rows[0].Prefix))
	mustRun(t, folder, "keys", "revoke", "--org", "1", "--id", strconv.FormatInt(rows[0].ID, 10))
	assert.NotContains(t, mustRun(t, folder, "keys", "list", "--org", "1"), one)

	refused, err := p.client(one).ListWebhookConfigsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, refused.StatusCode(), "a revoked key still works")
	dev, err := p.client("dev-key").ListWebhookConfigsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, dev.StatusCode())
	assert.Zero(t, p.stop(), &p.stderr)
}

// TestDevKeyOutsideOfDev shows that the well-known key is worth nothing once
// the development mode is off.
func TestDevKeyOutsideOfDev(t *testing.T) {
	folder := t.TempDir()
	p := start(t, folder, "--dev")
	require.Zero(t, p.stop(), &p.stderr)
	p = start(t, folder)
	refused, err := p.client("dev-key").ListWebhookConfigsWithResponse(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, refused.StatusCode())
	assert.Zero(t, p.stop(), &p.stderr)
}

// TestRotation shows that what was written before a rotation of the encryption
// key can be read after it.
func TestRotation(t *testing.T) {
	folder := t.TempDir()
	p := start(t, folder, "--dev")
	headers := gen.WebhookHeaders{{Name: "Authorization", Value: "Bearer secret"}}
	created, err := p.client("dev-key").CreateWebhookConfigWithResponse(t.Context(), nil, gen.CreateWebhookConfigRequest{
		WebhookType: gen.WebhookTypeSyncStarted, Name: "n", URL: "https://example.com/", Headers: &headers,
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, created.StatusCode(), "%s", created.Body)
	require.Zero(t, p.stop(), &p.stderr)
	mustRun(t, folder, "encryption-key", "rotate")
	p = start(t, folder, "--dev")
	got, err := p.client("dev-key").GetWebhookConfigWithResponse(t.Context(), created.JSON201.Data.Data.RootfiID)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, got.StatusCode(), "%s", got.Body)
	assert.Equal(t, headers, got.JSON200.Data.Data.Headers.MustGet())
	assert.Zero(t, p.stop(), &p.stderr)
}

// TestFailedStarts shows that each ends in one line that says what to do, and in
// the exit status 1.
func TestFailedStarts(t *testing.T) {
	used := t.TempDir()
	running := start(t, used, "--dev")
	inUse := strings.TrimPrefix(running.url, "http://")
	otherKey := filepath.Join(t.TempDir(), "other.key")
	mustRun(t, used, "encryption-key", "create", "--encryption-key-file", otherKey)
	notADatabase := filepath.Join(t.TempDir(), "text.db")
	require.NoError(t, os.WriteFile(notADatabase, bytes.Repeat([]byte("no database\n"), 1000), 0o600))

	for _, c := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"port in use", []string{"serve", "--listen", inUse}, 1, "is in use; choose another with --listen"},
		{"not a database", []string{"serve", "--database", notADatabase}, 1, notADatabase},
		{"a folder for a database", []string{"serve", "--database", used}, 1, used},
		{"no such folder", []string{"serve", "--database", "no/such/folder.db"}, 1, "no/such"},
		{"wrong encryption key", []string{"serve", "--encryption-key-file", otherKey}, 1, "--encryption-key-file"},
		{"missing encryption key", []string{"serve", "--encryption-key-file", "none.key"}, 1, "hookline encryption-key create"},
		{"key file exists", []string{"encryption-key", "create", "--encryption-key-file", otherKey}, 1, otherKey},
		{"development for all", []string{"serve", "--dev", "--listen", "0.0.0.0:0"}, 2, "loopback"},
		{"bad address", []string{"serve", "--listen", "8080"}, 2, "host:port"},
		{"bad log level", []string{"serve", "--log-level", "loud"}, 2, "--log-level"},
		{"negative limit", []string{"serve", "--rate-limit", "-1"}, 2, "--rate-limit must be 0 or more"},
		{"unknown scheme", []string{"serve", "--database", "mysql://db"}, 2, "mysql://"},
		{"unknown flag", []string{"serve", "--nope"}, 2, "nope"},
		{"missing flag", []string{"keys", "create", "--org", "1"}, 2, "name"},
		{"no such key", []string{"keys", "revoke", "--org", "1", "--id", "99"}, 1, "API key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, status := hookline(t, used, c.args...)
			assert.Equal(t, c.status, status)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.want)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), "more than one line: %s", stderr)
		})
	}
	assert.Zero(t, running.stop(), &running.stderr)
}

// TestDocumentsAndHealth looks at what stands beside the API.
func TestDocumentsAndHealth(t *testing.T) {
	p := start(t, t.TempDir(), "--dev")
	for path, want := range map[string]string{
		"/healthz": "ok", "/readyz": "ready", "/openapi.yaml": "openapi: 3.0.3", "/openapi.client.yaml": "openapi: 3.0.3", "/openapi.json": `"openapi":"3.0.3"`,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+path, http.NoBody)
		require.NoError(t, err)
		response, err := new(http.Transport).RoundTrip(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusOK, response.StatusCode, path)
		assert.Contains(t, string(body), want, path)
	}
	assert.Zero(t, p.stop(), &p.stderr)
}

// TestEnvironment shows that a flag can be given as a variable.
func TestEnvironment(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("HOOKLINE_ENCRYPTION_KEY_FILE", "from-environment.key")
	assert.Contains(t, mustRun(t, folder, "encryption-key", "create"), "from-environment.key")
	info, err := os.Stat(filepath.Join(folder, "from-environment.key"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestHelpAndVersion(t *testing.T) {
	folder := t.TempDir()
	assert.Contains(t, mustRun(t, folder, "version"), "hookline ")
	for _, args := range [][]string{
		{"--help"}, {"serve", "--help"}, {"keys", "create", "--help"}, {"encryption-key", "rotate", "--help"}, {"completion", "bash"},
	} {
		assert.NotEmpty(t, mustRun(t, folder, args...))
	}
	assert.Contains(t, mustRun(t, folder, "serve", "--help"), "HOOKLINE_LISTEN")
}
