package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/hookline-go/hookline/internal/webhook"
)

var (
	errIsDirectory = errors.New("it is a directory")
	errNotRegular  = errors.New("it is not a regular file")
	errNotSQLite   = errors.New("it is not a SQLite database")
)

// wrap says what was attempted and gives err the code of its cause. Errors
// that have a code already pass unchanged.
func wrap(ctx context.Context, attempted string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*webhook.Error](err); ok {
		return err
	}
	if interrupted(ctx, err) {
		return fmt.Errorf("%s: %w", attempted, ctx.Err())
	}
	if code, ok := codeOf(err); ok {
		return &webhook.Error{Code: code, Message: attempted, Err: err}
	}
	return fmt.Errorf("%s: %w", attempted, err)
}

// interrupted reports whether err is that of a statement or a
// transaction whose context ended.
func interrupted(ctx context.Context, err error) bool {
	return ctx.Err() != nil &&
		(errors.Is(err, ctx.Err()) || errors.Is(err, sql.ErrTxDone) || resultCode(err) == sqlite3.SQLITE_INTERRUPT)
}

// codeOf maps the result codes of SQLite (https://www.sqlite.org/rescode.html).
// The low byte is the primary code, the rest refines it.
func codeOf(err error) (webhook.Code, bool) {
	switch resultCode(err) & 0xff {
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return webhook.CodeDatabaseUnreadable, true
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM:
		return webhook.CodeUnavailable, true
	}
	return "", false
}

func isBusy(err error) bool { return resultCode(err)&0xff == sqlite3.SQLITE_BUSY }

func isUniqueViolation(err error) bool {
	return resultCode(err) == sqlite3.SQLITE_CONSTRAINT_UNIQUE
}

func isForeignKeyViolation(err error) bool {
	return resultCode(err) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
}

// resultCode returns SQLite's extended result code, 0 for any other error.
func resultCode(err error) int {
	if driverError, ok := errors.AsType[*sqlite.Error](err); ok {
		return driverError.Code()
	}
	return 0
}

// openError makes the one line that a failed Open ends in.
func (s *Store) openError(ctx context.Context, err error) error {
	message := fmt.Sprintf("database %s cannot be opened", s.path)
	if interrupted(ctx, err) {
		return fmt.Errorf("%s: %w", message, ctx.Err())
	}
	code := webhook.CodeDatabaseUnreadable
	var coded *webhook.Error
	var pathError *fs.PathError
	switch primary := resultCode(err) & 0xff; {
	case errors.As(err, &coded):
		code = coded.Code
	case errors.As(err, &pathError):
		err = pathError.Err // without the path, which the message has
	case primary == sqlite3.SQLITE_NOTADB:
		err = describe(errNotSQLite.Error(), err)
	case primary == sqlite3.SQLITE_CORRUPT:
		err = describe("it is damaged", err)
	case isBusy(err):
		code, err = webhook.CodeUnavailable, describe("another process has it locked", err)
	}
	return &webhook.Error{Code: code, Message: message, Err: err}
}

// described replaces the message of its cause, for a cause whose own message
// tells an operator less.
type described struct {
	message string
	cause   error
}

func describe(message string, cause error) error { return described{message, cause} }

func (d described) Error() string { return d.message }
func (d described) Unwrap() error { return d.cause }
