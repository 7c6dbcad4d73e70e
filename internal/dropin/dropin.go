// Package dropin turns what users of oapi-codegen's middlewares have, a document
// of kin-openapi and an AuthenticationFunc, into a guard of package contract.
package dropin

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/hookline-go/hookline/contract"
)

// Settings are what both middlewares have in common.
type Settings struct {
	// Filter is openapi3filter's; of it, AuthenticationFunc and MultiError count.
	Filter openapi3filter.Options
	// Prefix is taken off before a path is looked up.
	Prefix string
	// AnyServer leaves host and base path of requests unchecked.
	AnyServer bool
}

// NewGuard prepares a guard. The document is read tolerantly, as they do, and is
// not changed.
func NewGuard(document *openapi3.T, s *Settings) (*contract.Guard, error) {
	c, err := contract.FromDocument(context.Background(), document, contract.Tolerant())
	if err != nil {
		return nil, err
	}
	options := []contract.MiddlewareOption{
		contract.WithAuthentication(authenticator(document, &s.Filter)), contract.AskWithoutCredential(),
		contract.WithPrefix(s.Prefix),
	}
	if !s.AnyServer && len(document.Servers) > 0 {
		options = append(options, contract.WithServers())
	}
	return contract.NewGuard(c, options...)
}

// authenticator asks the AuthenticationFunc as openapi3filter does.
func authenticator(document *openapi3.T, filter *openapi3filter.Options) contract.Authenticator {
	return func(ctx context.Context, r *http.Request, scheme *contract.Scheme) (context.Context, error) {
		if filter.AuthenticationFunc == nil {
			return ctx, openapi3filter.ErrAuthenticationServiceMissing
		}
		input := &openapi3filter.AuthenticationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, Options: filter},
			SecuritySchemeName:     scheme.Name, Scopes: scheme.Scopes,
		}
		if document.Components != nil {
			if ref := document.Components.SecuritySchemes[scheme.Name]; ref != nil {
				input.SecurityScheme = ref.Value
			}
		}
		return ctx, filter.AuthenticationFunc(ctx, input)
	}
}

// Refusal returns the refusal behind a guard's error.
func Refusal(err error) (*contract.Refusal, bool) { return errors.AsType[*contract.Refusal](err) }

// Status returns what the middlewares answer: 404 for a path or a method that
// the document does not have, theirs for a refused authentication, and 400 for
// all else.
func Status(r *contract.Refusal, unauthorized int) int {
	switch r.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return http.StatusNotFound
	case http.StatusUnauthorized, http.StatusForbidden:
		return unauthorized
	default:
		return http.StatusBadRequest
	}
}

// Message returns a sentence for the answer: that of the first violation, as
// theirs is.
func Message(r *contract.Refusal) string {
	switch {
	case len(r.Violations) > 0:
		return "request has an error: " + r.Violations[0].Detail()
	case r.Code == contract.CodeMethodNotAllowed:
		return "method not allowed"
	case r.Status == http.StatusNotFound:
		return "no matching operation was found"
	case r.Code == contract.CodeUnauthorized, r.Code == contract.CodeForbidden:
		return "security requirements failed"
	default:
		return "request body has an error"
	}
}

// MultiError returns all violations as kin-openapi has them.
func MultiError(r *contract.Refusal) openapi3.MultiError {
	all := make(openapi3.MultiError, len(r.Violations))
	for i := range r.Violations {
		v := &r.Violations[i]
		all[i] = fmt.Errorf("%s %s: %s (%s)", v.In, v.Pointer, v.Detail(), v.Code)
	}
	return all
}
