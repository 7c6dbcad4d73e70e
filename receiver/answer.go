package receiver

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/hookline-go/hookline/internal/problem"
	"github.com/hookline-go/hookline/internal/retryafter"
)

// ErrGone is what a handler returns if deliveries are not wanted any more, now
// or later. The sender is answered 410, upon which hookline fails the delivery
// for good and disables the config.
var ErrGone = errors.New("receiver: deliveries are not wanted any more")

// RetryLaterError is what a handler returns if it cannot handle the delivery
// now. The sender is answered 503 with Retry-After, which hookline honours up
// to 24 hours.
type RetryLaterError struct {
	// After is how long to wait. It is rounded up to whole seconds, and at
	// least one.
	After time.Duration
	// Err is the cause, for the log; it may be nil.
	Err error
}

// Error returns the cause in words.
func (e *RetryLaterError) Error() string {
	if e.Err == nil {
		return "receiver: the delivery cannot be handled now"
	}
	return "receiver: the delivery cannot be handled now: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *RetryLaterError) Unwrap() error { return e.Err }

// RetryLater returns a [RetryLaterError] as an error.
func RetryLater(after time.Duration, cause error) error {
	return &RetryLaterError{After: after, Err: cause}
}

// retryAfterBusy is how long a sender should wait when another attempt is under
// way, or the Deduplicator has failed.
const retryAfterBusy = 5 * time.Second

// Codes of answers that have no [Error].
const (
	codeMethodNotAllowed = "method_not_allowed"
	codePayloadTooLarge  = "payload_too_large"
	codePayloadUnread    = "payload_unreadable"
	codePayloadNotObject = "payload_not_an_object"
	codeInProgress       = "in_progress"
	codeUnavailable      = "unavailable"
	codeRetryLater       = "retry_later"
	codeGone             = "gone"
	codeHandlerFailed    = "handler_failed"
)

// answer is what the sender gets and what the log says.
type answer struct {
	status     int
	code       string        // empty for success
	retryAfter time.Duration // 0 for none
	cause      error         // for the log only
	level      slog.Level
}

var accepted = answer{status: http.StatusNoContent}

func refused(status int, code string) answer {
	return answer{status: status, code: code, level: slog.LevelWarn}
}

func unavailable(code string, retryAfter time.Duration, cause error, level slog.Level) answer {
	return answer{http.StatusServiceUnavailable, code, retryAfter, cause, level}
}

func (a answer) ok() bool { return a.code == "" }

// answerTo turns what the handler returned into an answer. Only its own types
// and values count: a handler may well call other functions of this package,
// and their errors are its failures.
func answerTo(err error) answer {
	if err == nil {
		return accepted
	}
	if later, ok := errors.AsType[*RetryLaterError](err); ok {
		return unavailable(codeRetryLater, max(later.After, time.Second), err, slog.LevelWarn)
	}
	if errors.Is(err, ErrGone) {
		return answer{status: http.StatusGone, code: codeGone, cause: err, level: slog.LevelWarn}
	}
	return answer{status: http.StatusInternalServerError, code: codeHandlerFailed, cause: err, level: slog.LevelError}
}

// document is the body of an answer that is an error (RFC 9457). hookline keeps
// the beginning of it in the delivery's log, where the config's owner sees the
// code.
type document struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
}

// write sends the answer.
func (a answer) write(w http.ResponseWriter) {
	header := w.Header()
	switch a.status {
	case http.StatusMethodNotAllowed:
		header.Set("Allow", http.MethodPost)
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", "StandardWebhooks") // RFC 9110, 11.6.1, wants one
	}
	if a.retryAfter > 0 {
		retryafter.Set(header, a.retryAfter)
	}
	if a.ok() {
		w.WriteHeader(a.status)
		return
	}
	problem.Write(w, a.status, document{problem.TypeBlank, http.StatusText(a.status), a.status, a.code})
}
