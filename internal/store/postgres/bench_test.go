package postgres

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

func BenchmarkDeliveries(b *testing.B) {
	storetest.BenchmarkDeliveries(b, func(b *testing.B, seed storetest.Seed) storetest.Store {
		b.Helper()
		s := benchOpen(b)
		benchSeed(b, s, seed)
		return s
	})
}

func BenchmarkThroughput(b *testing.B) {
	storetest.BenchmarkThroughput(b, func(b *testing.B, job func(webhook.Job)) storetest.Store {
		b.Helper()
		return benchOpen(b, WithEnqueuer(benchQueue(job)))
	})
}

// benchQueue hands jobs on, in place of a queue in the database.
type benchQueue func(webhook.Job)

func (q benchQueue) Enqueue(_ context.Context, _ pgx.Tx, jobs []webhook.Job) error {
	for _, job := range jobs {
		q(job)
	}
	return nil
}

func (q benchQueue) EnqueueRecovery(context.Context, pgx.Tx, webhook.Recovery) error { return nil }

func benchOpen(b *testing.B, options ...Option) *Store {
	b.Helper()
	keys, err := keyring.New()
	if err != nil {
		b.Fatal(err)
	}
	s, err := Open(context.Background(), postgrestest.URL(b), keys, options...)
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
	exec := func(statement string, args ...any) {
		b.Helper()
		if _, err := s.pool.Exec(ctx, statement, args...); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := s.EnsureOrganisation(ctx, 1); err != nil {
		b.Fatal(err)
	}
	exec(`INSERT INTO events (id, organisation_id, created_at, payload) VALUES ($1, 1, 0, '{}')`, event)
	exec(fmt.Sprintf(`INSERT INTO deliveries (id, organisation_id, event_id, webhook_id, webhook_name, webhook_url, state,
			latest_status_code, attempt_count, event_type, sync_id, created_at, updated_at)
		SELECT (lpad(to_hex(ms), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid,
			1, $1, 1 + i %% %d, 'a webhook', 'https://example.com/webhooks/rootfi',
			CASE WHEN i * 7919 %% 1000 < %d THEN 'DELIVERED' WHEN i * 7919 %% 1000 < %d THEN 'FAILED'
				WHEN i * 7919 %% 1000 < %d THEN 'PENDING' ELSE 'PROCESSING' END,
			200, 1, 'CONNECTION_CHANGED', CASE WHEN i %% 2 = 0 THEN 'sync-' || i / 20 %% %d END, ms * 1000, ms * 1000
		FROM (SELECT i, $2::bigint + i * $3::bigint / $4::bigint AS ms FROM generate_series(0, $4::bigint - 1) AS i) AS seed`,
		storetest.SeedWebhooks, storetest.SeedDelivered, storetest.SeedDelivered+storetest.SeedFailed,
		storetest.SeedDelivered+storetest.SeedFailed+storetest.SeedPending, storetest.SeedSyncs),
		event, seed.First.UnixMilli(), seed.Span.Milliseconds(), seed.Deliveries)
	exec(`INSERT INTO delivery_changes (organisation_id, webhook_id, made, pending, processing, delivered, failed)
		SELECT 1, webhook_id, (created_at / 1000) >> $1 << $1, count(*) FILTER (WHERE state = 'PENDING'),
			count(*) FILTER (WHERE state = 'PROCESSING'), count(*) FILTER (WHERE state = 'DELIVERED'),
			count(*) FILTER (WHERE state = 'FAILED')
		FROM deliveries GROUP BY 2, 3`, store.Levels()[0])
	if err := s.fold(ctx); err != nil {
		b.Fatal(err)
	}
	exec(`VACUUM ANALYZE`)
}
