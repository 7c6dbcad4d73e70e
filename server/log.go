package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// logAccess writes a line for a request that has been answered. Of what the
// caller sent, the method and the address are in it; the path is the
// operation's template. Failures have a line of their own.
func (s *settings) logAccess(x *exchange, r *http.Request) {
	if !s.logger.Enabled(r.Context(), slog.LevelInfo) {
		return
	}
	s.logger.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("method", r.Method),
		slog.String("route", x.route),
		slog.String("operation", x.operation),
		slog.Int("status", x.status),
		slog.Int64("bytes", x.size),
		slog.Duration("duration", s.now().Sub(x.begun)),
		slog.String("request_id", x.id.String()),
		slog.String("remote", r.RemoteAddr),
	)
}

// describe tells the log about an error, which callers may not see.
func describe(x *exchange, err error) []slog.Attr {
	attributes := []slog.Attr{
		slog.String("operation", x.operation), slog.String("request_id", x.id.String()), slog.Any("error", err),
	}
	if panicked, ok := errors.AsType[*panicError](err); ok {
		attributes = append(attributes, slog.String("stack", string(panicked.stack)))
	}
	return attributes
}

// panicError is a panic of the implementation.
type panicError struct {
	value any
	stack []byte
}

// Error has the words that an author chose for a panic. Any other value is data
// that may hold secrets, so of that it has the type only.
func (e *panicError) Error() string {
	switch value := e.value.(type) {
	case error:
		return "panic: " + value.Error()
	case string:
		return "panic: " + value
	default:
		return fmt.Sprintf("panic: a value of type %T", value)
	}
}

// panicked turns a panic into an error, so that one request's bug is one
// request's 500.
func panicked(value any) error {
	switch value {
	case http.ErrAbortHandler:
		panic(value) //nolint:forbidigo // net/http's own way to cut a connection
	default:
		return &panicError{value: value, stack: debug.Stack()}
	}
}
