package sqlite_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/store/sqlite"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
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
	return func(cipher store.Cipher, now func() time.Time, queue *storetest.Queue) (storetest.Store, error) {
		return sqlite.Open(t.Context(), path, cipher, sqlite.WithClock(now), sqlite.WithEnqueuer(enqueuer{queue}),
			sqlite.WithMaxConfigs(storetest.MaxConfigs))
	}
}

// enqueuer queues into the suite's recorder.
type enqueuer struct{ queue *storetest.Queue }

func (e enqueuer) Enqueue(_ context.Context, _ *sql.Tx, jobs []webhook.Job) error {
	return e.queue.Add(jobs)
}

func (e enqueuer) EnqueueRecovery(_ context.Context, _ *sql.Tx, recovery webhook.Recovery) error {
	return e.queue.AddRecovery(recovery)
}
