// Package interop gives tests the Standard Webhooks libraries of several
// languages, to hold our signatures against theirs and theirs against ours.
// JavaScript and Python run in processes of their own, with what `make interop`
// has installed; where that is missing the test is skipped, or fails (see
// internal/testpart).
package interop

import (
	"errors"
	"net/http"
	"testing"
	"time"
)

// Language is that of a library.
type Language string

// The languages, in the order of [Languages].
const (
	Go         Language = "go"
	JavaScript Language = "javascript"
	Python     Language = "python"
)

// Languages returns all of them, for a test to range over.
func Languages() []Language { return []Language{Go, JavaScript, Python} }

// ErrRefused is what [Peer.Verify] returns, wrapped, if the library says that a
// delivery is not verified. Every other error is a failure of the test's own.
var ErrRefused = errors.New("interop: the library refuses the delivery")

// Peer is the library of one language. It may be used concurrently. A secret is
// given to the library as it wants it: those that begin with whsec_ as they
// are, others as raw bytes. Payloads must be UTF-8 for all but [Go].
type Peer interface {
	// Verify returns nil if the library accepts the delivery, by the real
	// clock. A header with several values is given with its first.
	Verify(secret string, header http.Header, payload []byte) error
	// Sign returns what the library makes: one signature, for
	// webhook-signature.
	Sign(secret, id string, timestamp time.Time, payload []byte) (string, error)
}

// Verify asks the library of a language once; see [Peer]. For several questions
// [Start] is faster.
func Verify(tb testing.TB, language Language, secret string, header http.Header, payload []byte) error {
	tb.Helper()
	return Start(tb, language).Verify(secret, header, payload)
}

// Start returns the library of a language, which ends with the test.
func Start(tb testing.TB, language Language) Peer {
	tb.Helper()
	if language == Go {
		return goPeer{}
	}
	program, ok := programs[language]
	if !ok {
		tb.Fatalf("interop: there is no library for %q", language)
	}
	return program.start(tb, string(language))
}
