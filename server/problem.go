package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/gen"
)

// Codes of the problems that the shell itself answers with. Those of an implementation come from its ErrorMapper.
const (
	CodeInvalidRequest   = "invalid_request"
	CodeUnauthorized     = "unauthorized"
	CodeNotFound         = "not_found"
	CodeMethodNotAllowed = "method_not_allowed"
	CodeRateLimited      = "rate_limited"
	CodeInternal         = "internal"
	CodeUnavailable      = "unavailable"
)

const problemMediaType = "application/problem+json"

// retryAfterUnavailable is how many seconds a caller should wait after a 503.
const retryAfterUnavailable = "5"

// renderError answers an error with a problem document (RFC 9457). It is the one place where errors become answers.
func (s *settings) renderError(err error, c echo.Context) {
	problem, public := s.problemOf(err)
	switch {
	case clientGone(c, err):
		s.logger.LogAttrs(c.Request().Context(), slog.LevelInfo, "the caller is gone", failure(c, err)...)
	case !public:
		s.logger.LogAttrs(c.Request().Context(), slog.LevelError, "the request failed", failure(c, err)...)
	}
	if c.Response().Committed {
		return
	}
	problem.RequestID = exchangeOf(c).id
	if problem.Type == "" {
		problem.Type = "about:blank"
	}
	if problem.Title == "" {
		problem.Title = http.StatusText(int(problem.Status))
	}
	writeProblem(c, &problem)
}

// writeProblem encodes the document before it writes a header, so that no answer is half written.
func writeProblem(c echo.Context, problem *gen.Problem) {
	var body bytes.Buffer
	if err := json.NewEncoder(&body).Encode(problem); err != nil {
		c.Response().WriteHeader(http.StatusInternalServerError)
		return
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, problemMediaType)
	switch problem.Status {
	case http.StatusUnauthorized:
		challenge(header)
	case http.StatusServiceUnavailable:
		header.Set(echo.HeaderRetryAfter, retryAfterUnavailable)
	}
	c.Response().WriteHeader(int(problem.Status))
	_, _ = c.Response().Write(body.Bytes()) // a caller that is gone needs no answer
}

// problemOf finds the document for an error. It is not public where the error's text is for the log only.
func (s *settings) problemOf(err error) (problem gen.Problem, public bool) {
	var invalid *invalidRequestError
	var broken *brokenBodyError
	var routed *echo.HTTPError
	if mapped, ok := s.mapError(err); ok {
		return mapped, mapped.Status < http.StatusInternalServerError
	}
	switch {
	case errors.As(err, &invalid):
		return invalidProblem(invalid.violations), true
	case errors.As(err, &broken):
		return newProblem(http.StatusBadRequest, CodeInvalidRequest, "The body did not arrive whole."), true
	case errors.Is(err, ErrUnauthenticated):
		return newProblem(http.StatusUnauthorized, CodeUnauthorized, "The api_key header holds no valid API key."), true
	case errors.Is(err, errRateLimited):
		return newProblem(http.StatusTooManyRequests, CodeRateLimited,
			fmt.Sprintf("The key may make %d requests a minute.", s.perMinute)), true
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return newProblem(http.StatusServiceUnavailable, CodeUnavailable, "The server could not answer in time."), false
	case errors.As(err, &routed):
		return routedProblem(routed)
	}
	return newProblem(http.StatusInternalServerError, CodeInternal, "Something broke on the server."), false
}

// routedProblem renders what echo itself refuses.
func routedProblem(err *echo.HTTPError) (problem gen.Problem, public bool) {
	switch err.Code {
	case http.StatusNotFound:
		return newProblem(err.Code, CodeNotFound, "There is no such path."), true
	case http.StatusMethodNotAllowed:
		return newProblem(err.Code, CodeMethodNotAllowed, "The path has no such method; the Allow header lists those it has."), true
	case http.StatusBadRequest:
		// A parameter that the contract allows and the generated code cannot read. The text may hold its value.
		return newProblem(err.Code, CodeInvalidRequest, "A parameter cannot be read."), true
	default:
		return newProblem(http.StatusInternalServerError, CodeInternal, "Something broke on the server."), false
	}
}

// unreadable are the violations that have a status of their own: the body was not even looked at.
var unreadable = map[contract.Code]int{
	contract.CodeUnsupportedMediaType: http.StatusUnsupportedMediaType,
	contract.CodeBodyTooLarge:         http.StatusRequestEntityTooLarge,
}

// invalidProblem lists every violation.
func invalidProblem(violations []contract.Violation) gen.Problem {
	status, code := http.StatusBadRequest, CodeInvalidRequest
	listed := make([]gen.Violation, len(violations))
	for i, v := range violations {
		if special, ok := unreadable[v.Code]; ok {
			status, code = special, string(v.Code)
		}
		listed[i] = gen.Violation{
			In: gen.ViolationIn(v.In), Pointer: v.Pointer, Code: string(v.Code), Detail: v.Message,
			Schema: textOrNil(v.Schema), Suggestion: textOrNil(v.Suggestion),
		}
	}
	places := "1 place"
	if len(violations) != 1 {
		places = fmt.Sprintf("%d places", len(violations))
	}
	problem := newProblem(status, code, "The request breaks the contract in "+places+".")
	problem.Errors = &listed
	return problem
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

func clientGone(c echo.Context, err error) bool {
	return errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil
}
