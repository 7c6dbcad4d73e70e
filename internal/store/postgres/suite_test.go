package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/store/postgres"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.Stopping(m)) }

func TestStore(t *testing.T) {
	storetest.Run(t, newDatabase)
	storetest.RunPersistent(t, newDatabase)
}

func newDatabase(t *testing.T) storetest.Opener {
	t.Helper()
	return opener(t, postgrestest.URL(t))
}

func opener(t *testing.T, url string) storetest.Opener {
	t.Helper()
	return func(cipher store.Cipher, now func() time.Time, queue *storetest.Queue) (storetest.Store, error) {
		return postgres.Open(t.Context(), url, cipher, postgres.WithClock(now), postgres.WithEnqueuer(enqueuer{queue}),
			postgres.WithMaxConfigs(storetest.MaxConfigs))
	}
}

// enqueuer queues into the suite's recorder.
type enqueuer struct{ queue *storetest.Queue }

func (e enqueuer) Enqueue(_ context.Context, _ pgx.Tx, jobs []webhook.Job) error {
	return e.queue.Add(jobs)
}

func (e enqueuer) EnqueueRecovery(_ context.Context, _ pgx.Tx, recovery webhook.Recovery) error {
	return e.queue.AddRecovery(recovery)
}
