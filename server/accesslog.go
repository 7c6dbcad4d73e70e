package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/labstack/echo/v4"
)

// accessLog writes a line for each request once it is answered, and has errors answered first, so that the line tells
// the status. Of what the caller sent, the method and the address are in it; the path is the route's template.
func (s *settings) accessLog(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := next(c); err != nil {
			c.Error(err)
		}
		level := slog.LevelInfo
		if c.Response().Status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		ctx := c.Request().Context()
		if !s.logger.Enabled(ctx, level) {
			return nil
		}
		x := exchangeOf(c)
		s.logger.LogAttrs(ctx, level, "request",
			slog.String("method", c.Request().Method),
			slog.String("route", c.Path()),
			slog.String("operation", x.operation),
			slog.Int("status", c.Response().Status),
			slog.Int64("bytes", c.Response().Size),
			slog.Duration("duration", s.now().Sub(x.begun)),
			slog.String("request_id", x.id.String()),
			slog.String("remote", c.Request().RemoteAddr),
		)
		return nil
	}
}

// failure describes an error to the log, which may know what a caller does not see.
func failure(c echo.Context, err error) []slog.Attr {
	x := exchangeOf(c)
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

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// recoverPanic turns a panic into an error, so that one request's bug is one request's 500.
func (s *settings) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch value := recover(); value {
			case nil:
			case http.ErrAbortHandler:
				panic(value) //nolint:forbidigo // net/http's own way to cut a connection
			default:
				err = &panicError{value: value, stack: debug.Stack()}
			}
		}()
		return next(c)
	}
}
