package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

// fence is a block of code in a document.
type fence struct{ language, text string }

// fences returns the blocks of a section of a document.
func fences(t *testing.T, path, heading string) []fence {
	t.Helper()
	document, err := os.ReadFile(path)
	require.NoError(t, err)
	_, section, found := strings.Cut(string(document), "\n## "+heading+"\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var blocks []fence
	for i, part := range strings.Split(section, "\n```") {
		if i%2 == 1 {
			language, text, _ := strings.Cut(part, "\n")
			blocks = append(blocks, fence{language, text})
		}
	}
	return blocks
}

// volatile is what differs from run to run in what the program prints.
var volatile = []struct {
	pattern *regexp.Regexp
	stand   string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UUID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+Z)?`), "MOMENT"},
	{regexp.MustCompile(`\d\d:\d\d:\d\d`), "TIME"},
	{regexp.MustCompile(`\((now|in \d+s|\d+s ago)\)`), "(RELATIVE)"},
	{regexp.MustCompile(`Webhook-Timestamp: \d+`), "Webhook-Timestamp: SECONDS"},
	{regexp.MustCompile(`hookline/\S+`), "hookline/VERSION"},
	{regexp.MustCompile(`, \d+(\.\d+)?(m|µ)?s\b`), ", DURATION"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "ADDRESS"},
}

func withoutVolatile(text string) string {
	for _, v := range volatile {
		text = v.pattern.ReplaceAllString(text, v.stand)
	}
	return strings.TrimSpace(text)
}

// reader follows the README as a newcomer does.
type reader struct {
	t      *testing.T
	folder string
	ports  *strings.Replacer
}

// run runs a block of the README in a real shell.
func (r *reader) run(script string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), "sh", "-e", "-c", r.ports.Replace(script)) //nolint:gosec // what the README says
	cmd.Dir = r.folder
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(r.t, cmd.Run(), "%s\n%s", script, &stderr)
	return stdout.String()
}

func (r *reader) sameJSON(want fence, got string) {
	r.t.Helper()
	var indented bytes.Buffer
	require.NoError(r.t, json.Indent(&indented, []byte(got), "", "  "), got)
	require.Equal(r.t, "json", want.language)
	assert.Equal(r.t, withoutVolatile(want.text), withoutVolatile(indented.String()))
}

// TestFirstTenMinutes does what the README says, and compares what it shows.
func TestFirstTenMinutes(t *testing.T) {
	folder := t.TempDir()
	p := start(t, folder, "--dev")
	receiving, lines := startReceiver(t)
	address := lines.first
	t.Setenv(envURL, p.url+"/v4")
	t.Setenv("XDG_CONFIG_HOME", folder)
	r := &reader{t: t, folder: folder, ports: strings.NewReplacer(
		"http://127.0.0.1:8080", p.url, "http://127.0.0.1:9000", address, "bin/hookline", binary, "curl ", "curl --silent --show-error ")}
	blocks := fences(t, "../../README.md", "The first ten minutes")
	require.Len(t, blocks, 10)
	assert.Equal(t, "make run", blocks[0].text)
	assert.Equal(t, "bin/hookline receive", blocks[1].text)

	r.sameJSON(blocks[3], r.run(blocks[2].text))
	tail := startTail(t, p)
	r.run(blocks[4].text)
	tail.await(client.DeliveryStateDelivered)
	require.NoError(t, receiving.Process.Signal(syscall.SIGINT))
	shown, err := io.ReadAll(lines)
	require.NoError(t, err)
	require.NoError(t, receiving.Wait())
	assert.Equal(t, withoutVolatile(blocks[5].text), withoutVolatile(string(shown)))

	commands := strings.Split(blocks[6].text, "\n")
	require.Len(t, commands, 3)
	assert.Contains(t, r.run(commands[0]), "it goes to 1 config")
	tail.awaitAttempt()
	assert.Contains(t, r.run(commands[1]), "PENDING")
	assert.Equal(t, withoutVolatile(blocks[7].text), withoutVolatile(r.run(commands[2])))
	r.sameJSON(blocks[9], r.run(blocks[8].text))
	assert.Zero(t, p.stop(), &p.stderr)
}
