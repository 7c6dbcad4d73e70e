package delivery

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// maxRead is how many bytes of a response's body are read. A longer body
	// costs the connection, which is closed.
	maxRead = 64 << 10
	// maxKept is how many bytes of it are kept.
	maxKept = 2 << 10
)

// readBody reads the body to its end or its limit and returns the beginning in
// a form that every database takes as text, without the values of the headers
// that d sent.
func readBody(response *http.Response, d *webhook.Dispatch) ([]byte, error) {
	if response.StatusCode == http.StatusSwitchingProtocols || response.Body == http.NoBody {
		// After 101 the body is the connection, which nothing would end: not
		// the receiver, and not the attempt's context.
		return nil, nil
	}
	redactor := newRedactor(d)
	var kept bytes.Buffer
	limited := &io.LimitedReader{R: response.Body, N: maxRead}
	// A value that begins in what is kept may end behind it.
	_, err := io.CopyN(&kept, limited, int64(min(maxKept+redactor.reach, maxRead)))
	if err == nil {
		_, err = io.Copy(io.Discard, limited)
	}
	if err == io.EOF { //nolint:errorlint // CopyN returns io.EOF itself at the end, and wrapped ones are failures
		err = nil
	}
	return printable(redactor.redact(kept.Bytes())), err
}

// printable returns at most maxKept bytes of valid UTF-8: invalid bytes and
// NUL, which PostgreSQL does not store, become U+FFFD, and a rune that the
// limit cut is dropped.
func printable(raw []byte) []byte {
	if len(raw) == 0 {
		return nil
	}
	if len(raw) >= maxKept {
		raw = dropPartialRune(raw[:maxKept])
	}
	text := strings.ReplaceAll(strings.ToValidUTF8(string(raw), "\uFFFD"), "\x00", "\uFFFD")
	if len(text) > maxKept {
		// The replacement character is longer than what it replaces.
		text = strings.ToValidUTF8(text[:maxKept], "")
	}
	return []byte(text)
}

func dropPartialRune(raw []byte) []byte {
	for i := len(raw) - 1; i >= max(0, len(raw)-utf8.UTFMax); i-- {
		if utf8.RuneStart(raw[i]) {
			if !utf8.FullRune(raw[i:]) {
				return raw[:i]
			}
			break
		}
	}
	return raw
}
