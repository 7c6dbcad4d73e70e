package validate_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/internal/validate/report"
)

const configText = `spec: api/openapi.yaml
servers: [https://staging.example.com/]
exclude: ["*.md", old/**]
env: dev
severity:
  minimum: warning
  enum: off
`

// TestConfig finds the config above the folder, and lets options win.
func TestConfig(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	writeFile(t, ".hookline.yaml", configText)
	require.NoError(t, os.MkdirAll(filepath.Join("a", "b"), 0o750))
	t.Chdir(filepath.Join("a", "b"))
	c, err := validate.FindConfig(".")
	require.NoError(t, err)
	o := &validate.Options{Environment: "prod", Severities: map[string]report.Severity{"minimum": report.Error}}
	require.NoError(t, c.Apply(o))
	assert.Equal(t, filepath.Join("..", "..", "api", "openapi.yaml"), o.Spec)
	assert.Equal(t, []string{"https://staging.example.com/"}, o.Servers)
	assert.Equal(t, []string{"*.md", "../../old/**"}, o.Exclude)
	assert.Equal(t, "prod", o.Environment)
	assert.Equal(t, map[string]report.Severity{"minimum": report.Error, "enum": "off"}, o.Severities)

	var out bytes.Buffer
	require.NoError(t, validate.ExplainConfig(&out, c, o))
	assert.Contains(t, out.String(), "# ../../.hookline.yaml and the flags\nspec: ../../api/openapi.yaml\n")
	assert.Contains(t, out.String(), "severity:\n  enum: \"off\"\n  minimum: error\n")
}

// TestNoConfig says so.
func TestNoConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := validate.FindConfig(".")
	require.NoError(t, err)
	o := &validate.Options{}
	require.NoError(t, c.Apply(o))
	var out bytes.Buffer
	require.NoError(t, validate.ExplainConfig(&out, c, o))
	assert.Contains(t, out.String(), "# no .hookline.yaml was found in this folder or above it\n")
}

// TestConfigMistakes shows what is said about a config that cannot be used.
func TestConfigMistakes(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"unknown key": {"specs: a\n", ".hookline.yaml: unmarshal errors: line 1: field specs not found"},
		"severity":    {"severity: {enum: loud}\n", `.hookline.yaml: the severity of enum must be error, warning or off, not "loud"`},
		"YAML":        {"a: [\n", ".hookline.yaml: line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			writeFile(t, ".hookline.yaml", c.text)
			_, err := validate.FindConfig(".")
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

// TestSeverity changes what a code weighs.
func TestSeverity(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "a.sh", "curl "+logs+"?limit=0\ncurl "+logs+"?state=x\ncurl "+api+"/core/nothing\n")
	severities, err := validate.ParseSeverities("minimum=warning,enum=off", "not_found=error")
	require.NoError(t, err)
	result := run(t, validate.Options{Paths: []string{"a.sh"}, Severities: severities})
	require.Len(t, result.Findings, 2)
	assert.Equal(t, report.Warning, result.Findings[0].Severity)
	assert.Equal(t, report.Error, result.Findings[1].Severity)
	assert.Equal(t, report.Summary{Files: 1, Requests: 3, Valid: 2, Unmatched: 1, Errors: 1, Warnings: 1}, result.Summary)
	assert.Equal(t, 1, result.ExitCode())

	for text, want := range map[string]string{
		"minimum": "must be CODE=error", "minimum=loud": "must be error, warning or off", "minimun=off": `there is no code "minimun"`,
	} {
		severities, err := validate.ParseSeverities(text)
		if err == nil {
			_, err = validate.Run(t.Context(), validate.Options{Paths: []string{"a.sh"}, Severities: severities})
		}
		require.ErrorContains(t, err, want)
	}
}
