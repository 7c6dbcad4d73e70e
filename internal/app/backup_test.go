package app_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/testpart"
)

// The command of the documentation copies a database in use, and nobody but its
// owner can read the copy.
func TestDocumentedBackup(t *testing.T) {
	if _, err := exec.LookPath("sqlite3"); err != nil {
		testpart.Missing(t, "sqlite3", "there is no sqlite3; install it")
	}
	document, err := os.ReadFile("../../docs/service.md")
	require.NoError(t, err)
	command := regexp.MustCompile(`(?m)^.*sqlite3 hookline.db ".backup copy.db".*$`).Find(document)
	require.NotEmpty(t, command)

	directory := t.TempDir()
	config := app.Config{
		Database: filepath.Join(directory, "hookline.db"), EncryptionKeyFile: filepath.Join(directory, "hookline.key"), Dev: true,
	}
	service, err := app.New(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, service.Close(t.Context())) })
	var output bytes.Buffer
	shell := exec.CommandContext(t.Context(), "sh", "-c", "umask 022; "+string(command)) //nolint:gosec // it is the documentation's
	shell.Dir, shell.Stdout, shell.Stderr = directory, &output, &output
	require.NoError(t, shell.Run(), "%s", &output)

	config.Database = filepath.Join(directory, "copy.db")
	info, err := os.Stat(config.Database)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	keys, err := app.Keys(t.Context(), config, app.DevOrganisationID)
	require.NoError(t, err)
	require.Len(t, keys, 1)
}
