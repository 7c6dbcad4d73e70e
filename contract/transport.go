package contract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// BreachError is a request or a response that breaks the contract.
type BreachError struct {
	// Method and Path are the request's. The query is left out, as it may hold
	// secrets.
	Method, Path string
	// Operation is nil where the contract has none for the request.
	Operation *Operation
	// Response is the status of the response that breaks the contract, or 0
	// where the request does.
	Response   int
	Violations []Violation
}

// Error implements error: the request, and a line for each violation.
func (b *BreachError) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "the request %s %s breaks the contract", b.Method, b.Path)
	if b.Response != 0 {
		text.Reset()
		fmt.Fprintf(&text, "the response %d to %s %s breaks the contract", b.Response, b.Method, b.Path)
	}
	for _, v := range b.Violations {
		fmt.Fprintf(&text, "\n  %s %s: %s (%s)", v.In, v.Pointer, v.Detail(), v.Code)
		if v.Suggestion != "" {
			fmt.Fprintf(&text, "; did you mean %s?", v.Suggestion)
		}
	}
	return text.String()
}

// TB is the part of testing.TB that FailTest needs, so that no program that
// imports this package links testing.
type TB interface {
	// Helper is as in testing.TB.
	Helper()
	// Errorf is as in testing.TB.
	Errorf(format string, args ...any)
}

// FailTest returns a report for Transport and Handler that fails a test for
// every breach. The test goes on.
func FailTest(t TB) func(*BreachError) {
	return func(b *BreachError) {
		t.Helper()
		t.Errorf("%v", b)
	}
}

// Transport returns a RoundTripper that lets base do its work and reports every
// request and response that breaks the contract, for a client's tests. What is
// sent and received stays as it is, apart from being read in full, up to
// MaxBody, before it goes on. The host is not compared, so that a test may talk
// to a server of its own. Of a stream of events only the request is checked.
//
// The report is called before the request is sent and before the response is
// returned, in the goroutine of the request; FailTest makes one. A request for
// which the contract has no operation is reported with CodeNotFound or
// CodeMethodNotAllowed. A nil base is http.DefaultTransport.
func Transport(c *Contract, base http.RoundTripper, report func(*BreachError)) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport //nolint:forbidigo // what http.Client does with a nil Transport
	}
	return &transport{checker: checker{contract: c, report: report}, base: base}
}

type transport struct {
	checker
	base http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	body, rest, err := peek(r.Body, MaxBody)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context()) // a RoundTripper must not change the request that it gets
	if r.Body != nil {
		r.Body = rest
	}
	operation := t.request(r, body)
	response, err := t.base.RoundTrip(r)
	if err != nil || operation == nil {
		return response, err
	}
	if isStream(response.Header) {
		return response, nil
	}
	body, response.Body, err = peek(response.Body, MaxBody)
	if err != nil {
		return nil, errors.Join(err, response.Body.Close())
	}
	t.response(r, operation, &Response{Status: response.StatusCode, Header: response.Header, Body: body})
	return response, nil
}

// isStream tells whether an answer has no end: its messages are not checked.
func isStream(header http.Header) bool {
	mediaType, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && mediaType == "text/event-stream"
}

// peek reads a body, one byte further than it may be long, and returns one that
// begins anew. An error comes again when that one is read.
func peek(body io.ReadCloser, most int64) ([]byte, io.ReadCloser, error) {
	if body == nil || body == http.NoBody {
		return nil, body, nil
	}
	data, err := io.ReadAll(io.LimitReader(body, most+1))
	return data, &again{Reader: io.MultiReader(bytes.NewReader(data), body), Closer: body}, err
}

type again struct {
	io.Reader
	io.Closer
}

// checker finds breaches for Transport and Handler.
type checker struct {
	contract *Contract
	report   func(*BreachError)
}

// request returns the operation, or nil where there is none.
func (c *checker) request(r *http.Request, body []byte) *Operation {
	match, err := c.contract.Match(r.Method, r.URL.EscapedPath())
	if err != nil {
		failure, _ := errors.AsType[*MatchError](err)
		c.report(&BreachError{Method: r.Method, Path: r.URL.Path, Violations: []Violation{{
			In: InPath, Code: failure.Code, Message: failure.Error(), Suggestion: failure.Suggestion, Start: -1, End: -1,
		}}})
		return nil
	}
	if violations := match.Operation.ValidateRequest(&Request{
		PathParams: match.PathParams, RawQuery: r.URL.RawQuery, Header: r.Header, Body: body,
	}); len(violations) > 0 {
		c.report(&BreachError{Method: r.Method, Path: r.URL.Path, Operation: match.Operation, Violations: violations})
	}
	return match.Operation
}

func (c *checker) response(r *http.Request, operation *Operation, response *Response) {
	if violations := operation.ValidateResponse(response); len(violations) > 0 {
		c.report(&BreachError{
			Method: r.Method, Path: r.URL.Path, Operation: operation, Response: response.Status, Violations: violations,
		})
	}
}
