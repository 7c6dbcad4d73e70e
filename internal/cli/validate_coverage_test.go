package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestValidateCoverage writes the page, and prints the text.
func TestValidateCoverage(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "good.sh"), []byte(goodCommand), 0o600))
	stdout, stderr, status := hookline(t, folder, "validate", "--coverage", "coverage.html", "good.sh")
	assert.Zero(t, status, stdout+stderr)
	page, err := os.ReadFile(filepath.Join(folder, "coverage.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "<title>Coverage of openapi.yaml</title>")
	stdout, _, _ = hookline(t, folder, "validate", "--coverage", "-", "good.sh")
	assert.Contains(t, stdout, "unmatched\ncoverage of openapi.yaml by 1 requests\n")
	_, stderr, status = hookline(t, folder, "validate", "--coverage", "none/x.html", "good.sh")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "none/x.html")
}
