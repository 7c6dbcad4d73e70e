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
	"github.com/urfave/cli/v3"
)

// reference is what a printer of __docs prints.
func reference(t *testing.T, form string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	require.Zero(t, Run(t.Context(), []string{"hookline", "__docs", form}, nil, &stdout, &stderr), "%s", &stderr)
	return stdout.String()
}

// TestReference holds docs/cli.md against the commands' help.
func TestReference(t *testing.T) {
	t.Parallel()
	written, err := os.ReadFile("../../docs/cli.md")
	require.NoError(t, err)
	assert.Equal(t, strings.Split(string(written), "\n"), strings.Split(reference(t, "markdown"), "\n"), "run make docs")
	everyCommand(t, command(nil, nil, nil), func(path []string, c *cli.Command) {
		name := strings.Join(append([]string{"hookline"}, path...), " ")
		assert.Contains(t, string(written), name)
		for _, flag := range ownFlags(c) {
			assert.Contains(t, string(written), "`"+flagSyntax(flag)+"`", name)
		}
	})
}

// TestManPage has every command and flag in it, and no line that groff
// would take for a request of its own.
func TestManPage(t *testing.T) {
	t.Parallel()
	page := reference(t, "man")
	everyCommand(t, command(nil, nil, nil), func(path []string, c *cli.Command) {
		assert.Contains(t, page, roff(strings.Join(append([]string{"hookline"}, path...), " ")))
		for _, flag := range ownFlags(c) {
			assert.Contains(t, page, ".B "+roff(flagSyntax(flag))+"\n")
		}
	})
	for i, line := range strings.Split(page, "\n") {
		if strings.HasPrefix(line, ".") {
			assert.Regexp(t, `^\.(TH|SH|SS|PP|TP|B|br|nf|fi)\b`, line, "line %d", i+1)
		}
		assert.False(t, strings.HasPrefix(line, "'"), "line %d is a request: %s", i+1, line)
	}
}

// TestCompletionScriptsParse has bash read its script.
func TestCompletionScriptsParse(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "hookline.bash")
	require.NoError(t, os.WriteFile(script, []byte(mustRun(t, t.TempDir(), "completion", "bash")), 0o600))
	out, err := exec.CommandContext(t.Context(), "bash", "-n", script).CombinedOutput() //nolint:gosec // a file of our own
	require.NoError(t, err, "%s", out)
	for _, shell := range []string{"zsh", "fish", "pwsh"} {
		assert.Contains(t, mustRun(t, t.TempDir(), "completion", shell), "__complete")
	}
}
