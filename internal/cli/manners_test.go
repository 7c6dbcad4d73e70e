package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/urfave/cli/v3"
)

// TestUsageErrors shows that a mistake on the command line ends in one line
// that says what is wrong and where help is, and in the exit status 2.
func TestUsageErrors(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, c := range []struct {
		args string
		want string
	}{
		{"serv", "unknown command serv, did you mean serve? (see hookline --help)"},
		{"xyzzy", "unknown command xyzzy (see hookline --help)"},
		{"keys lst", "unknown command lst, did you mean list? (see hookline keys --help)"},
		{"help keys crate", "unknown command crate, did you mean create?"},
		{"serve now", `unexpected argument "now" (see hookline serve --help)`},
		{"version --json extra", `unexpected argument "extra"`},
		{"serve --lsten :80", "unknown flag --lsten, did you mean --listen? (see hookline serve --help)"},
		{"serve --listen", "flag needs an argument: --listen"},
		{"serve --role wrker", `--role must be one of all, api, worker, not "wrker", did you mean worker?`},
		{"serve --request-timeout 0s", "must be longer than 0s"},
		{"serve --signing-key-overlap 0s", "must be longer than 0s"},
		{"serve --rate-burst 0", "must be 1 or more"},
		{"serve --retry-schedule soon", "--retry-schedule"},
		{"serve --allow-target 10.0.0.0/99", "--allow-target"},
		{"bench --duration 0s", "must be longer than 0s"},
		{"keys create --org 1", "--name is missing (see hookline keys create --help)"},
		{"keys revoke --org one", "-org"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, status := hookline(t, folder, strings.Fields(c.args)...)
			assert.Equal(t, 2, status)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.want)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), "more than one line: %s", stderr)
		})
	}
}

// TestMistypedVariables shows that a variable that no flag reads is named, and
// that the value of one that a flag reads is checked as the flag's is.
func TestMistypedVariables(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("HOOKLINE_LISTN", "secret-value")
	_, stderr, status := hookline(t, folder, "version")
	assert.Zero(t, status)
	assert.Equal(t, "hookline: warning: no flag reads the variable HOOKLINE_LISTN, did you mean HOOKLINE_LISTEN?\n", stderr)

	t.Setenv("HOOKLINE_LISTN", "")
	require.NoError(t, os.Unsetenv("HOOKLINE_LISTN"))
	t.Setenv("HOOKLINE_SHUTDOWN_TIMEOUT", "0s")
	_, stderr, status = hookline(t, folder, "serve")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "--shutdown-timeout must be longer than 0s")
}

// TestKeysOfNoDatabase shows that a command that reads makes no database where
// the path is wrong.
func TestKeysOfNoDatabase(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	mustRun(t, folder, "encryption-key", "create")
	for _, args := range []string{"keys list --org 1 --database none.db", "keys revoke --org 1 --id 1 --database none.db"} {
		_, stderr, status := hookline(t, folder, strings.Fields(args)...)
		assert.Equal(t, 1, status)
		assert.Contains(t, stderr, "there is no database none.db")
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	assert.Equal(t, "hookline.key", entries[0].Name())
}

// everyCommand calls visit for each command that help lists.
func everyCommand(t *testing.T, c *cli.Command, visit func(path []string, c *cli.Command)) {
	t.Helper()
	var walk func(path []string, c *cli.Command)
	walk = func(path []string, c *cli.Command) {
		visit(path, c)
		for _, sub := range c.Commands {
			if !sub.Hidden {
				walk(append(slices.Clip(path), sub.Name), sub)
			}
		}
	}
	walk(nil, c)
}

// TestHelpFits shows that no help is wider than it should be, and that every
// flag says its default and its variable on a line of their own.
func TestHelpFits(t *testing.T) {
	t.Parallel()
	everyCommand(t, command(nil, nil, nil), func(path []string, c *cli.Command) {
		assert.NotEmpty(t, c.Usage, "%v", path)
		for _, width := range []int{leastWidth, defaultWidth, mostWidth} {
			for line := range strings.SplitSeq(helpText(c, width), "\n") {
				isExample := strings.HasPrefix(line, "  ") && width < defaultWidth // examples and usages are not broken
				fits := utf8.RuneCountInString(line) <= width
				assert.True(t, fits || isExample, "%v at %d columns: %q", path, width, line)
			}
		}
	})
	help := helpText(serveCommand(), defaultWidth)
	assert.Contains(t, help, "\n  --listen ADDRESS        ")
	assert.Contains(t, help, " port 0 takes a free one\n                          default 127.0.0.1:8080; env HOOKLINE_LISTEN\n")
	assert.Contains(t, help, "one of debug, info, warn, error\n")
}

// TestHelpEverywhere asks for each command's help in the ways that people try.
func TestHelpEverywhere(t *testing.T) {
	t.Parallel()
	everyCommand(t, command(nil, nil, nil), func(path []string, _ *cli.Command) {
		for _, args := range [][]string{append(slices.Clip(path), "--help"), append([]string{"help"}, path...)} {
			var stdout, stderr bytes.Buffer
			assert.Zero(t, Run(t.Context(), append([]string{"hookline"}, args...), nil, &stdout, &stderr), "%v: %s", args, &stderr)
			assert.True(t, strings.HasPrefix(stdout.String(), strings.Join(append([]string{"hookline"}, path...), " ")+" - "),
				"%v: %s", args, &stdout)
		}
	})
}

// TestComplete shows what the scripts are told.
func TestComplete(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words []string
		want  []string
	}{
		{[]string{"ser"}, []string{"serve\t" + serveCommand().Usage}},
		{[]string{"keys", "rev"}, []string{"revoke\t" + keysRevokeCommand().Usage}},
		{[]string{"serve", "--role", ""}, []string{"all", "api", "worker"}},
		{[]string{"serve", "--role=w"}, []string{"--role=worker"}},
		{[]string{"serve", "--log-level", "wa"}, []string{"warn"}},
		{[]string{"serve", "--database", "x"}, []string{completeFiles}},
		{[]string{"serve", "--listen", ""}, nil},
		{[]string{"serve", "--dev", "--de"}, []string{"--delivery-timeout\t" + flagDetails(deliveryFlags()[2]).usage}},
		{[]string{"serve", "--listen", "--role", "--sh"}, []string{"--shutdown-timeout\tTIME that open requests have to finish when the service stops"}},
		{[]string{"validate", "--exclude", "a", "--exc"}, []string{"--exclude\tGLOB of paths to leave out; may be repeated"}},
		{[]string{"validate", "te"}, []string{completeFiles}},
		{[]string{"version", ""}, nil},
	} {
		var stdout, stderr bytes.Buffer
		status := Run(t.Context(), append([]string{"hookline", "__complete", "--"}, c.words...), nil, &stdout, &stderr)
		assert.Zero(t, status, "%v: %s", c.words, &stderr)
		assert.Equal(t, strings.Join(append(c.want, ""), "\n"), stdout.String(), "%v", c.words)
	}
}

// TestCompletionInBash loads the script into a bash without any helper and asks
// for completions as readline would.
func TestCompletionInBash(t *testing.T) {
	t.Parallel()
	const script = `
source <("$1" completion bash)
ask() { # the words as readline splits them, the last one under the cursor
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  _hookline "$1"
  echo "${COMPREPLY[*]}"
}
ask "$1" serv
ask "$1" serve --role ''
ask "$1" serve --log-level = w
ask "$1" keys ''
ask "$1" serve --no
`
	cmd := exec.CommandContext(t.Context(), "bash", "--norc", "--noprofile", "-c", script, "bash", binary)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "serve\nall api worker\nwarn\ncreate list revoke\n--no-migrate\n", string(out))
}

// TestRunWithoutCommand prints the help, and the version where it is asked for.
func TestRunWithoutCommand(t *testing.T) {
	t.Parallel()
	run := func(args ...string) string {
		var stdout, stderr bytes.Buffer
		require.Zero(t, Run(context.Background(), append([]string{"hookline"}, args...), nil, &stdout, &stderr), "%s", &stderr)
		return stdout.String()
	}
	assert.Contains(t, run(), "Commands:\n  serve ")
	assert.Equal(t, run("version"), run("--version"))
}
