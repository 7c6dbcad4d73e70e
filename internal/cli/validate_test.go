package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	goodCommand = "curl https://api.rootfi.dev/v4/core/webhook-logs?limit=5\n"
	badCommand  = "curl https://api.rootfi.dev/v4/core/webhook-logs?limit=0\n"
)

// TestValidateStatus shows the exit status and the streams of the real program.
func TestValidateStatus(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"good.sh": goodCommand, "bad.sh": badCommand, "none.sh": "echo\n", "broken.sh": "curl '", "warn.sh": goodCommand + "curl https://api.rootfi.dev/v4/x\n",
		"4.0.yaml":  "openapi: 4.0.0\ninfo: {title: t, version: '1'}\npaths: {}\n",
		"body.json": `{"state": "DISABLED"}`,
		"spec.yaml": "openapi: 3.0.3\ninfo: {title: t, version: '1'}\nservers: [{url: 'https://things.example.com/'}]\npaths:\n  /things:\n    get:\n" +
			"      parameters: [{name: n, in: query, schema: {type: integer}}]\n      responses: {'200': {description: ok}}\n",
		"thing.sh": "curl https://things.example.com/things?n=x\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	for _, c := range []struct {
		name   string
		args   []string
		status int
		stdout string
		stderr string
	}{
		{"clean", []string{"good.sh"}, 0, "1 request in 1 file: 1 valid, 0 invalid, 0 unmatched\n", ""},
		{"violations", []string{"bad.sh"}, 1, "bad.sh:1:56  error  minimum  query /limit\n", ""},
		{"no request", []string{"none.sh"}, 2, "no request for an operation of the contract was found; hookline validate --help says which files are read\n", ""},
		{"broken, besides violations", []string{"bad.sh", "broken.sh"}, 2, "broken.sh:1:6: ", ""},
		{"a folder", []string{".", "--exclude", "broken.sh", "--exclude", "bad*"}, 0, "3 requests in 2 files: 2 valid, 0 invalid, 1 unmatched, 1 for other servers", ""},
		{"a glob", []string{"g*.sh"}, 0, "1 valid", ""},
		{"warnings", []string{"warn.sh"}, 0, "warning  not_found", ""},
		{"warnings, strictly", []string{"warn.sh", "--strict"}, 1, "warning  not_found", ""},
		{"flags before paths", []string{"--format", "json", "good.sh"}, 0, `"findings": []`, ""},
		{"a bare body", []string{"--operation", "updateWebhookConfig", "body.json"}, 0, "1 valid", ""},
		{"another document", []string{"--spec", "spec.yaml", "thing.sh"}, 1, "spec  spec.yaml:7:", ""},
		{"another server", []string{"--server", "https://things.example.com/", "thing.sh"}, 2, "not_found", ""},
		{"explained", []string{"--explain", "enum"}, 0, "enum\n  ", ""},
		{"all explained", []string{"--explain", "all"}, 0, "\nwrite_only\n", ""},
		{"explained in vain", []string{"--explain", "nope"}, 2, "", `there is no code "nope"`},
		{"no path", nil, 2, "", "name the files"},
		{"unknown flag", []string{"--nope"}, 2, "", "nope"},
		{"unknown format", []string{"--format", "xml", "good.sh"}, 2, "", "--format must be one of text, json, junit, sarif, github"},
		{"document of another version", []string{"--spec", "4.0.yaml", "good.sh"}, 2, "", "only 3.0, 3.1 and 3.2 are supported"},
		{"unknown operation", []string{"--operation", "nope", "good.sh"}, 2, "", "nope"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, status := hookline(t, folder, append([]string{"validate"}, c.args...)...)
			assert.Equal(t, c.status, status, stdout+stderr)
			assert.Contains(t, stdout, c.stdout)
			assert.Contains(t, stderr, c.stderr)
			if c.stderr == "" {
				assert.Empty(t, stderr)
			} else {
				assert.Empty(t, stdout)
				assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			}
			assert.NotContains(t, stdout, "\x1b", "colours are for terminals")
		})
	}
}

// TestValidateStdin recognises what comes through a pipe.
func TestValidateStdin(t *testing.T) {
	for name, text := range map[string]string{
		"curl":    goodCommand,
		"http":    "GET https://api.rootfi.dev/v4/core/webhook-logs\n",
		"HAR":     `{"log": {"entries": [{"request": {"method": "GET", "url": "https://api.rootfi.dev/v4/core/webhook-logs"}}]}}`,
		"fixture": `{"method": "GET", "path": "/core/webhook-logs"}`,
		"YAML":    "method: GET\npath: /core/webhook-logs\n",
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), binary, "validate", "-")
			cmd.Stdin = strings.NewReader(text)
			var out bytes.Buffer
			cmd.Stdout = &out
			require.NoError(t, cmd.Run(), &out)
			assert.Equal(t, "1 request in 1 file: 1 valid, 0 invalid, 0 unmatched\n", out.String())
		})
	}
}
