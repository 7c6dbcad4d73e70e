package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
)

// connector opens connections that keep the statements they have prepared: to
// parse one takes longer than to run it, and the service has a few dozen. The
// queue's statements go through the same connections, which is why the cache is
// below database/sql.
type connector struct {
	dsn    string
	driver sqlite.Driver
}

// openPool returns a pool of that many connections. Idle ones stay: for a
// database in memory the connection is the database.
func openPool(dsn string, connections int) *sql.DB {
	db := sql.OpenDB(&connector{dsn: dsn})
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db
}

// Driver implements [driver.Connector].
func (c *connector) Driver() driver.Driver { return &c.driver }

// Connect implements [driver.Connector].
func (c *connector) Connect(context.Context) (driver.Conn, error) {
	opened, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	base, ok := opened.(sqliteConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the SQLite driver has changed: %T", opened), opened.Close())
	}
	return &conn{sqliteConn: base, statements: map[string]*statement{}}, nil
}

// sqliteConn is what the driver's connections are.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// sqliteStmt is what the driver's statements are.
type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// conn is a connection with its prepared statements. database/sql uses it from
// one goroutine at a time.
type conn struct {
	sqliteConn

	statements map[string]*statement
}

// statement is one that is kept. While its rows are being read it cannot run
// again.
type statement struct {
	sqliteStmt

	busy bool
}

// maxStatements bounds what a connection keeps.
const maxStatements = 512

// ExecContext implements [driver.ExecerContext].
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	return s.ExecContext(ctx, args)
}

// QueryContext implements [driver.QueryerContext].
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query, args)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.sqliteConn.QueryContext(ctx, query, args)
	}
	found, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &rows{Rows: found, statement: s}, nil
}

// statement returns the prepared form of a query, nil for one that is not kept:
// one that is running, one too many, or what may be a script, which has no
// arguments.
func (c *conn) statement(ctx context.Context, query string, args []driver.NamedValue) (*statement, error) {
	if s, ok := c.statements[query]; ok {
		if s.busy {
			return nil, nil //nolint:nilnil // documented
		}
		return s, nil
	}
	if len(args) == 0 && strings.Contains(query, ";") || len(c.statements) >= maxStatements {
		return nil, nil //nolint:nilnil // likewise
	}
	prepared, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	base, ok := prepared.(sqliteStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the SQLite driver has changed: %T", prepared), prepared.Close())
	}
	s := &statement{sqliteStmt: base}
	c.statements[query] = s
	return s, nil
}

// Close implements [driver.Conn].
func (c *conn) Close() error {
	var failures error
	for _, s := range c.statements {
		failures = errors.Join(failures, s.Close())
	}
	return errors.Join(failures, c.sqliteConn.Close())
}

// rows give their statement back when they are closed.
type rows struct {
	driver.Rows

	statement *statement
}

// Close implements [driver.Rows].
func (r *rows) Close() error {
	r.statement.busy = false
	return r.Rows.Close()
}
