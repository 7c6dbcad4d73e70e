// Package echomiddleware has the names of oapi-codegen's echo-middleware, so
// that a service switches to hookline's engine by its import path alone.
//
// Statuses are kept: 404 for an undocumented path or method, 403 for a refused
// authentication, 400 for all else. Messages differ, and hold nothing that was
// submitted. Of openapi3filter.Options, AuthenticationFunc and MultiError count.
// New programs use server.Middleware, which answers problem documents.
package echomiddleware

import (
	"context"
	"errors"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/hookline-go/hookline/internal/dropin"
)

// Keys of the context that an AuthenticationFunc gets.
const (
	EchoContextKey = "oapi-codegen/echo-context"
	UserDataKey    = "oapi-codegen/user-data"
)

// ErrorHandler handles a refused request.
type ErrorHandler func(c echo.Context, err *echo.HTTPError) error

// MultiErrorHandler makes one error of all violations, where
// Options.Options.MultiError asks for them.
type MultiErrorHandler func(openapi3.MultiError) *echo.HTTPError

// Options are those of echo-middleware.
type Options struct {
	// ErrorHandler handles a refused request. Without it the error goes to
	// echo's own error handler.
	ErrorHandler ErrorHandler
	// Options are openapi3filter's; AuthenticationFunc and MultiError count.
	Options openapi3filter.Options
	// UserData is what GetUserData returns.
	UserData any
	// Skipper lets requests pass unseen.
	Skipper middleware.Skipper
	// MultiErrorHandler makes one error of all violations.
	MultiErrorHandler MultiErrorHandler
	// SilenceServersWarning does nothing: there is no warning.
	SilenceServersWarning bool
	// DoNotValidateServers leaves host and base path unchecked. Otherwise they
	// are held against the document's servers, where it has any.
	DoNotValidateServers bool
	// Prefix is taken off before a path is looked up.
	Prefix string
}

// OapiRequestValidator returns a middleware with no options. Where the document
// cannot be used, it answers every request with 500.
func OapiRequestValidator(document *openapi3.T) echo.MiddlewareFunc {
	return OapiRequestValidatorWithOptions(document, nil)
}

// OapiRequestValidatorWithOptions returns a middleware. Where the document
// cannot be used, it answers every request with 500.
func OapiRequestValidatorWithOptions(document *openapi3.T, options *Options) echo.MiddlewareFunc {
	if options == nil {
		options = &Options{}
	}
	guard, err := dropin.NewGuard(document, &dropin.Settings{
		Filter: options.Options, Prefix: options.Prefix, AnyServer: options.DoNotValidateServers,
	})
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err != nil {
				return echo.NewHTTPError(http.StatusInternalServerError).SetInternal(err)
			}
			if options.Skipper != nil && options.Skipper(c) {
				return next(c)
			}
			request := c.Request()
			//nolint:staticcheck,revive // the keys are theirs
			ctx := context.WithValue(context.WithValue(request.Context(), EchoContextKey, c), UserDataKey, options.UserData)
			guarded, err := guard.Check(c.Response(), request.WithContext(ctx))
			if err == nil {
				c.SetRequest(guarded)
				return next(c)
			}
			refused := httpError(err, options)
			if options.ErrorHandler != nil {
				return options.ErrorHandler(c, refused)
			}
			return refused
		}
	}
}

func httpError(err error, options *Options) *echo.HTTPError {
	refusal, ok := dropin.Refusal(err)
	if !ok {
		return echo.NewHTTPError(http.StatusInternalServerError).SetInternal(err)
	}
	if own, is := errors.AsType[*echo.HTTPError](refusal.Err); is {
		return own // the AuthenticationFunc's
	}
	if options.Options.MultiError && len(refusal.Violations) > 0 {
		all := dropin.MultiError(refusal)
		if options.MultiErrorHandler != nil {
			return options.MultiErrorHandler(all)
		}
		return &echo.HTTPError{Code: http.StatusBadRequest, Message: all.Error(), Internal: refusal}
	}
	return &echo.HTTPError{
		Code: dropin.Status(refusal, http.StatusForbidden), Message: dropin.Message(refusal), Internal: refusal,
	}
}

// GetEchoContext returns echo's context within an AuthenticationFunc, or nil
// elsewhere.
func GetEchoContext(ctx context.Context) echo.Context {
	c, _ := ctx.Value(EchoContextKey).(echo.Context)
	return c
}

// GetUserData returns Options.UserData within an AuthenticationFunc.
func GetUserData(ctx context.Context) any { return ctx.Value(UserDataKey) }
