// Package postgres stores webhook configs, delivery logs and API keys in a
// PostgreSQL database, which several processes may share.
//
// Transactions read what is committed (READ COMMITTED) and lock what they
// change. The locks are taken in one order everywhere, so that two
// transactions do not wait for each other: keys of idempotency, then configs by
// id, then deliveries by id. Where that is not possible PostgreSQL ends one of
// the two, which is then run again.
//
// What is done most, publishing events and beginning and finishing attempts,
// is done in groups: operations that come while others run share the next
// transaction and its few statements.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// Store is a PostgreSQL database. It is safe for concurrent use.
//
// Every method honours its context and every item belongs to an organisation:
// an id of another organisation gives [webhook.CodeNotFound], as if it did not
// exist. Any method may fail with [webhook.CodeUnavailable] when the database
// cannot be reached, is out of a resource or the like. Text with a NUL
// character gives [webhook.CodeInvalid]: PostgreSQL cannot store it.
type Store struct {
	store.DirectSwitch

	pool    *pgxpool.Pool
	name    string // of the database, without user and password
	cipher  store.Cipher
	now     func() time.Time
	migrate bool
	ids     store.IDs

	startTimeout   time.Duration
	queueSchema    QueueSchema
	maxConfigs     int
	subscriptions  *store.Subscriptions
	writes         *store.Writes
	enqueuer       Enqueuer
	folder         *folder
	authenticating *grouper[authenticating]
	publishing     *grouper[publishing]
	beginning      *grouper[beginning]
	finishing      *grouper[finishing]
}

// Enqueuer puts jobs into the queue in the transaction of what they are for. A
// transaction can be run again from its beginning, after a rollback.
type Enqueuer interface {
	// Enqueue must not keep jobs. It may be called by several goroutines.
	Enqueue(ctx context.Context, tx pgx.Tx, jobs []webhook.Job) error
	// EnqueueRecovery is Enqueue for a recovery.
	EnqueueRecovery(ctx context.Context, tx pgx.Tx, recovery webhook.Recovery) error
}

// Option changes how [Open] sets up a store.
type Option func(*Store)

// WithClock makes the store take the time from now instead of [time.Now].
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// WithEnqueuer makes the store queue the deliveries that it creates. Without
// one, whatever creates a delivery fails with [webhook.CodeInternal].
func WithEnqueuer(e Enqueuer) Option { return func(s *Store) { s.enqueuer = e } }

// WithQueueSchema makes [Open] see to the queue's tables too.
func WithQueueSchema(q QueueSchema) Option { return func(s *Store) { s.queueSchema = q } }

// WithStartTimeout bounds how long [Open] waits for an answer, and a migration
// for a lock; [DefaultStartTimeout] unless it is given.
func WithStartTimeout(timeout time.Duration) Option {
	return func(s *Store) { s.startTimeout = timeout }
}

// WithMaxConfigs bounds the configs of each organisation, instead of
// [store.DefaultMaxConfigs]. Those that exist stay.
func WithMaxConfigs(n int) Option { return func(s *Store) { s.maxConfigs = n } }

// WithoutMigrations keeps [Open] from changing the schema. A database that
// lacks migrations is then refused with [webhook.CodeDatabaseOutdated].
func WithoutMigrations() Option { return func(s *Store) { s.migrate = false } }

// Open connects to the database of a URL such as
// postgres://user:password@host:5432/name?sslmode=verify-full. Besides the
// parameters of libpq it takes those of [pgxpool.ParseConfig], such as
// pool_max_conns. The database must exist; migrations are applied unless an
// option says otherwise. Several processes may do that at once.
//
// The error is one line that names the host and the database, and never has
// the password. Its code is [webhook.CodeDatabaseUnreadable] for a URL or a
// login that is wrong, [webhook.CodeUnavailable] if the server cannot be
// reached, [webhook.CodeDatabaseTooNew] if a later version of the program
// migrated the database, and [webhook.CodeWrongEncryptionKey] if another key
// than cipher's encrypted it.
func Open(ctx context.Context, url string, cipher store.Cipher, options ...Option) (*Store, error) {
	config, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	s := &Store{
		name: nameOf(config), cipher: cipher, now: time.Now, migrate: true, enqueuer: noQueue{},
		queueSchema: noSchema{}, startTimeout: DefaultStartTimeout,
		maxConfigs: store.DefaultMaxConfigs, subscriptions: store.NewSubscriptions(),
	}
	for _, option := range options {
		option(s)
	}
	s.writes = store.NewWrites(s.now)
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, s.openError(ctx, err)
	}
	if err := s.prepare(ctx); err != nil {
		s.pool.Close()
		return nil, s.openError(ctx, err)
	}
	s.folder = newFolder(ctx, s.fold)
	s.authenticating = newGrouper(s.findKeys)
	s.publishing = newGrouper(s.publishGroup)
	s.beginning = newGrouper(s.beginGroup)
	s.finishing = newGrouper(s.finishGroup)
	return s, nil
}

// noQueue refuses every job.
type noQueue struct{}

func (noQueue) Enqueue(context.Context, pgx.Tx, []webhook.Job) error { return errNoQueue }

func (noQueue) EnqueueRecovery(context.Context, pgx.Tx, webhook.Recovery) error { return errNoQueue }

var errNoQueue = &webhook.Error{Code: webhook.CodeInternal, Message: "the store was opened without a queue"}

// Pool returns the store's connections, for a queue that lives in the same
// database. It is closed with the store.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Close waits for what is under way and closes the connections; whoever has
// taken one from [Store.Pool] must have given it back. The store is not usable
// afterwards. Closing again does nothing.
func (s *Store) Close() error {
	s.authenticating.stop()
	s.publishing.stop()
	s.beginning.stop()
	s.finishing.stop()
	s.folder.stop()
	s.pool.Close()
	return nil
}

// Ping reads from the database: nil means that it answers.
func (s *Store) Ping(ctx context.Context) error {
	var found int
	err := s.pool.QueryRow(ctx, `SELECT 1 FROM encryption_canary`).Scan(&found)
	return wrap(ctx, "ping the database", err)
}

func (s *Store) prepare(ctx context.Context) error {
	if err := s.inTime(ctx, s.checkPooler); err != nil {
		return err
	}
	if err := s.prepareSchema(ctx); err != nil {
		return err
	}
	if err := s.prepareQueue(ctx); err != nil {
		return err
	}
	return s.inTime(ctx, s.checkCanary)
}

// checkCanary verifies the encryption key, and leaves its mark in a database
// that has none yet.
func (s *Store) checkCanary(ctx context.Context) error {
	sealed, err := s.canary(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := s.writeCanary(ctx); err != nil {
			return err
		}
		// Another process may have been first: check what is stored.
		sealed, err = s.canary(ctx)
	}
	if err != nil {
		return fmt.Errorf("read the encryption canary: %w", err)
	}
	return store.CheckCanary(s.cipher, sealed)
}

func (s *Store) canary(ctx context.Context) (sealed []byte, err error) {
	err = s.pool.QueryRow(ctx, `SELECT sealed FROM encryption_canary`).Scan(&sealed)
	return sealed, err
}

func (s *Store) writeCanary(ctx context.Context) error {
	sealed, err := store.SealCanary(s.cipher)
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, `INSERT INTO encryption_canary (id, sealed) VALUES (1, $1) ON CONFLICT DO NOTHING`, sealed)
	return err
}
