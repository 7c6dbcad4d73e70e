package client

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/hookline-go/hookline/gen"
)

// Validator tells whether a request keeps to the contract.
// contract.NewPreflight makes one; it is not part of this package, so that
// nobody's build has a validation engine in it who does not ask for one.
type Validator interface {
	// ValidateRequest returns nil where the request keeps to the contract, and
	// otherwise what is wrong with it. The path of the request's URL is that of
	// the operation alone, such as /core/webhook-config/12, without the base
	// URL's. The body is given apart. Neither may be changed or kept. It is
	// called from several goroutines.
	//
	// Where the error is a [json.Marshaler] of a problem document (RFC 9457)
	// with the members code, detail and errors, as the server answers it, they
	// become those of the [*Error].
	ValidateRequest(request *http.Request, body []byte) error
}

// WithPreflight checks every request before it is sent. One that breaks the
// contract is not sent: the call returns an [ErrInvalidRequest] with the
// violations, as the server would have, and with a StatusCode of 0. nil
// switches it off.
func WithPreflight(validator Validator) Option {
	return func(s *settings) error {
		s.preflight = validator
		return nil
	}
}

func (c *call) checkBeforehand() error {
	if c.preflight == nil {
		return nil
	}
	bare := *c.request
	bare.URL = &url.URL{RawQuery: c.request.URL.RawQuery}
	bare.URL.Path = "/" + strings.TrimLeft(c.path(), "/")
	cause := c.preflight.ValidateRequest(&bare, c.body)
	if cause == nil {
		return nil
	}
	failure := c.failure(CodeInvalidRequest, cause)
	if marshaler, ok := cause.(json.Marshaler); ok {
		failure.readProblem(marshaler)
	}
	return failure
}

// readProblem takes what a validator's error says over, if it is a problem
// document.
func (e *Error) readProblem(marshaler json.Marshaler) {
	body, err := marshaler.MarshalJSON()
	if err != nil {
		return
	}
	var problem gen.Problem
	if json.Unmarshal(body, &problem) != nil {
		return
	}
	if problem.Detail != nil {
		e.Message = *problem.Detail
	}
	if problem.Errors != nil {
		e.Violations = *problem.Errors
	}
}
