package sqlite

import (
	"context"
	"database/sql"
)

// maxStatements bounds how many statements are kept prepared. Some texts depend
// on a filter.
const maxStatements = 100

// statements are those that the writer has prepared, by their text: to prepare
// one takes about as long as to run it. One goroutine uses them at a time.
type statements struct {
	db       *sql.DB
	prepared map[string]*sql.Stmt
	// missed are texts to prepare when the connection is free.
	missed map[string]bool
}

func newStatements(db *sql.DB) *statements {
	return &statements{db: db, prepared: map[string]*sql.Stmt{}, missed: map[string]bool{}}
}

// prepareMissed prepares what was run unprepared before, outside a transaction,
// so that it outlasts that. A failure costs time only.
func (s *statements) prepareMissed() {
	for query := range s.missed {
		delete(s.missed, query)
		if len(s.prepared) >= maxStatements {
			continue
		}
		if statement, err := s.db.PrepareContext(context.Background(), query); err == nil { //nolint:sqlclosecheck // the database closes it
			s.prepared[query] = statement
		}
	}
}

// transaction is one that writes, with statements that were prepared before.
type transaction struct {
	*sql.Tx
	statements *statements
}

// statement returns a prepared statement, nil if there is none yet. The
// transaction closes it at its end.
func (t *transaction) statement(ctx context.Context, query string) *sql.Stmt {
	prepared := t.statements.prepared[query]
	if prepared == nil {
		t.statements.missed[query] = true
		return nil
	}
	return t.StmtContext(ctx, prepared)
}

// ExecContext is that of [sql.Tx].
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if statement := t.statement(ctx, query); statement != nil { //nolint:sqlclosecheck // see statement
		return statement.ExecContext(ctx, args...)
	}
	return t.Tx.ExecContext(ctx, query, args...)
}

// QueryContext is that of [sql.Tx].
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if statement := t.statement(ctx, query); statement != nil { //nolint:sqlclosecheck // see statement
		return statement.QueryContext(ctx, args...)
	}
	return t.Tx.QueryContext(ctx, query, args...)
}

// QueryRowContext is that of [sql.Tx].
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if statement := t.statement(ctx, query); statement != nil { //nolint:sqlclosecheck // see statement
		return statement.QueryRowContext(ctx, args...)
	}
	return t.Tx.QueryRowContext(ctx, query, args...)
}
