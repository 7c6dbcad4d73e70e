package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestValidateBaseline accepts what a report of the program itself has, by flag
// and by variable, and fails on what is new.
func TestValidateBaseline(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "old.sh"), []byte(badCommand), 0o600))
	stdout, _, status := hookline(t, folder, "validate", "--format", "json", ".")
	require.Equal(t, 1, status)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "baseline.json"), []byte(stdout), 0o600))

	stdout, stderr, status := hookline(t, folder, "validate", "--baseline", "baseline.json", ".")
	assert.Zero(t, status, stdout+stderr)
	assert.Equal(t, "1 request in 1 file: 1 valid, 0 invalid, 0 unmatched, 1 accepted by the baseline\n", stdout)

	t.Setenv("HOOKLINE_BASELINE", "baseline.json")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "new.sh"), []byte(badCommand), 0o600))
	stdout, _, status = hookline(t, folder, "validate", ".")
	assert.Equal(t, 1, status)
	assert.Contains(t, stdout, "new.sh:1:56  error  minimum")
	assert.NotContains(t, stdout, "old.sh")
}
