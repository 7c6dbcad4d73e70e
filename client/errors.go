package client

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Kinds of errors. An [*Error] matches them with [errors.Is].
var (
	// ErrNotFound: 404. There is no such config or delivery, or it belongs to
	// another organisation.
	ErrNotFound = errors.New("client: not found")
	// ErrUnauthorized: 401 or 403. The API key is not valid, or not for this.
	ErrUnauthorized = errors.New("client: unauthorized")
	// ErrRateLimited: 429. [Error].RetryAfter says how long to wait.
	ErrRateLimited = errors.New("client: rate limited")
	// ErrInvalidRequest: 400, 413, 415 or 422, or what [WithPreflight] found.
	// [Error].Violations says what is wrong.
	ErrInvalidRequest = errors.New("client: invalid request")
	// ErrConflict: 409. The state of a config or a delivery, or an earlier use
	// of the idempotency key, does not allow it.
	ErrConflict = errors.New("client: conflict")
	// ErrInvalidOption: an option has a value that cannot be used. Nothing was
	// sent.
	ErrInvalidOption = errors.New("client: invalid option")
)

// Codes of errors that come from the client. The others come from the server.
const (
	// CodeInvalidOption is an [ErrInvalidOption].
	CodeInvalidOption = "invalid_option"
	// CodeInvalidRequest is what [WithPreflight] found, or a request that
	// cannot be encoded. The server uses it too.
	CodeInvalidRequest = "invalid_request"
	// CodeConnection: there was no connection, or it broke before the whole
	// answer was there.
	CodeConnection = "connection"
	// CodeTimeout: the attempt or the call took longer than [WithTimeout],
	// [WithTotalTimeout] or the context's deadline allow. The error wraps
	// [context.DeadlineExceeded] or a net.Error.
	CodeTimeout = "timeout"
	// CodeCanceled: the context was cancelled. The error wraps
	// [context.Canceled].
	CodeCanceled = "canceled"
	// CodeRedirect: the server redirects. That is not followed, as the API key
	// would go along: set the base URL instead.
	CodeRedirect = "redirect"
	// CodeInvalidResponse: the status says that the call succeeded, and the
	// body is not the API's. The call has probably had its effect.
	CodeInvalidResponse = "invalid_response"
	// CodeResponseTooLarge: the body of the answer has more than 10 MiB.
	CodeResponseTooLarge = "response_too_large"
)

// Error is the one type of error that the client returns.
//
// Its text is one line and holds no secret: neither the API key nor the
// request's signing key, header values and queries, even if the server repeats
// them, and nothing of a body that is not understood. What the fields of
// Response hold is the server's own, and may be secret.
type Error struct {
	// StatusCode is 0 where there is no answer.
	StatusCode int
	// Code says what happened, for a program to act on: the server's, or one of
	// this package. It is empty where the server gave none.
	Code string
	// Message says what happened, for a person to read. It may be empty.
	Message string
	// RequestID is what the server calls the request, or empty.
	RequestID string
	// Violations are the places where the request breaks the contract.
	Violations []Violation
	// Pointer is the JSON pointer (RFC 6901) to what is wrong in the answer of a
	// [CodeInvalidResponse]. It is empty for any other error, and if the body as
	// a whole is not the API's.
	Pointer string
	// RetryAfter is how long the server asks to wait, or 0 where it does not.
	RetryAfter time.Duration
	// Attempts is how many requests were sent, or tried to.
	Attempts int
	// Request is what was sent, without its body, and with the API key taken
	// out. It is nil where there was none.
	Request *http.Request
	// Response is the answer with its raw body, or nil where there was none.
	Response *Response

	operation   string
	cause       error
	interrupted error // the context's, where the wait for the next attempt was cut short
	unsent      bool  // it has provably not reached the server
}

// Error is one line: the operation, the status, code and message, the first
// violations, the request's id.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("client")
	if e.operation != "" {
		text.WriteString(": " + e.operation)
	}
	if e.StatusCode != 0 {
		text.WriteString(": " + strings.TrimSpace(fmt.Sprintf("%d %s", e.StatusCode, http.StatusText(e.StatusCode))))
	}
	if e.Code != "" {
		text.WriteString(": " + e.Code)
	}
	if e.Message != "" {
		text.WriteString(": " + e.Message)
	}
	e.writeViolations(&text)
	e.writeCircumstances(&text)
	return text.String()
}

// maxPrintedViolations is how many violations an error's text has. All of them
// are in its field.
const maxPrintedViolations = 5

func (e *Error) writeViolations(text *strings.Builder) {
	for i, v := range e.Violations {
		if i == maxPrintedViolations {
			fmt.Fprintf(text, "; and %d more", len(e.Violations)-i)
			return
		}
		fmt.Fprintf(text, "; %s %s: %s", v.In, v.Pointer, v.Detail)
		if v.Suggestion != nil {
			text.WriteString(", did you mean " + *v.Suggestion + "?")
		}
	}
}

func (e *Error) writeCircumstances(text *strings.Builder) {
	if e.interrupted != nil {
		text.WriteString("; the wait for the next attempt was cut short: " + e.interrupted.Error())
	}
	var circumstances []string
	if e.RequestID != "" {
		circumstances = append(circumstances, "request "+e.RequestID)
	}
	if e.Attempts > 1 {
		circumstances = append(circumstances, fmt.Sprintf("%d attempts", e.Attempts))
	}
	if len(circumstances) > 0 {
		text.WriteString(" (" + strings.Join(circumstances, ", ") + ")")
	}
}

// Is tells whether the error is of a kind, one of the variables of this
// package.
func (e *Error) Is(kind error) bool {
	switch kind {
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests
	case ErrInvalidRequest:
		return e.isInvalidRequest()
	case ErrConflict:
		return e.StatusCode == http.StatusConflict
	case ErrInvalidOption:
		return e.StatusCode == 0 && e.Code == CodeInvalidOption
	default:
		return false
	}
}

func (e *Error) isInvalidRequest() bool {
	switch e.StatusCode {
	case 0:
		return e.Code == CodeInvalidRequest
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity:
		return true
	default:
		return false
	}
}

// Unwrap returns the causes: the error of the connection, of the context, or of
// a [Validator].
func (e *Error) Unwrap() []error {
	var causes []error
	for _, cause := range []error{e.cause, e.interrupted} {
		if cause != nil {
			causes = append(causes, cause)
		}
	}
	return causes
}

func invalidOption(message string) *Error {
	return &Error{Code: CodeInvalidOption, Message: message}
}
