package sqlite_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/store/sqlite"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

// create makes a database with one config that has secrets, and closes it.
func create(t *testing.T, path string, cipher store.Cipher) webhook.Config {
	t.Helper()
	s := open(t, path, cipher)
	_, err := s.EnsureOrganisation(t.Context(), 1)
	require.NoError(t, err)
	c, err := s.CreateConfig(t.Context(), webhook.Config{
		OrganisationID: 1, Type: "SYNC_STARTED", SigningKey: "signing-plaintext",
		Headers: []webhook.Header{{Name: "Authorization", Value: "header-plaintext"}},
	}, webhook.Idempotency{})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	return c
}

func open(t *testing.T, path string, cipher store.Cipher) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, cipher)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

// openRaw opens the file without the store.
func openRaw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)") // the store may be folding
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return db
}

func execRaw(t *testing.T, path, statement string, args ...any) {
	t.Helper()
	db := openRaw(t, path)
	_, err := db.ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

func TestOpenErrors(t *testing.T) {
	directory, cipher := t.TempDir(), storetest.NewCipher(t)
	file := func(name string) string { return filepath.Join(directory, name) }
	require.NoError(t, os.WriteFile(file("text.db"), []byte(strings.Repeat("no database\n", 1000)), 0o600))
	require.NoError(t, os.WriteFile(file("short.db"), []byte("x"), 0o600))
	create(t, file("damaged.db"), cipher)
	damage(t, file("damaged.db"))
	create(t, file("newer.db"), cipher)
	execRaw(t, file("newer.db"), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`)
	create(t, file("other-key.db"), storetest.NewCipher(t))

	tests := []struct {
		name, path string
		code       webhook.Code
		says       string
	}{
		{"directory", directory, webhook.CodeDatabaseUnreadable, "it is a directory"},
		{"missing folder", file("none/hookline.db"), webhook.CodeDatabaseUnreadable, "no such file or directory"},
		{"below a file", file("text.db/hookline.db"), webhook.CodeDatabaseUnreadable, "not a directory"},
		{"device", os.DevNull, webhook.CodeDatabaseUnreadable, "it is not a regular file"},
		{"text", file("text.db"), webhook.CodeDatabaseUnreadable, "it is not a SQLite database"},
		{"short text", file("short.db"), webhook.CodeDatabaseUnreadable, "it is not a SQLite database"},
		{"damaged", file("damaged.db"), webhook.CodeDatabaseUnreadable, "it is damaged"},
		{"newer", file("newer.db"), webhook.CodeDatabaseTooNew, "a later version"},
		{"other key", file("other-key.db"), webhook.CodeWrongEncryptionKey, "the encryption key is not the one"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := sqlite.Open(t.Context(), test.path, cipher)
			require.Error(t, err)
			assert.Nil(t, s)
			assert.Equal(t, test.code, webhook.CodeOf(err), "%v", err)
			assert.Contains(t, err.Error(), test.path)
			assert.Contains(t, err.Error(), test.says)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
	content, err := os.ReadFile(file("short.db"))
	require.NoError(t, err)
	require.Equal(t, "x", string(content), "what is no database is not overwritten")
}

// damage overwrites all pages but the start of the first.
func damage(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := 100; i < len(content); i++ {
		content[i] = 0xa5
	}
	require.NoError(t, os.WriteFile(path, content, 0o600))
}

func TestOpenWithoutMigrations(t *testing.T) {
	cipher := storetest.NewCipher(t)
	path := filepath.Join(t.TempDir(), "hookline.db")
	_, err := sqlite.Open(t.Context(), path, cipher, sqlite.WithoutMigrations())
	require.Equal(t, webhook.CodeDatabaseOutdated, webhook.CodeOf(err), "%v", err)
	create(t, path, cipher)
	s, err := sqlite.Open(t.Context(), path, cipher, sqlite.WithoutMigrations())
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestOpenWithCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "hookline.db"), storetest.NewCipher(t))
	require.ErrorIs(t, err, context.Canceled)
}

func TestNewFilesAreOnlyForTheOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.db")
	open(t, path, storetest.NewCipher(t))
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode(), name)
	}
}

func TestPathsWithSpecialCharacters(t *testing.T) {
	cipher := storetest.NewCipher(t)
	for _, name := range []string{"a b.db", "a?b=c&d.db", "a#b.db", "a%20b.db", "höök.db", "'quoted\".db"} {
		path := filepath.Join(t.TempDir(), name)
		create(t, path, cipher)
		require.FileExists(t, path)
	}
}

func TestConcurrentFirstOpen(t *testing.T) {
	path, cipher := filepath.Join(t.TempDir(), "hookline.db"), storetest.NewCipher(t)
	stores := make([]*sqlite.Store, 4)
	var group sync.WaitGroup
	for i := range stores {
		group.Go(func() {
			var err error
			stores[i], err = sqlite.Open(t.Context(), path, cipher)
			assert.NoError(t, err)
		})
	}
	group.Wait()
	for _, s := range stores {
		if assert.NotNil(t, s) {
			assert.NoError(t, s.Ping(t.Context()))
			assert.NoError(t, s.Close())
		}
	}
}

func TestMemoryIsPrivate(t *testing.T) {
	cipher := storetest.NewCipher(t)
	a, b := open(t, sqlite.InMemory, cipher), open(t, sqlite.InMemory, storetest.NewCipher(t))
	_, err := a.EnsureOrganisation(t.Context(), 1)
	require.NoError(t, err)
	c, err := a.CreateConfig(t.Context(), webhook.Config{OrganisationID: 1}, webhook.Idempotency{})
	require.NoError(t, err)
	_, err = b.Config(t.Context(), 1, c.ID)
	require.Equal(t, webhook.CodeNotFound, webhook.CodeOf(err))
	require.NoFileExists(t, sqlite.InMemory)
}

// Another process that holds the write lock must not make a caller wait beyond
// its context, nor stop readers.
func TestLockedByAnotherProcess(t *testing.T) {
	path, cipher := filepath.Join(t.TempDir(), "hookline.db"), storetest.NewCipher(t)
	c := create(t, path, cipher)
	s := open(t, path, cipher)
	conn, err := openRaw(t, path).Conn(t.Context())
	require.NoError(t, err)
	_, err = conn.ExecContext(t.Context(), `BEGIN EXCLUSIVE`)
	require.NoError(t, err)

	read, err := s.Config(t.Context(), 1, c.ID)
	require.NoError(t, err)
	require.Equal(t, c, read)
	ctx, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	require.ErrorIs(t, s.DeleteConfig(ctx, 1, c.ID), context.DeadlineExceeded)

	_, err = conn.ExecContext(t.Context(), `ROLLBACK`)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	require.NoError(t, s.DeleteConfig(t.Context(), 1, c.ID))
}

func TestKeyRotation(t *testing.T) {
	directory := t.TempDir()
	path, keyPath := filepath.Join(directory, "hookline.db"), filepath.Join(directory, "hookline.key")
	keys, err := keyring.Create(keyPath)
	require.NoError(t, err)
	before := create(t, path, keys)
	rotated, err := keyring.Rotate(keyPath)
	require.NoError(t, err)
	s := open(t, path, rotated)
	got, err := s.Config(t.Context(), 1, before.ID)
	require.NoError(t, err)
	require.Equal(t, before, got)
	// An update seals again, so the old key is no longer enough.
	_, err = s.UpdateConfig(t.Context(), 1, before.ID, func(*webhook.Config) error { return nil })
	require.NoError(t, err)
	require.NoError(t, os.Remove(keyPath)) // or the keyring would read it again
	old := open(t, path, keys)
	_, err = old.Config(t.Context(), 1, before.ID)
	require.Equal(t, webhook.CodeDecryptionFailed, webhook.CodeOf(err))
}

// A reader that stays, as a backup does, makes the WAL grow. It shrinks again
// when the reader has gone.
func TestWALShrinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.db")
	s := open(t, path, storetest.NewCipher(t))
	_, err := s.EnsureOrganisation(t.Context(), 1)
	require.NoError(t, err)
	publish := func(times int) {
		for range times {
			_, err := s.PublishEvent(t.Context(), webhook.Event{OrganisationID: 1, Payload: make([]byte, 256<<10)}, webhook.Idempotency{})
			require.NoError(t, err)
		}
	}
	const limit = 8 << 20
	reader, err := openRaw(t, path).BeginTx(t.Context(), nil)
	require.NoError(t, err)
	var events int
	require.NoError(t, reader.QueryRowContext(t.Context(), `SELECT count(*) FROM events`).Scan(&events))
	publish(50)
	require.Greater(t, size(t, path+"-wal"), int64(limit))
	require.NoError(t, reader.Rollback())
	publish(50)
	require.LessOrEqual(t, size(t, path+"-wal"), int64(limit))
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Size()
}
