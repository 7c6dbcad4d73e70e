package app_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/app"
)

// What is meant for another database makes no file, and its password is in no
// error.
func TestConnectionStringsAreNoPaths(t *testing.T) {
	for _, database := range []string{
		"host=db.internal port=5432 dbname=hookline user=u password=hunter2",
		"dbname=hookline password = hunter2",
		"password=hunter2",
		"Server=db.internal;User Id=u;Password=hunter2;",
		"u:hunter2@db.internal:5432/hookline",
		"u:hunter2/with/slashes@db.internal/hookline",
		"//u:hunter2@db.internal/hookline",
		"u:hunter2@tcp(db.internal:3306)/hookline",
		"postgres:u:hunter2@db.internal/hookline",
		"jdbc:postgresql://db.internal/hookline?user=u&password=hunter2",
		"mysql://u:hunter2@db.internal/hookline",
		"hunter2@x://db.internal/hookline",
		`"postgres://u:hunter2@db.internal/hookline"`,
		" postgres://u:hunter2@db.internal/hookline",
		"file:hookline.db?password=hunter2",
		"sqlite:hookline.db",
	} {
		t.Run(database, func(t *testing.T) {
			directory := t.TempDir()
			t.Chdir(directory)
			_, err := app.OpenStore(t.Context(), app.Config{Database: database, Dev: true})
			var wrong *app.ConfigError
			require.ErrorAs(t, err, &wrong)
			assert.Contains(t, err.Error(), "the path of a SQLite file")
			assert.NotContains(t, err.Error(), "hunter2")
			entries, err := os.ReadDir(directory)
			require.NoError(t, err)
			assert.Empty(t, entries)
		})
	}
}

func TestPathsAreNoConnectionStrings(t *testing.T) {
	for _, name := range []string{"hookline.db", "a@b.db", "a=b.db", "my host.db", "10:30.db", "user", "file", "postgres"} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			t.Chdir(directory)
			store, err := app.OpenStore(t.Context(), app.Config{Database: name, Dev: true})
			require.NoError(t, err)
			require.NoError(t, store.Close())
			assert.FileExists(t, filepath.Join(directory, name))
		})
	}
}

// Processes that start at the same time on a file that is new share the making
// of it: the service's tables and the queue's.
func TestConcurrentFirstStarts(t *testing.T) {
	directory := t.TempDir()
	key := filepath.Join(directory, "hookline.key")
	require.NoError(t, app.CreateEncryptionKey(key))
	const starts = 6
	results := make(chan error, starts)
	for range starts {
		go func() {
			service, err := app.New(context.WithoutCancel(t.Context()), app.Config{
				Database: filepath.Join(directory, "hookline.db"), EncryptionKeyFile: key, Dev: true,
			})
			if err == nil {
				err = service.Close(t.Context())
			}
			results <- err
		}()
	}
	for range starts {
		assert.NoError(t, <-results)
	}
}
