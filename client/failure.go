package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// errMissing is an answer without what every answer of its kind has.
var errMissing = errors.New("the answer lacks what it must have")

// bodyError is a body that could not be read to its end.
type bodyError struct{ cause error }

func (e *bodyError) Error() string { return "the answer broke off: " + e.cause.Error() }
func (e *bodyError) Unwrap() error { return e.cause }

// failure is an error of this call without an answer. The cause may be nil.
func (c *call) failure(code string, cause error) *Error {
	e := &Error{Code: code, operation: c.operation.id, cause: cause, Request: c.redactedRequest()}
	if cause != nil {
		e.Message = c.clean(causeText(cause))
	}
	return e
}

// connectionFailure is an attempt that ended without an answer, or without all
// of it. The context is the attempt's.
func (c *call) connectionFailure(ctx context.Context, cause error) *Error {
	code := CodeConnection
	timeout, isNet := errors.AsType[net.Error](cause)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		code = CodeCanceled
	case ctx.Err() != nil, isNet && timeout.Timeout():
		code = CodeTimeout
	}
	if err := ctx.Err(); err != nil && !errors.Is(cause, err) {
		cause = errors.Join(cause, err)
	}
	return c.failure(code, cause)
}

// responseFailure is an answer that is of no use.
func (c *call) responseFailure(response *Response, code string, cause error) *Error {
	e := c.failure(code, cause)
	c.take(e, response)
	return e
}

// take makes the answer part of the error. Its header counts, whatever the body
// is.
func (c *call) take(e *Error, response *Response) {
	response.RequestID = c.clean(response.RequestID)
	e.Response = response
	e.StatusCode = response.StatusCode
	e.RequestID = response.RequestID
}

// invalidResponse is an answer that says it succeeded and is not the API's. The
// pointer is to what is wrong in it, empty for the whole.
func (c *call) invalidResponse(response *Response, pointer string, cause error) error {
	e := c.responseFailure(response, CodeInvalidResponse, cause)
	e.Attempts = response.Attempts
	e.Pointer = c.clean(pointer)
	switch {
	case errors.Is(cause, errMissing):
		e.Message = notTheAPIs + e.Pointer + " is missing"
	case e.Pointer != "":
		e.Message = notTheAPIs + e.Pointer + " has another type or form"
	default:
		e.Message = c.foreignBody(response)
	}
	return e
}

// refusal is an answer whose status is not 2xx.
func (c *call) refusal(response *Response) *Error {
	e := &Error{operation: c.operation.id, Request: c.redactedRequest()}
	c.take(e, response)
	e.RetryAfter = retryAfter(response)
	if isRedirect(response.StatusCode) {
		e.Code = CodeRedirect
		e.Message = "the server redirects" + c.clean(redirectTarget(response)) + "; set the base URL instead"
		return e
	}
	problem := parseProblem(response.Body)
	e.Code = c.clean(problem.Code)
	e.Message = c.clean(problem.message())
	e.Violations = c.cleanViolations(problem.Errors.violations)
	if e.RequestID == "" {
		e.RequestID = c.clean(requestID(problem.RequestID.text))
		response.RequestID = e.RequestID
	}
	if e.Code == "" && e.Message == "" {
		e.Message = c.foreignBody(response)
	}
	return e
}

// isRedirect tells the statuses that send a caller elsewhere (RFC 9110, section
// 15.4) from the others that begin with 3.
func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// redirectTarget is the host of the Location, without the rest, which may hold
// secrets.
func redirectTarget(response *Response) string {
	target, err := url.Parse(first(response.Header, "Location"))
	if err != nil || target.Host == "" {
		return ""
	}
	return " to " + target.Scheme + "://" + target.Host
}

const notTheAPIs = "the answer is not the API's: "

// foreignBody says what a body is without repeating any of it.
func (c *call) foreignBody(response *Response) string {
	if len(response.Body) == 0 {
		return notTheAPIs + "the body is empty"
	}
	mediaType := printable(c.clean(first(response.Header, "Content-Type")), 100)
	if mediaType == "" {
		mediaType = "unnamed"
	}
	kind := "it is no JSON, or cut short"
	if json.Valid(response.Body) {
		kind = "its JSON has another shape"
	}
	return notTheAPIs + fmt.Sprintf("%d bytes of %s, %s", len(response.Body), mediaType, kind)
}

// redactedRequest is a copy to look at: without the API key, without a body,
// and without what belongs to a context.
func (c *call) redactedRequest() *http.Request {
	if c.request == nil {
		return nil
	}
	request := *c.request // without a context, as it is not sent itself
	request.Body, request.GetBody = nil, nil
	request.URL = new(*request.URL)
	request.Header = request.Header.Clone()
	request.Header[headerAPIKey] = []string{redacted}
	return &request
}

// causeText is the error in words, without the URL that net/http puts in front.
func causeText(err error) string {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return outer.Err.Error()
	}
	return err.Error()
}
