package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/internal/problem"
)

// Codes of the problems that the shell itself answers with. Those of an
// implementation come from its ErrorMapper.
const (
	CodeInvalidRequest   = "invalid_request"
	CodeUnauthorized     = "unauthorized"
	CodeNotFound         = "not_found"
	CodeMethodNotAllowed = "method_not_allowed"
	CodeRateLimited      = "rate_limited"
	CodeInternal         = "internal"
	CodeUnavailable      = "unavailable"
	CodeNotImplemented   = "not_implemented"
	CodeForbidden        = "forbidden"
)

// fail answers an error with a problem document (RFC 9457). It is the one place
// where errors become answers.
func (s *settings) fail(x *exchange, r *http.Request, err error) {
	document, public := s.problemOf(err)
	x.err = err
	switch {
	case isGone(x, r, err):
		x.fault = FaultGone
	case public:
		x.fault = FaultCaller
	default:
		x.fault = FaultServer
	}
	if x.sent {
		panic(http.ErrAbortHandler) //nolint:forbidigo // only a cut connection tells that the answer is not whole
	}
	x.discard()
	document.RequestID = x.id
	if document.Type == "" {
		document.Type = problem.TypeBlank
	}
	if document.Title == "" {
		document.Title = http.StatusText(int(document.Status))
	}
	problem.Write(x, int(document.Status), &document)
}

// isGone tells whether the caller has left, after which an error says little. A
// panic is a bug even then.
func isGone(x *exchange, r *http.Request, err error) bool {
	_, panicked := errors.AsType[*panicError](err)
	return !panicked && (x.disconnected != nil || r.Context().Err() != nil)
}

// implementationError is an error of the implementation, or of the
// authenticator.
type implementationError struct {
	err     error
	ended   bool         // the caller left or the time was up before it happened
	problem *gen.Problem // what the error mapper made of it, or nil
}

func (e *implementationError) Error() string { return e.err.Error() }
func (e *implementationError) Unwrap() error { return e.err }

func (s *settings) newImplementationError(ctx context.Context, err error) error {
	e := &implementationError{err: err, ended: ctx.Err() != nil}
	document, ok := s.mapError(err)
	switch {
	case !ok:
	case document.Status < http.StatusBadRequest || document.Status > 599:
		e.err = fmt.Errorf("server: the error mapper gives the status %d, which is not an error's: %w", document.Status, err)
	default:
		e.problem = &document
	}
	return e
}

func (e *implementationError) problemOf() (document gen.Problem, public bool) {
	switch {
	case errors.Is(e.err, ErrUnauthenticated):
		return unauthorized(e.err), true
	case errors.Is(e.err, ErrNotImplemented):
		return newProblem(http.StatusNotImplemented, CodeNotImplemented, "This server does not implement the operation."), true
	case e.problem != nil:
		return *e.problem, e.problem.Status < http.StatusInternalServerError
	case e.ended, errors.Is(e.err, context.DeadlineExceeded), errors.Is(e.err, context.Canceled):
		return newProblem(http.StatusServiceUnavailable, CodeUnavailable, "The server could not answer in time."), false
	}
	return internal(), false
}

// problemOf finds the document for an error. It is not public where the error's
// text is for the log only.
func (s *settings) problemOf(err error) (document gen.Problem, public bool) {
	var failed *implementationError
	var invalid *invalidRequestError
	var broken *brokenBodyError
	var routed *echo.HTTPError
	switch {
	case errors.As(err, &failed):
		return failed.problemOf()
	case errors.As(err, &invalid):
		return invalidProblem(invalid.violations), true
	case errors.As(err, &broken):
		return newProblem(http.StatusBadRequest, CodeInvalidRequest, "The body did not arrive whole."), true
	case errors.Is(err, errUnreadable):
		return newProblem(http.StatusBadRequest, CodeInvalidRequest, "The body cannot be read."), true
	case errors.Is(err, ErrUnauthenticated):
		return unauthorized(err), true
	case errors.Is(err, errForeignHost), errors.Is(err, errForeignOrigin):
		return newProblem(http.StatusForbidden, CodeForbidden, foreignDetail(err)), true
	case errors.Is(err, errOverBudget):
		return newProblem(http.StatusServiceUnavailable, CodeUnavailable,
			"The server holds as many bytes of request bodies as it may. Repeat the request later."), true
	case errors.Is(err, errRateLimited):
		return newProblem(http.StatusTooManyRequests, CodeRateLimited,
			fmt.Sprintf("The key may make %d requests a minute.", s.perMinute)), true
	case errors.As(err, &routed):
		return routedProblem(routed)
	}
	return internal(), false
}

// routedProblem renders what echo and the generated code refuse.
func routedProblem(err *echo.HTTPError) (document gen.Problem, public bool) {
	switch err.Code {
	case http.StatusNotFound:
		return newProblem(err.Code, CodeNotFound, "There is no such path."), true
	case http.StatusMethodNotAllowed:
		return newProblem(err.Code, CodeMethodNotAllowed, "The path has no such method; the Allow header lists those it has."), true
	case http.StatusBadRequest:
		// A parameter that the contract allows and the generated code cannot
		// read. The text may hold its value.
		return newProblem(err.Code, CodeInvalidRequest, "A parameter cannot be read."), true
	default:
		return internal(), false
	}
}

func unauthorized(err error) gen.Problem {
	detail := "The api_key header holds no valid API key."
	if missing, ok := errors.AsType[*missingKeyError](err); ok {
		detail = missing.detail
	}
	return newProblem(http.StatusUnauthorized, CodeUnauthorized, detail)
}

func internal() gen.Problem {
	return newProblem(http.StatusInternalServerError, CodeInternal, "Something broke on the server.")
}

// unreadable are the violations that have a status of their own, because the
// body was not read.
var unreadable = map[contract.Code]int{
	contract.CodeUnsupportedMediaType: http.StatusUnsupportedMediaType,
	contract.CodeBodyTooLarge:         http.StatusRequestEntityTooLarge,
}

// invalidProblem lists every violation.
func invalidProblem(violations []contract.Violation) gen.Problem {
	status, code := http.StatusBadRequest, CodeInvalidRequest
	listed := make([]gen.Violation, len(violations))
	for i := range violations {
		v := &violations[i]
		if special, ok := unreadable[v.Code]; ok {
			status, code = special, string(v.Code)
		}
		listed[i] = gen.Violation{
			In: gen.ViolationIn(v.In), Pointer: v.Pointer, Code: string(v.Code), Detail: v.Detail(),
			Schema: textOrNil(v.Schema), Suggestion: textOrNil(v.Suggestion),
		}
	}
	places := "1 place"
	if len(violations) != 1 {
		places = fmt.Sprintf("%d places", len(violations))
	}
	invalid := newProblem(status, code, "The request breaks the contract in "+places+".")
	invalid.Errors = &listed
	return invalid
}

func newProblem(status int, code, detail string) gen.Problem {
	return gen.Problem{Status: int32(status), Code: code, Detail: &detail} //nolint:gosec // a status has three digits
}

func textOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
