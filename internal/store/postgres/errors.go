package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// SQLSTATE codes and classes, which are the first two characters
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
const (
	stateCharacterNotInSet     = "22021" // a NUL, or no UTF-8
	stateReadOnlyTransaction   = "25006"
	stateDiskFull              = "53100"
	stateIOError               = "58030"
	stateUnknownStatement      = "26000"
	stateDuplicateStatement    = "42P05"
	stateSerializationFailure  = "40001"
	stateDeadlockDetected      = "40P01"
	stateLockNotAvailable      = "55P03"
	stateQueryCanceled         = "57014"
	classConnection            = "08"
	classAuthorization         = "28"
	classUnknownDatabase       = "3D"
	classInsufficientResources = "53"
	classOperatorIntervention  = "57"
	classSystemError           = "58"
	classInternal              = "XX" // damaged data
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
	if sqlState(err) == stateCharacterNotInSet {
		return errNotText
	}
	if code, ok := codeOf(err); ok {
		return &webhook.Error{Code: code, Message: attempted, Err: oneLine(explainPooler(err))}
	}
	return fmt.Errorf("%s: %w", attempted, err)
}

var errNotText = &webhook.Error{Code: webhook.CodeInvalid, Message: "A text holds a NUL character, which cannot be stored."}

// interrupted reports whether err is that of a statement whose context
// ended.
func interrupted(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, ctx.Err()) || sqlState(err) == stateQueryCanceled || isLost(err))
}

func codeOf(err error) (webhook.Code, bool) {
	switch sqlState(err) {
	case "":
		return webhook.CodeUnavailable, isLost(err)
	case stateReadOnlyTransaction, stateSerializationFailure, stateDeadlockDetected, stateLockNotAvailable,
		stateUnknownStatement, stateDuplicateStatement:
		return webhook.CodeUnavailable, true
	}
	switch sqlState(err)[:2] {
	case classConnection, classInsufficientResources, classOperatorIntervention, classSystemError:
		return webhook.CodeUnavailable, true
	case classInternal:
		return webhook.CodeDatabaseUnreadable, true
	}
	return "", false
}

// isLost reports whether the connection was lost, or there was none.
func isLost(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, errClosed) || pgconn.SafeToRetry(err)
}

// wasLost reports whether there was a connection, and it is gone.
func wasLost(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return false
	}
	state := sqlState(err)
	return isLost(err) || state != "" && state[:2] == classOperatorIntervention
}

// errClosed is the error of a store that was closed.
var errClosed = errors.New("the store is closed")

// isRetryable reports whether PostgreSQL ended a transaction for the sake of
// another one.
func isRetryable(err error) bool {
	state := sqlState(err)
	return state == stateSerializationFailure || state == stateDeadlockDetected
}

// missing turns the absence of a row into an error that callers can tell.
func missing(item string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return store.NotFound(item)
	}
	return err
}

// sqlState returns the server's code of an error, "" for any other.
func sqlState(err error) string {
	if serverError, ok := errors.AsType[*pgconn.PgError](err); ok && len(serverError.Code) == len(stateQueryCanceled) {
		return serverError.Code
	}
	return ""
}

// openError makes the one line that a failed Open ends in.
func (s *Store) openError(ctx context.Context, err error) error {
	message := fmt.Sprintf("database %s cannot be opened", s.name)
	if interrupted(ctx, err) {
		return fmt.Errorf("%s: %w", message, ctx.Err())
	}
	code := webhook.CodeDatabaseUnreadable
	if coded, ok := errors.AsType[*webhook.Error](err); ok {
		code = coded.Code
	} else if found, ok := codeOf(err); ok && !isRefused(err) {
		code = found
	}
	return &webhook.Error{Code: code, Message: message, Err: oneLine(explainPooler(err))}
}

// isRefused reports whether the server is there and does not want us: a wrong
// user, password or database.
func isRefused(err error) bool {
	state := sqlState(err)
	return state != "" && (state[:2] == classAuthorization || state[:2] == classUnknownDatabase)
}

// shortened replaces the message of its cause.
type shortened struct {
	message string
	cause   error
}

func (e shortened) Error() string { return e.message }
func (e shortened) Unwrap() error { return e.cause }

// oneLine keeps a message of several lines, such as one for each host, on one.
func oneLine(err error) error {
	message := strings.Join(strings.Fields(err.Error()), " ")
	if message == err.Error() {
		return err
	}
	return shortened{message, err}
}
