package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func readYAML(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", name))
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(data, into))
}

// TestWorkflow runs the last step of the reusable workflow as a runner does:
// its inputs are variables of the environment.
func TestWorkflow(t *testing.T) {
	var workflow struct {
		On struct {
			Call struct {
				Inputs map[string]struct{ Default string }
			} `yaml:"workflow_call"`
		}
		Jobs map[string]struct {
			Env   map[string]string
			Steps []struct{ Run string }
		}
	}
	readYAML(t, ".github/workflows/validate.yml", &workflow)
	job := workflow.Jobs["validate"]
	require.NotEmpty(t, job.Steps)
	script := job.Steps[len(job.Steps)-1].Run
	assert.NotContains(t, script, "${{", "an input that became a part of a script could be a command")

	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "good.sh"), []byte(goodCommand), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "bad.sh"), []byte(badCommand), 0o600))
	for _, c := range []struct {
		inputs map[string]string
		status int
		want   string
	}{
		{nil, 1, "::error file=bad.sh,line=1,col=56,title=hookline%3A minimum::"},
		{map[string]string{"paths": "good.sh g*.sh"}, 0, "1 valid"},
		{map[string]string{"paths": "good.sh", "spec": "none.yaml"}, 2, ""},
		{map[string]string{"paths": "good.sh", "baseline": "none.json", "strict": "true"}, 2, ""},
	} {
		cmd := exec.CommandContext(t.Context(), "bash", "-e", "-c", script) //nolint:gosec // the workflow of this repository
		cmd.Dir = folder
		cmd.Env = []string{"PATH=" + filepath.Dir(binary) + string(os.PathListSeparator) + os.Getenv("PATH")}
		for name, value := range job.Env {
			cmd.Env = append(cmd.Env, name+"="+regexp.MustCompile(`\$\{\{ inputs\.(\w+) \}\}`).ReplaceAllStringFunc(value, func(found string) string {
				input := strings.Fields(strings.TrimPrefix(found, "${{ inputs."))[0]
				if given, ok := c.inputs[input]; ok {
					return given
				}
				return workflow.On.Call.Inputs[input].Default
			}))
		}
		out, _ := cmd.Output() // the status says it all
		assert.Equal(t, c.status, cmd.ProcessState.ExitCode(), "%v: %s", c.inputs, out)
		assert.Contains(t, string(out), c.want)
	}
}

// TestPreCommitHook runs the hook as pre-commit does.
func TestPreCommitHook(t *testing.T) {
	var hooks []struct {
		ID, Entry, Language, Files string
		Args                       []string
		PassFilenames              bool `yaml:"pass_filenames"`
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	require.Len(t, hooks, 1)
	hook := hooks[0]
	assert.Equal(t, "hookline-validate", hook.ID)
	assert.Equal(t, "golang", hook.Language)
	assert.False(t, hook.PassFilenames)
	files := regexp.MustCompile(hook.Files)
	for _, name := range []string{"a.har", "b/c.http", "d.rest", "e.sh", "f.bash", "g.md", "h.yaml", "i.yml", "j.json", "k.jsonc", "l/x-operation", "x-operation", "m.curl", "n.mdx"} {
		assert.True(t, files.MatchString(name), name)
	}
	assert.False(t, files.MatchString("main.go"))

	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "bad.sh"), []byte(badCommand), 0o600))
	words := append(strings.Fields(hook.Entry), hook.Args...)
	require.Equal(t, "hookline", words[0])
	stdout, _, status := hookline(t, folder, words[1:]...)
	assert.Equal(t, 1, status)
	assert.Contains(t, stdout, "bad.sh:1:56  error  minimum")
}
