package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestDocs makes pages of the contract and of other documents.
func TestDocs(t *testing.T) {
	folder := t.TempDir()
	page, spec := filepath.Join(folder, "page.html"), filepath.Join(folder, "spec.yaml")
	var stdout, stderr bytes.Buffer
	run := func(args ...string) int {
		stdout.Reset()
		stderr.Reset()
		return Run(t.Context(), append([]string{"hookline", "docs"}, args...), nil, &stdout, &stderr)
	}
	require.Zero(t, run("-o", page), "%s", &stderr)
	html, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Contains(t, string(html), "createWebhookConfig")
	assert.Empty(t, stdout.String())

	require.NoError(t, os.WriteFile(spec, []byte("openapi: 3.0.3\ninfo: {title: Things, version: '1'}\npaths: {/x: {get: {responses: {}}}}\n"), 0o600))
	require.Zero(t, run("--spec", spec, "--server", "https://things.example"), "%s", &stderr)
	assert.Contains(t, stdout.String(), "https://things.example/x")

	require.NoError(t, os.WriteFile(spec, []byte("swagger: '2.0'"), 0o600))
	assert.Equal(t, 1, run("--spec", spec))
	assert.Contains(t, stderr.String(), "hookline: "+spec+": the document must have an openapi field")
	assert.Equal(t, 2, run("--spec", filepath.Join(folder, "none.yaml")))
}
