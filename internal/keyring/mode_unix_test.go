//go:build unix

package keyring

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ownedFile is a file as an operating system would describe it that has another
// owner.
type ownedFile struct {
	fs.FileInfo
	owner uint32
}

func (f ownedFile) Sys() any { return &syscall.Stat_t{Uid: f.owner} }

func TestAllowedMode(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "hookline.key")
	require.NoError(t, os.WriteFile(path, nil, fileMode))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), allowedMode(ownedFile{info, 1000}), "a user's own file")
	assert.Equal(t, fs.FileMode(0o640), allowedMode(ownedFile{info, 0}), "root's, as systemd and Kubernetes hand it over")
}
