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
	defaults := map[string]string{}
	for name, input := range workflow.On.Call.Inputs {
		defaults[name] = input.Default
	}
	testValidateStep(t, script, job.Env, defaults, filepath.Dir(binary))
}

// TestAction runs the last step of the action as a runner does, with a binary
// where its first step puts one.
func TestAction(t *testing.T) {
	var action struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Steps []struct {
				Run string
				Env map[string]string
			}
		}
	}
	readYAML(t, "action.yml", &action)
	require.NotEmpty(t, action.Runs.Steps)
	step := action.Runs.Steps[len(action.Runs.Steps)-1]
	assert.NotContains(t, step.Run, "${{", "an input that became a part of a script could be a command")
	defaults := map[string]string{}
	for name, input := range action.Inputs {
		defaults[name] = input.Default
	}
	installed := t.TempDir()
	require.NoError(t, os.Symlink(binary, filepath.Join(installed, "hookline")))
	testValidateStep(t, step.Run, step.Env, defaults, installed)

	folder := requestFolder(t)
	sarif := filepath.Join(folder, "findings.sarif")
	out, status := runStep(t, folder, step.Run, step.Env, defaults, map[string]string{"sarif": sarif}, installed)
	assert.Equal(t, 1, status, out)
	report, err := os.ReadFile(sarif)
	require.NoError(t, err)
	assert.Contains(t, string(report), "bad.sh")
}

// requestFolder holds one request that keeps to the contract and one that does
// not.
func requestFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "good.sh"), []byte(goodCommand), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "bad.sh"), []byte(badCommand), 0o600))
	return folder
}

func testValidateStep(t *testing.T, script string, environment, defaults map[string]string, installed string) {
	t.Helper()
	folder := requestFolder(t)
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
		out, status := runStep(t, folder, script, environment, defaults, c.inputs, installed)
		assert.Equal(t, c.status, status, "%v: %s", c.inputs, out)
		assert.Contains(t, out, c.want)
	}
}

var inputExpression = regexp.MustCompile(`\$\{\{ inputs\.(\w+) \}\}`)

// runStep runs a step's script with its environment, in which inputs stand for
// expressions.
func runStep(
	t *testing.T, folder, script string, environment, defaults, inputs map[string]string, installed string,
) (out string, status int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-e", "-c", script) //nolint:gosec // a script of this repository
	cmd.Dir = folder
	cmd.Env = []string{
		"PATH=" + installed + string(os.PathListSeparator) + os.Getenv("PATH"), "RUNNER_TEMP=" + installed,
	}
	for name, value := range environment {
		cmd.Env = append(cmd.Env, name+"="+inputExpression.ReplaceAllStringFunc(value, func(found string) string {
			input := inputExpression.FindStringSubmatch(found)[1]
			if given, ok := inputs[input]; ok {
				return given
			}
			return defaults[input]
		}))
	}
	text, _ := cmd.Output() // the status says it all
	return string(text), cmd.ProcessState.ExitCode()
}

// TestPreCommitHook runs the hook as pre-commit does.
func TestPreCommitHook(t *testing.T) {
	var hooks []struct {
		ID, Entry, Language, Files string
		Args                       []string
		PassFilenames              bool `yaml:"pass_filenames"`
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	require.Len(t, hooks, 2)
	hook := hooks[0]
	assert.Equal(t, "hookline-validate", hook.ID)
	assert.Equal(t, "golang", hook.Language)
	assert.False(t, hook.PassFilenames)
	assert.Equal(t, "hookline-validate-installed", hooks[1].ID)
	assert.Equal(t, "system", hooks[1].Language)
	assert.Equal(t, []any{hook.Entry, hook.Args, hook.Files, hook.PassFilenames},
		[]any{hooks[1].Entry, hooks[1].Args, hooks[1].Files, hooks[1].PassFilenames}, "both run the same")
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
