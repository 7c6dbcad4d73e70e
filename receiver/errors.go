package receiver

import "errors"

// Error is a reason of this package. The values are the variables below:
// compare with [errors.Is], because what functions return may say more, such as
// the header's name. To get the code of any error use [errors.As].
type Error struct {
	code string
	text string
	kind *Error
}

// Error returns the reason in words, which may change.
func (e *Error) Error() string { return "receiver: " + e.text }

// Code returns the reason for a program to act on, such as "timestamp_too_old".
// Codes do not change. It is also the member `code` of the handler's answers.
func (e *Error) Code() string { return e.code }

// Unwrap returns [ErrConfiguration] or [ErrUnverified], the kind that the
// reason belongs to, or nil for a kind itself.
func (e *Error) Unwrap() error {
	if e.kind == nil {
		return nil
	}
	return e.kind
}

// The two kinds of reasons.
var (
	// ErrConfiguration is the kind of errors that the receiver's own program
	// has to mend: no delivery can be verified until then.
	ErrConfiguration = &Error{code: "configuration", text: "wrong configuration"}
	// ErrUnverified is the kind of errors that say that a delivery must not be
	// trusted.
	ErrUnverified = &Error{code: "unverified", text: "the delivery is not verified"}
)

// Reasons of the kind [ErrConfiguration].
var (
	// ErrNoSecret: the list of secrets is empty, or one of them is.
	ErrNoSecret = &Error{"no_secret", "there is no secret, or an empty one", ErrConfiguration}
	// ErrInvalidSecret: a secret begins with whsec_, but what follows is not
	// base64 of the standard alphabet, or is nothing. In a process that
	// enforces FIPS 140-3 also a secret of less than 14 bytes.
	ErrInvalidSecret = &Error{"invalid_secret", "a secret cannot be used: whsec_ must be followed by base64", ErrConfiguration}
	// ErrInvalidOption: an option or another argument of a constructor is out
	// of its range.
	ErrInvalidOption = &Error{"invalid_option", "an argument is out of its range", ErrConfiguration}
)

// Reasons of the kind [ErrUnverified]. [ErrMalformedID] and
// [ErrMalformedTimestamp] also come from [Sign], for values that no receiver
// would accept.
var (
	// ErrMissingHeader: webhook-id, webhook-timestamp or all of the signature
	// headers are absent or empty.
	ErrMissingHeader = &Error{"missing_header", "a header is missing", ErrUnverified}
	// ErrDuplicateHeader: one of them is there more than once, so that it is
	// not clear which one was signed.
	ErrDuplicateHeader = &Error{"duplicate_header", "a header is there more than once", ErrUnverified}
	// ErrMalformedID: webhook-id is longer than [MaxIDLength], or has a full
	// stop, a space or anything else but visible ASCII in it. The full stop
	// separates id, timestamp and payload in what is signed; with one in the id
	// the same signature would be good for another id, timestamp and payload
	// (Standard Webhooks, signature scheme).
	ErrMalformedID = &Error{"malformed_id", "webhook-id is malformed", ErrUnverified}
	// ErrMalformedTimestamp: webhook-timestamp is not whole seconds since the
	// Unix epoch, in decimal digits without sign or leading zeros, before the
	// year 10000. Milliseconds are a common mistake.
	ErrMalformedTimestamp = &Error{"malformed_timestamp", "webhook-timestamp is not in seconds since the Unix epoch", ErrUnverified}
	// ErrTimestampTooOld: the attempt was made longer ago than the tolerance
	// allows. It may be a replay.
	ErrTimestampTooOld = &Error{"timestamp_too_old", "webhook-timestamp is too old", ErrUnverified}
	// ErrTimestampTooNew: the attempt was made further in the future than the
	// tolerance allows. A clock is wrong.
	ErrTimestampTooNew = &Error{"timestamp_too_new", "webhook-timestamp is in the future", ErrUnverified}
	// ErrNoMatchingSignature: no v1 signature of the delivery is one of its
	// headers and body under one of the secrets.
	ErrNoMatchingSignature = &Error{"no_matching_signature", "no signature matches", ErrUnverified}
)

// codeOf returns the code of the reason that err wraps, or of its kind if it
// wraps none.
func codeOf(err error) string {
	if reason, ok := errors.AsType[*Error](err); ok {
		return reason.code
	}
	return ErrUnverified.code
}
