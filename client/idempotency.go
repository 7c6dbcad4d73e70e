package client

import (
	"crypto/rand"
	"net/http"
	"strings"
)

// WithIdempotencyKey sets the Idempotency-Key of one Create or Publish, instead
// of a random one, so that the call can be repeated by another process or after
// a crash: for 24 hours the same key with the same body gets the answer of the
// first request, and with another body [ErrConflict]. It has 1 to 255
// characters, printable ASCII without spaces. Other methods ignore it.
func WithIdempotencyKey(key string) Option {
	return func(s *settings) error {
		if key == "" || len(key) > 255 || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return invalidOption("WithIdempotencyKey: the key must have 1 to 255 characters, printable ASCII without spaces")
		}
		s.idempotencyKey = key
		return nil
	}
}

// PostRetries says when a POST is repeated. The other methods can be repeated
// at any time (RFC 9110, section 9.2.2).
type PostRetries int

// When a POST is repeated.
const (
	// PostRetriesAuto repeats a POST with an Idempotency-Key like any other
	// request. Without such a key, and at the vendor's servers, which may not
	// know the header, it does what [PostRetriesUnsent] does.
	PostRetriesAuto PostRetries = iota
	// PostRetriesUnsent repeats a POST only if it has certainly not reached the
	// server, because there was no connection.
	PostRetriesUnsent
	// PostRetriesAlways repeats every POST like any other request. Its effect
	// may then happen more than once.
	PostRetriesAlways
)

// WithPOSTRetries sets when a POST is repeated, instead of [PostRetriesAuto]. Use
// [PostRetriesUnsent] if your base URL is a proxy in front of the vendor's API,
// or of another one that does not know Idempotency-Key.
func WithPOSTRetries(when PostRetries) Option {
	return func(s *settings) error {
		if when < PostRetriesAuto || when > PostRetriesAlways {
			return invalidOption("WithPOSTRetries: there is no such value")
		}
		s.postRetries = when
		return nil
	}
}

// setIdempotencyKey also finds out whether the call may be repeated once it was
// sent.
//
// net/http repeats a POST by itself when a connection that it used before
// breaks, if it finds an Idempotency-Key in the header map. Where the server
// may not know the key, it is put there in lower case: net/http does not find
// it, and to HTTP it is the same.
func (c *call) setIdempotencyKey() {
	if c.request.Method != http.MethodPost {
		return
	}
	c.unsent = c.postRetries == PostRetriesUnsent ||
		c.postRetries == PostRetriesAuto && (c.server.vendor || !c.operation.keyed)
	if !c.operation.keyed {
		return
	}
	key := c.idempotencyKey
	if key == "" {
		key = rand.Text()
	}
	name := "Idempotency-Key"
	if c.unsent {
		name = "idempotency-key"
	}
	c.request.Header[name] = []string{key}
}
