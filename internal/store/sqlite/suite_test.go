package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/store/sqlite"
	"github.com/hookline-go/hookline/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStoreInFile(t *testing.T) {
	storetest.Run(t, inFile)
	storetest.RunPersistent(t, inFile)
}

func TestStoreInMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Opener {
		t.Helper()
		return opener(t, sqlite.InMemory)
	})
}

func inFile(t *testing.T) storetest.Opener {
	t.Helper()
	return opener(t, filepath.Join(t.TempDir(), "hookline.db"))
}

func opener(t *testing.T, path string) storetest.Opener {
	t.Helper()
	return func(cipher store.Cipher, now func() time.Time) (storetest.Store, error) {
		return sqlite.Open(t.Context(), path, cipher, sqlite.WithClock(now))
	}
}
