package migrations

import (
	"context"
	"database/sql/driver"
)

// driverConn is what migrations need of a connection. Those of both drivers have it.
type driverConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

// joined makes database/sql work on one connection that has begun a
// transaction: transactions become savepoints in it, and it stays open.
type joined struct{ conn driverConn }

// Connect implements [driver.Connector].
func (j joined) Connect(context.Context) (driver.Conn, error) { return inTransaction{j.conn}, nil }

// Driver implements [driver.Connector].
func (j joined) Driver() driver.Driver { return j }

// Open implements [driver.Driver].
func (j joined) Open(string) (driver.Conn, error) { return inTransaction{j.conn}, nil }

// inTransaction is a connection that the caller goes on with.
type inTransaction struct{ driverConn }

// Close implements [driver.Conn].
func (inTransaction) Close() error { return nil }

// BeginTx implements [driver.ConnBeginTx].
func (c inTransaction) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	return savepoint{ctx: context.WithoutCancel(ctx), conn: c.driverConn}, c.exec(ctx, `SAVEPOINT migration`)
}

func (c inTransaction) exec(ctx context.Context, statement string) error {
	_, err := c.ExecContext(ctx, statement, nil)
	return err
}

// savepoint is a transaction in the caller's.
type savepoint struct {
	ctx  context.Context //nolint:containedctx // driver.Tx takes none
	conn driverConn
}

// Commit implements [driver.Tx].
func (s savepoint) Commit() error {
	return inTransaction{s.conn}.exec(s.ctx, `RELEASE SAVEPOINT migration`)
}

// Rollback implements [driver.Tx].
func (s savepoint) Rollback() error {
	return inTransaction{s.conn}.exec(s.ctx, `ROLLBACK TO SAVEPOINT migration`)
}
