package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store/postgres"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

// TestPlansDoNotDecay has the statements of the write path planned while the
// tables are known to be small, lets them grow by 60,000 events without telling
// PostgreSQL how large they are, and counts what the same statements read then: no table is
// scanned, and no more rows are read than there are to change.
func TestPlansDoNotDecay(t *testing.T) {
	url := postgrestest.URL(t)
	queue := &storetest.Queue{}
	s, err := postgres.Open(t.Context(), url, storetest.NewCipher(t), postgres.WithEnqueuer(enqueuer{queue}))
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	watcher, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, watcher.Close(t.Context())) }()
	for _, table := range grownTables {
		_, err := watcher.Exec(t.Context(), `ALTER TABLE `+table+` SET (autovacuum_enabled = off)`)
		require.NoError(t, err)
	}
	path := newWritePath(t, s, queue)

	path.run(t, 1)
	for _, table := range grownTables {
		_, err := watcher.Exec(t.Context(), `ANALYZE `+table)
		require.NoError(t, err)
	}
	path.run(t, 10) // more than the five runs after which a plan is kept
	grow(t, watcher, path.config.ID, 60_000)
	before := path.reads(t, s, watcher)
	const rounds, perRound = 10, 100
	path.run(t, rounds)
	after := path.reads(t, s, watcher)
	for table, read := range after {
		assert.Equal(t, before[table].scans, read.scans, "%s was scanned", table)
		assert.LessOrEqual(t, read.rows-before[table].rows, int64(perRound*rounds), "rows of %s", table)
	}
}

// grownTables are those that grow with events.
var grownTables = []string{"events", "deliveries", "delivery_attempts"}

// writePath is what happens to every delivery.
type writePath struct {
	store  *postgres.Store
	queue  *storetest.Queue
	config webhook.Config
	worker int64
}

func newWritePath(t *testing.T, s *postgres.Store, queue *storetest.Queue) *writePath {
	t.Helper()
	_, err := s.EnsureOrganisation(t.Context(), 1)
	require.NoError(t, err)
	config, err := s.CreateConfig(t.Context(), webhook.Config{
		OrganisationID: 1, Type: "CONNECTION_CHANGED", Name: "name", URL: "https://example.com/",
	}, webhook.Idempotency{})
	require.NoError(t, err)
	worker, _, err := s.RegisterWorker(t.Context(), "client")
	require.NoError(t, err)
	return &writePath{store: s, queue: queue, config: config, worker: worker}
}

// run takes deliveries through every statement of the write path: a group of
// attempts that fail and are tried again, give up, and recover.
func (p *writePath) run(t *testing.T, rounds int) {
	t.Helper()
	const group = 8
	for range rounds {
		concurrently(group, func() { p.publish(t) })
		for _, outcome := range []webhook.Outcome{
			{State: webhook.DeliveryPending, RetryAt: time.Now()}, {State: webhook.DeliveryFailed, Reason: "refused"},
		} {
			jobs := p.queue.Take()
			assert.Len(t, jobs, group)
			each(jobs, func(job webhook.Job) { p.attempt(t, job, outcome) })
		}
		p.recoverOne(t)
	}
}

func (p *writePath) publish(t *testing.T) {
	t.Helper()
	event := webhook.Event{OrganisationID: 1, Type: "CONNECTION_CHANGED", Payload: []byte(`{}`)}
	_, err := p.store.PublishEvent(t.Context(), event, webhook.Idempotency{})
	assert.NoError(t, err)
}

func (p *writePath) attempt(t *testing.T, job webhook.Job, outcome webhook.Outcome) {
	t.Helper()
	dispatch, err := p.store.BeginAttempt(t.Context(), job, p.worker)
	if err == nil {
		outcome.Attempt.CreatedAt = time.Now()
		_, err = p.store.FinishAttempt(t.Context(), &dispatch, outcome)
	}
	assert.NoError(t, err)
}

// recoverOne has a failed delivery tried again with success.
func (p *writePath) recoverOne(t *testing.T) {
	t.Helper()
	page, err := p.store.Deliveries(t.Context(), 1, webhook.DeliveryFilter{State: webhook.DeliveryFailed, Limit: 1})
	require.NoError(t, err)
	require.NoError(t, p.store.RetryDelivery(t.Context(), 1, page.Deliveries[0].ID))
	jobs := p.queue.Take()
	require.Len(t, jobs, 1)
	dispatch, err := p.store.BeginAttempt(t.Context(), jobs[0], p.worker)
	require.NoError(t, err)
	require.NoError(t, p.store.ReleaseAttempt(t.Context(), &dispatch))
	p.attempt(t, jobs[0], webhook.Outcome{Attempt: webhook.Attempt{Success: true}, State: webhook.DeliveryDelivered})
}

// grow adds settled deliveries with their events and attempts, older than those
// of the path.
func grow(t *testing.T, conn *pgx.Conn, configID int64, events int) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO events (id, organisation_id, created_at, payload)
			SELECT ('01800000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 1, 0, '{}' FROM generate_series(1, $1::integer) i WHERE $2 > 0`,
		`INSERT INTO deliveries (id, event_id, organisation_id, webhook_id, webhook_name, webhook_url, state, attempt_count, created_at, updated_at)
			SELECT ('01800000-0000-7001-8000-' || lpad(to_hex(i), 12, '0'))::uuid, ('01800000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
				1, $2, 'name', 'https://example.com/', 'DELIVERED', 1, 0, 0 FROM generate_series(1, $1::integer) i`,
		`INSERT INTO delivery_attempts (id, delivery_id, created_at, duration, number, success)
			SELECT ('01800000-0000-7002-8000-' || lpad(to_hex(i), 12, '0'))::uuid, ('01800000-0000-7001-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
				0, 0, 1, true FROM generate_series(1, $1::integer) i WHERE $2 > 0`,
	} {
		_, err := conn.Exec(t.Context(), statement, events, configID)
		require.NoError(t, err)
	}
}

// tableReads is what was read of a table: how often it was scanned, and how
// many rows were found by scans and through indexes.
type tableReads struct{ scans, rows int64 }

// reads returns what was read so far. The server's processes report what they
// have counted when they are asked to, at the end of their next transaction.
func (p *writePath) reads(t *testing.T, s *postgres.Store, watcher *pgx.Conn) map[string]tableReads {
	t.Helper()
	for _, conn := range s.Pool().AcquireAllIdle(t.Context()) {
		_, err := conn.Exec(t.Context(), `SELECT pg_stat_force_next_flush()`)
		require.NoError(t, err)
		conn.Release()
	}
	rows, err := watcher.Query(t.Context(), `SELECT relname, seq_scan, seq_tup_read + COALESCE(idx_tup_fetch, 0)
		FROM pg_stat_user_tables WHERE relname = ANY($1)`, grownTables)
	require.NoError(t, err)
	found := map[string]tableReads{}
	var name string
	var read tableReads
	_, err = pgx.ForEachRow(rows, []any{&name, &read.scans, &read.rows}, func() error {
		found[name] = read
		return nil
	})
	require.NoError(t, err)
	require.Len(t, found, len(grownTables))
	return found
}

// concurrently runs fn so many times at once.
func concurrently(n int, fn func()) {
	var group sync.WaitGroup
	for range n {
		group.Go(fn)
	}
	group.Wait()
}

// each runs fn for all items at once.
func each[T any](items []T, fn func(T)) {
	var group sync.WaitGroup
	for _, item := range items {
		group.Go(func() { fn(item) })
	}
	group.Wait()
}
