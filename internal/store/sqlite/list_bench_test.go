package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

func BenchmarkDeliveries(b *testing.B) {
	storetest.BenchmarkDeliveries(b, func(b *testing.B, seed storetest.Seed) storetest.Store {
		b.Helper()
		s := openForBench(b)
		benchSeed(b, s, seed)
		return s
	})
}

func BenchmarkThroughput(b *testing.B) {
	storetest.BenchmarkThroughput(b, func(b *testing.B, job func(webhook.Job)) storetest.Store {
		b.Helper()
		return openForBench(b, WithEnqueuer(benchQueue(job)))
	})
}

// benchQueue hands jobs on, in place of a queue in the database.
type benchQueue func(webhook.Job)

func (q benchQueue) Enqueue(_ context.Context, _ *sql.Tx, jobs []webhook.Job) error {
	for _, job := range jobs {
		q(job)
	}
	return nil
}

func (q benchQueue) EnqueueRecovery(context.Context, *sql.Tx, webhook.Recovery) error { return nil }

func openForBench(b *testing.B, options ...Option) *Store {
	b.Helper()
	keys, err := keyring.New()
	if err != nil {
		b.Fatal(err)
	}
	s, err := Open(context.Background(), filepath.Join(b.TempDir(), "hookline.db"), keys, options...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// benchSeed makes deliveries and their counts in the database itself: a million
// in seconds.
func benchSeed(b *testing.B, s *Store, seed storetest.Seed) {
	b.Helper()
	ctx, event := context.Background(), store.FirstID(seed.First.UnixMilli())
	if _, err := s.EnsureOrganisation(ctx, 1); err != nil {
		b.Fatal(err)
	}
	err := inTransaction(ctx, s.writer, nil, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO events (id, organisation_id, created_at, payload) VALUES (?, 1, 0, x'7b7d')`, event)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, fmt.Sprintf(`WITH RECURSIVE seed (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM seed WHERE i < ? - 1),
				timed AS (SELECT i, ? + i * ? / ? AS ms FROM seed)
			INSERT INTO deliveries (id, organisation_id, event_id, webhook_id, webhook_name, webhook_url, state,
				latest_status_code, attempt_count, event_type, sync_id, created_at, updated_at)
			SELECT printf('%%08x-%%04x-7%%03x-8%%03x-%%012x', ms >> 16, ms & 65535, i & 4095, (i >> 12) & 4095, i),
				1, ?, 1 + i %% %d, 'a webhook', 'https://example.com/webhooks/rootfi',
				CASE WHEN i * 7919 %% 1000 < %d THEN 'DELIVERED' WHEN i * 7919 %% 1000 < %d THEN 'FAILED'
					WHEN i * 7919 %% 1000 < %d THEN 'PENDING' ELSE 'PROCESSING' END,
				200, 1, 'CONNECTION_CHANGED', CASE WHEN i %% 2 = 0 THEN 'sync-' || (i / 20 %% %d) END, ms * 1000, ms * 1000
			FROM timed`,
			storetest.SeedWebhooks, storetest.SeedDelivered, storetest.SeedDelivered+storetest.SeedFailed,
			storetest.SeedDelivered+storetest.SeedFailed+storetest.SeedPending, storetest.SeedSyncs),
			seed.Deliveries, seed.First.UnixMilli(), seed.Span.Milliseconds(), seed.Deliveries, event)
		if err != nil {
			return err
		}
		shortest := store.Levels()[0]
		_, err = tx.ExecContext(ctx, `INSERT INTO delivery_changes
				(organisation_id, webhook_id, made, pending, processing, delivered, failed)
			SELECT 1, webhook_id, (created_at / 1000) >> ? << ? AS span, sum(state = 'PENDING'),
				sum(state = 'PROCESSING'), sum(state = 'DELIVERED'), sum(state = 'FAILED')
			FROM deliveries GROUP BY 2, 3`, shortest, shortest)
		if err != nil {
			return err
		}
		return fold(ctx, tx)
	})
	if err != nil {
		b.Fatal(err)
	}
}
