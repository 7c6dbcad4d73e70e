package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// querier is what reads need of a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// row is what scanning needs of [sql.Row] or [sql.Rows].
type row interface {
	Scan(dest ...any) error
}

// read runs fn on one snapshot of the database, for results that take several
// statements and must agree.
func (s *Store) read(ctx context.Context, attempted string, fn func(*sql.Tx) error) error {
	return wrap(ctx, attempted, inTransaction(ctx, s.reader, &sql.TxOptions{ReadOnly: true}, fn))
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
func collect[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) (_ []T, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
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
