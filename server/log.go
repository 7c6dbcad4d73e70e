package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// accessLog is the observer that writes a line for each answer, and another one
// for an error that is not the caller's.
type accessLog struct {
	logger *slog.Logger
}

// RequestStarted implements Observer.
func (l accessLog) RequestStarted(ctx context.Context, _ *http.Request) context.Context { return ctx }

// RequestEnded implements Observer.
func (l accessLog) RequestEnded(ctx context.Context, result Result) {
	switch result.Fault {
	case FaultNone, FaultCaller:
	case FaultGone:
		l.logger.LogAttrs(ctx, slog.LevelInfo, "the caller is gone", describe(&result)...)
	case FaultServer:
		l.logger.LogAttrs(ctx, slog.LevelError, "the request failed", describe(&result)...)
	}
	level := levelOf(&result)
	if !l.logger.Enabled(ctx, level) {
		return
	}
	l.logger.LogAttrs(ctx, level, "request",
		slog.String("method", result.Method),
		slog.String("route", result.Route),
		slog.String("operation", result.Operation),
		slog.Int("status", result.Status),
		slog.Int64("bytes", result.Size),
		slog.Duration("duration", result.Duration),
		slog.String("request_id", result.RequestID.String()),
		slog.String("remote", result.RemoteAddr),
	)
}

// levelOf keeps what is asked for every few seconds, such as health checks, out
// of an ordinary log.
func levelOf(result *Result) slog.Level {
	if result.Route != "" && result.Operation == "" && result.Status < http.StatusBadRequest {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// describe tells the log about an error that callers do not see.
func describe(result *Result) []slog.Attr {
	attributes := []slog.Attr{
		slog.String("operation", result.Operation), slog.String("request_id", result.RequestID.String()),
		slog.Any("error", result.Err),
	}
	if panicked, ok := errors.AsType[*panicError](result.Err); ok {
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
// that may hold secrets, so only its type is told.
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
