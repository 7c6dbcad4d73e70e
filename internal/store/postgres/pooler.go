package postgres

import (
	"context"
	"crypto/rand"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A connection pooler in transaction mode, such as PgBouncer, gives each
// transaction another connection to the server. Statements that were prepared
// on one are not known on the next, unless the pooler sees to that. The URL's
// parameter default_query_exec_mode=exec has none prepared.

// preparesStatements reports whether connections prepare the statements that
// they run.
func preparesStatements(config *pgxpool.Config) bool {
	return config.ConnConfig.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement
}

// checkPooler tells whether prepared statements outlive a transaction, before
// the first of them is missed, which may be days later. While one connection
// has a transaction open, a pooler has another server connection run the
// statement that the other connection has prepared.
func (s *Store) checkPooler(ctx context.Context) error {
	if config := s.pool.Config(); !preparesStatements(config) || config.MaxConns == 1 {
		return nil
	}
	first, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer first.Release()
	name := "probe_" + rand.Text()
	if _, err := first.Conn().Prepare(ctx, name, `SELECT 1`); err != nil {
		return err
	}
	return s.inTransaction(ctx, pgx.TxOptions{}, func(pgx.Tx) error {
		if _, err := first.Exec(ctx, name); err != nil {
			return err
		}
		return first.Conn().Deallocate(ctx, name)
	})
}

// explainPooler says what to do where a prepared statement is unknown, or known
// from before.
func explainPooler(err error) error {
	if state := sqlState(err); state != stateUnknownStatement && state != stateDuplicateStatement {
		return err
	}
	return shortened{
		message: "prepared statements do not outlive a transaction, as behind a connection pooler in transaction mode; " +
			"add default_query_exec_mode=exec to the database's URL, or have the pooler use session mode",
		cause: err,
	}
}
