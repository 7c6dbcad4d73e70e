package postgres

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// maxRuns bounds how often a transaction is run that PostgreSQL ends for
	// the sake of others.
	maxRuns = 5
	// rollbackTimeout is for a server that does not answer any more.
	rollbackTimeout = 5 * time.Second
)

// querier is what reads need of a pool or a transaction.
type querier interface {
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
}

// transaction is one that writes.
type transaction struct {
	pgx.Tx
	counted int // rows that it adds to delivery_changes
}

// write runs fn in a transaction that reads what is committed. fn may be run
// more than once. Errors say what was attempted.
func (s *Store) write(ctx context.Context, attempted string, fn func(tx *transaction) error) error {
	return wrap(ctx, attempted, s.transact(ctx, fn))
}

func (s *Store) transact(ctx context.Context, fn func(tx *transaction) error) error {
	var err error
	for range maxRuns {
		if err = s.transactOnce(ctx, fn); !isRetryable(err) {
			break
		}
	}
	s.note(err)
	return err
}

func (s *Store) transactOnce(ctx context.Context, fn func(tx *transaction) error) error {
	counted := 0
	err := s.inTransaction(ctx, pgx.TxOptions{BeginQuery: beginWriting}, func(tx pgx.Tx) error {
		t := &transaction{Tx: tx}
		err := fn(t)
		counted = t.counted
		return err
	})
	if err == nil {
		s.folder.add(counted)
	}
	return err
}

// Every statement has an index for what it looks for, which is used whatever
// PostgreSQL knows of the tables, and its plan is made once, because to make one
// takes longer than to run it. Left to itself PostgreSQL keeps plans that were
// made while the tables were small, and scans those that have grown until it has
// analyzed them: 28 million rows for 60,000 events. The costs that it reckons
// with for a scan that is switched off would also turn compilation on, which
// takes longer than any of these statements. What is read in an order has an
// index for it; sorted, it would first be read to its end.
//
// A plan that joins a table of which a few rows are known reads the whole of
// it, too, be it through an index. So statements that write have forms that
// leave no choice: they look rows up one by one, by id ([byIDs]), and change
// them one by one.
const onePlan = `;
	set local plan_cache_mode = force_generic_plan;
	set local enable_seqscan = off;
	set local enable_bitmapscan = off;
	set local enable_sort = off;
	set local enable_incremental_sort = off;
	set local jit = off`

const (
	// beginReading begins a transaction with one snapshot.
	beginReading = `begin transaction read only, isolation level repeatable read` + onePlan
	// beginWriting begins one that reads what is committed. It holds locks, so
	// a process that is suspended meanwhile loses it.
	beginWriting = `begin transaction isolation level read committed` + onePlan + `;
	set local idle_in_transaction_session_timeout = '10s'`
)

// byIDs returns the query for rows with the ids of $1, an array of a type, in
// that order: columns of a table for which the other conditions hold.
func byIDs(table, idType, columns, conditions string) string {
	//nolint:unqueryvet // its columns are those of the inner query
	return `SELECT found.* FROM unnest($1::` + idType + `[]) AS wanted (id) CROSS JOIN LATERAL (
		SELECT ` + columns + ` FROM ` + table + ` WHERE ` + table + `.id = wanted.id` + conditions + `) AS found`
}

// read runs fn on one snapshot of the database, for results that take several
// statements and must agree.
func (s *Store) read(ctx context.Context, attempted string, fn func(pgx.Tx) error) error {
	return wrap(ctx, attempted, s.inTransaction(ctx, pgx.TxOptions{BeginQuery: beginReading}, fn))
}

func (s *Store) inTransaction(ctx context.Context, options pgx.TxOptions, fn func(pgx.Tx) error) error {
	tx, err := s.begin(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// Also when fn panics, or the connection would never return to its pool.
	// After a commit this does nothing.
	defer rollback(ctx, tx)
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// begin begins a transaction. Connections that were lost while nobody used
// them, as all are when the server starts again, are found out and replaced
// here.
func (s *Store) begin(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error) {
	for attempts := int32(0); ; attempts++ {
		tx, err := s.pool.BeginTx(ctx, options)
		if err == nil || attempts > s.pool.Config().MaxConns || ctx.Err() != nil || !wasLost(err) {
			return tx, err
		}
	}
}

// rollback undoes the transaction although its context may have ended: that
// would cost the connection.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	_ = tx.Rollback(ctx) // on failure the pool drops the connection
}

// send runs the statements of a batch, in one round trip.
func send(ctx context.Context, tx pgx.Tx, batch *pgx.Batch) error {
	if batch.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, batch).Close()
}

// collect runs a query and scans every row of its result. The slice is never
// nil.
func collect[T any](ctx context.Context, q querier, scan func(pgx.Row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, scan)
}

func scanAll[T any](rows pgx.Rows, scan func(pgx.Row) (T, error)) ([]T, error) {
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (T, error) { return scan(r) })
}

// column returns one field of every item, as the array that unnest takes.
func column[T, F any](items []T, field func(T) F) []F {
	fields := make([]F, len(items))
	for i, item := range items {
		fields[i] = field(item)
	}
	return fields
}

// uuids returns ids in the form that pgx sends as they are.
func uuids(ids []webhook.ID) [][16]byte {
	return column(ids, func(id webhook.ID) [16]byte { return id })
}

// sorted returns each of the ids once, in order, which is that of locks.
func sorted(ids []webhook.ID) []webhook.ID {
	slices.SortFunc(ids, func(a, b webhook.ID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// distinct returns each of the ids once, in order.
func distinct(ids []int64) []int64 {
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (s *Store) nowMicros() int64 { return store.Micros(s.now()) }
