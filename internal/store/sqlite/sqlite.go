// Package sqlite stores webhook configs, delivery logs and API keys in an
// embedded SQLite database.
//
// One connection writes and a small pool reads. In WAL mode readers neither
// wait for the writer nor delay it, and a single writer queues in Go, where
// contexts are honoured, instead of contending for SQLite's lock. A commit is
// on disk before it is answered (synchronous=FULL). Other processes may use
// the same file.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// InMemory is the path of a database that lives in memory: private to the
// store that opened it, and gone when that closes.
const InMemory = ":memory:"

const (
	// maxReaders bounds the connections that read. Reads take microseconds,
	// so a few keep all cores busy; each can hold up to 2 MB of page cache.
	maxReaders = 4
	// busyTimeout is how long a statement waits for a lock that another
	// process holds, unless its context ends before.
	busyTimeout = 5 * time.Second
	// startRetryPause lets another process finish its part of the setup, which
	// takes a few milliseconds.
	startRetryPause = 10 * time.Millisecond
)

// Store is a SQLite database. It is safe for concurrent use.
//
// Every method honours its context and every item belongs to an organisation:
// an id of another organisation gives [webhook.CodeNotFound], as if it did not
// exist. Any method may fail with [webhook.CodeUnavailable] when the database
// is locked by another process, the disk is full or the like.
type Store struct {
	store.DirectSwitch

	path    string
	writer  *sql.DB
	reader  *sql.DB // the writer itself if the database is in memory
	cipher  store.Cipher
	now     func() time.Time
	migrate bool
	ids     store.IDs

	queueSchema   QueueSchema
	maxConfigs    int
	subscriptions *store.Subscriptions
	writes        *store.Writes
	enqueuer      Enqueuer
	committer     *committer

	workersMu sync.Mutex
	workers   *flock.Flock
}

// Enqueuer puts jobs into the queue in the transaction of what they are for.
type Enqueuer interface {
	// Enqueue must not keep jobs. It is called by one goroutine at a time.
	Enqueue(ctx context.Context, tx *sql.Tx, jobs []webhook.Job) error
	// EnqueueRecovery is Enqueue for a recovery.
	EnqueueRecovery(ctx context.Context, tx *sql.Tx, recovery webhook.Recovery) error
}

// Option changes how [Open] sets up a store.
type Option func(*Store)

// WithClock makes the store take the time from now instead of [time.Now]. The
// ids of deliveries follow the system's clock even so.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// WithEnqueuer makes the store queue the deliveries that it creates. Without
// one, whatever creates a delivery fails with [webhook.CodeInternal].
func WithEnqueuer(e Enqueuer) Option { return func(s *Store) { s.enqueuer = e } }

// WithQueueSchema makes [Open] see to the queue's tables too.
func WithQueueSchema(q QueueSchema) Option { return func(s *Store) { s.queueSchema = q } }

// WithMaxConfigs bounds the configs of each organisation, instead of
// [store.DefaultMaxConfigs]. Those that exist stay.
func WithMaxConfigs(n int) Option { return func(s *Store) { s.maxConfigs = n } }

// WithoutMigrations keeps [Open] from changing the schema. A database that
// lacks migrations is then refused with [webhook.CodeDatabaseOutdated].
func WithoutMigrations() Option { return func(s *Store) { s.migrate = false } }

// Open opens the database at path, or a new one in memory if path is
// [InMemory]. A missing file is created, readable by its owner only; its
// folder must exist. Migrations are applied unless an option says otherwise.
//
// The error is one line that names the path. Its code is
// [webhook.CodeDatabaseUnreadable] for a path that holds no usable database,
// [webhook.CodeDatabaseTooNew] if a later version of the program migrated it,
// and [webhook.CodeWrongEncryptionKey] if another key than cipher's encrypted
// it.
func Open(ctx context.Context, path string, cipher store.Cipher, options ...Option) (*Store, error) {
	s := &Store{
		path: path, cipher: cipher, now: time.Now, migrate: true, enqueuer: noQueue{}, queueSchema: noSchema{},
		maxConfigs: store.DefaultMaxConfigs, subscriptions: store.NewSubscriptions(),
	}
	for _, option := range options {
		option(s)
	}
	s.writes = store.NewWrites(s.now)
	if err := s.connect(); err != nil {
		return nil, s.openError(ctx, err)
	}
	if err := s.start(ctx); err != nil {
		// The first failure is the one to report.
		_ = s.closePools()
		return nil, s.openError(ctx, err)
	}
	s.committer = newCommitter(s.writer, s.enqueuer)
	return s, nil
}

// noQueue refuses every job.
type noQueue struct{}

func (noQueue) Enqueue(context.Context, *sql.Tx, []webhook.Job) error { return errNoQueue }

func (noQueue) EnqueueRecovery(context.Context, *sql.Tx, webhook.Recovery) error { return errNoQueue }

var errNoQueue = &webhook.Error{Code: webhook.CodeInternal, Message: "the store was opened without a queue"}

// DB returns the pool of the one connection that writes, for a queue that lives
// in the same database. It is closed with the store.
func (s *Store) DB() *sql.DB { return s.writer }

// Close waits for running statements and releases the database. The store is
// not usable afterwards. Closing again does nothing.
func (s *Store) Close() error {
	s.committer.stop()
	return s.closePools()
}

func (s *Store) closePools() error {
	// The writer goes last: the last connection folds the WAL into the file.
	err := s.reader.Close()
	if s.writer != s.reader {
		err = errors.Join(err, s.writer.Close())
	}
	if err = errors.Join(err, s.unlockWorkers()); err != nil {
		return fmt.Errorf("close database %s: %w", s.path, err)
	}
	return nil
}

// Ping reads from the database: nil means that it answers.
func (s *Store) Ping(ctx context.Context) error {
	var found int
	err := s.reader.QueryRowContext(ctx, `SELECT 1 FROM encryption_canary`).Scan(&found)
	return wrap(ctx, "ping the database", err)
}

// connect sets up the pools. Nothing is opened before its first use.
func (s *Store) connect() error {
	if s.path == InMemory {
		s.writer = openPool(memoryDSN(), 1)
		s.reader = s.writer
		return nil
	}
	if err := prepareFile(s.path); err != nil {
		return err
	}
	writerDSN, readerDSN, err := fileDSNs(s.path)
	if err != nil {
		return err
	}
	s.writer, s.reader = openPool(writerDSN, 1), openPool(readerDSN, maxReaders)
	return nil
}

// start makes the database ready, and waits for others who do the same. SQLite
// itself does not wait when two connections switch a new file to WAL at once.
func (s *Store) start(ctx context.Context) error {
	for deadline := time.Now().Add(busyTimeout); ; {
		err := s.prepare(ctx)
		if !isBusy(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(startRetryPause):
		}
	}
}

func (s *Store) prepare(ctx context.Context) error {
	if err := s.prepareSchema(ctx); err != nil {
		return err
	}
	if err := s.prepareQueue(ctx); err != nil {
		return err
	}
	return s.checkCanary(ctx)
}

// checkCanary verifies the encryption key, and leaves its mark in a database
// that has none yet.
func (s *Store) checkCanary(ctx context.Context) error {
	sealed, err := s.canary(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		if err := s.writeCanary(ctx); err != nil {
			return err
		}
		// Another process may have been first: check what is stored.
		sealed, err = s.canary(ctx)
	}
	if err != nil {
		return err
	}
	return store.CheckCanary(s.cipher, sealed)
}

func (s *Store) canary(ctx context.Context) (sealed []byte, err error) {
	err = s.writer.QueryRowContext(ctx, `SELECT sealed FROM encryption_canary`).Scan(&sealed)
	return sealed, err
}

func (s *Store) writeCanary(ctx context.Context) error {
	sealed, err := store.SealCanary(s.cipher)
	if err != nil {
		return err
	}
	_, err = s.writer.ExecContext(ctx,
		`INSERT INTO encryption_canary (id, sealed) VALUES (1, ?) ON CONFLICT DO NOTHING`, sealed)
	return err
}
