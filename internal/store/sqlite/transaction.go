package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// querier runs statements. It has its context, so that none can be run under
// another one.
type querier interface {
	Query(query string, args ...any) (*sql.Rows, error)
	QueryRow(query string, args ...any) *sql.Row
}

// bound is a pool or a transaction with the context for all its statements.
type bound struct {
	ctx context.Context //nolint:containedctx // there must be no other one to take by mistake
	db  interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
}

// Query implements querier.
func (b bound) Query(query string, args ...any) (*sql.Rows, error) {
	return b.db.QueryContext(b.ctx, query, args...)
}

// QueryRow implements querier.
func (b bound) QueryRow(query string, args ...any) *sql.Row {
	return b.db.QueryRowContext(b.ctx, query, args...)
}

// transaction is a write's part of the transaction that it shares with others.
// Its statements run under a context of its own, which does not end before the
// write does: SQLite answers an interruption by undoing all that the
// transaction has written, also for the others.
type transaction struct {
	bound

	tx *sql.Tx
	// jobs and counted are stored at the end, with those of the others.
	jobs    []webhook.Job
	counted store.Changes
	// direct begin with the commit.
	direct store.DirectAttempts
	// changes is how many changes of counts the write has stored itself.
	changes int
}

func newTransaction(ctx context.Context, tx *sql.Tx) *transaction {
	ctx = context.WithoutCancel(ctx)
	return &transaction{bound: bound{ctx: ctx, db: tx}, tx: tx, counted: store.Changes{}}
}

// Exec runs a statement without a result.
func (t *transaction) Exec(query string, args ...any) error {
	_, err := t.tx.ExecContext(t.ctx, query, args...)
	return err
}

// Enqueue has jobs queued in the transaction.
func (t *transaction) Enqueue(jobs ...webhook.Job) { t.jobs = append(t.jobs, jobs...) }

// Count notes that a delivery went from one state to that which it has now; ""
// stands for none.
func (t *transaction) Count(d *webhook.Delivery, from webhook.DeliveryState) { t.counted.Move(d, from) }

// read runs fn on one snapshot of the database, for results that take several
// statements and must agree.
func (s *Store) read(ctx context.Context, attempted string, fn func(querier) error) error {
	err := inTransaction(ctx, s.reader, &sql.TxOptions{ReadOnly: true}, func(tx *sql.Tx) error {
		return fn(bound{ctx: ctx, db: tx})
	})
	return wrap(ctx, attempted, err)
}

func inTransaction(ctx context.Context, db *sql.DB, options *sql.TxOptions, fn func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// Also when fn panics, or the connection would never return to its pool.
	// After a commit this does nothing.
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// collect runs a query and scans every row of its result. The slice is never
// nil.
func collect[T any](q querier, scan func(store.Row) (T, error), query string, args ...any) (_ []T, err error) {
	rows, err := q.Query(query, args...)
	if err != nil {
		return nil, err
	}
	// An error of Close is that of Err, which is checked.
	defer func() { _ = rows.Close() }()
	items := []T{}
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, rows.Err()
}
