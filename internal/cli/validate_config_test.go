package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestValidateConfig reads the config above the folder, and explains it.
func TestValidateConfig(t *testing.T) {
	folder := t.TempDir()
	below := filepath.Join(folder, "below")
	require.NoError(t, os.Mkdir(below, 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(below, "bad.sh"), []byte(badCommand), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, ".hookline.yaml"), []byte("severity: {minimum: off}\n"), 0o600))
	stdout, stderr, status := hookline(t, below, "validate", ".")
	assert.Zero(t, status, stdout+stderr)
	stdout, _, status = hookline(t, below, "validate", "--severity", "minimum=warning,enum=off", ".")
	assert.Zero(t, status)
	assert.Contains(t, stdout, "warning  minimum")
	stdout, _, status = hookline(t, below, "validate", "--explain-config", "--severity", "enum=warning")
	assert.Zero(t, status)
	assert.Contains(t, stdout, "# ../.hookline.yaml and the flags\n")
	assert.Contains(t, stdout, "severity:\n  enum: warning\n  minimum: \"off\"\n")
	_, stderr, status = hookline(t, below, "validate", "--severity", "nope=off", ".")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, `there is no code "nope"`)
}
