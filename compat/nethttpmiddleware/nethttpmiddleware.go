// Package nethttpmiddleware has the names of oapi-codegen's nethttp-middleware,
// so that a service switches to hookline's engine by its import path alone.
//
// Statuses are kept: 404 for an undocumented path or method, 401 for a refused
// authentication, 400 for all else. Messages differ, and hold nothing that was
// submitted. Of openapi3filter.Options, AuthenticationFunc and MultiError count.
// New programs use contract.Middleware, which answers problem documents.
package nethttpmiddleware

import (
	"context"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/internal/dropin"
)

// ErrorHandler answers a refused request.
type ErrorHandler func(w http.ResponseWriter, message string, statusCode int)

// ErrorHandlerWithOpts answers a refused request. The error wraps a
// *contract.Refusal, which has all violations.
type ErrorHandlerWithOpts func(ctx context.Context, err error, w http.ResponseWriter, r *http.Request, opts ErrorHandlerOpts)

// ErrorHandlerOpts says what the middleware would answer.
type ErrorHandlerOpts struct {
	// StatusCode is the status that it suggests.
	StatusCode int
	// MatchedOperation is nil where the document has none for the request. It
	// takes the place of their MatchedRoute, which is gorilla/mux's.
	MatchedOperation *contract.Operation
}

// MultiErrorHandler makes a status and one error of all violations, where
// Options.Options.MultiError asks for them.
type MultiErrorHandler func(openapi3.MultiError) (int, error)

// Skipper lets requests pass unseen.
type Skipper func(r *http.Request) bool

// Options are those of nethttp-middleware.
type Options struct {
	// Options are openapi3filter's; AuthenticationFunc and MultiError count.
	Options openapi3filter.Options
	// ErrorHandler answers a refused request; http.Error without it.
	ErrorHandler ErrorHandler
	// ErrorHandlerWithOpts is asked rather than ErrorHandler.
	ErrorHandlerWithOpts ErrorHandlerWithOpts
	// MultiErrorHandler makes one error of all violations.
	MultiErrorHandler MultiErrorHandler
	// SilenceServersWarning does nothing: there is no warning.
	SilenceServersWarning bool
	// DoNotValidateServers leaves host and base path unchecked. Otherwise they
	// are held against the document's servers, where it has any.
	DoNotValidateServers bool
	// Prefix is taken off before a path is looked up.
	Prefix string
	// Skipper lets requests pass unseen.
	Skipper Skipper
}

// OapiRequestValidator returns a middleware with no options. Where the document
// cannot be used, it answers every request with 500.
func OapiRequestValidator(document *openapi3.T) func(next http.Handler) http.Handler {
	return OapiRequestValidatorWithOptions(document, nil)
}

// OapiRequestValidatorWithOptions returns a middleware. Where the document
// cannot be used, it answers every request with 500.
func OapiRequestValidatorWithOptions(document *openapi3.T, options *Options) func(next http.Handler) http.Handler {
	if options == nil {
		options = &Options{}
	}
	guard, err := dropin.NewGuard(document, &dropin.Settings{
		Filter: options.Options, Prefix: options.Prefix, AnyServer: options.DoNotValidateServers,
	})
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if options.Skipper != nil && options.Skipper(r) {
				next.ServeHTTP(w, r)
				return
			}
			if err != nil {
				http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
				return
			}
			guarded, err := guard.Check(w, r)
			if refusal, refused := dropin.Refusal(err); refused {
				refuse(w, r, refusal, options)
				return
			}
			next.ServeHTTP(w, guarded)
		})
	}
}

func refuse(w http.ResponseWriter, r *http.Request, refusal *contract.Refusal, options *Options) {
	status, message := dropin.Status(refusal, http.StatusUnauthorized), dropin.Message(refusal)
	switch {
	case options.ErrorHandlerWithOpts != nil:
		options.ErrorHandlerWithOpts(r.Context(), refusal, w, r, ErrorHandlerOpts{
			StatusCode: status, MatchedOperation: refusal.Operation,
		})
		return
	case options.Options.MultiError && len(refusal.Violations) > 0:
		all := dropin.MultiError(refusal)
		message = all.Error()
		if options.MultiErrorHandler != nil {
			code, err := options.MultiErrorHandler(all)
			status, message = code, err.Error()
		}
	}
	if options.ErrorHandler != nil {
		options.ErrorHandler(w, message, status)
		return
	}
	http.Error(w, message, status)
}
