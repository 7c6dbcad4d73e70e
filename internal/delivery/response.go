package delivery

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	// maxRead is how many bytes of a response's body are read. A longer body
	// costs the connection, which is closed.
	maxRead = 64 << 10
	// maxKept is how many bytes of it are kept.
	maxKept = 2 << 10
)

// readBody reads body to its end or its limit, closes it, and returns the
// beginning in a form that every database takes as text.
func readBody(body io.ReadCloser) ([]byte, error) {
	defer func() { _ = body.Close() }() // nothing is left to lose
	var kept bytes.Buffer
	limited := &io.LimitedReader{R: body, N: maxRead}
	_, err := io.CopyN(&kept, limited, maxKept)
	if err == nil {
		_, err = io.Copy(io.Discard, limited)
	}
	if err == io.EOF { //nolint:errorlint // CopyN returns io.EOF itself at the end, and wrapped ones are failures
		err = nil
	}
	return printable(kept.Bytes()), err
}

// printable returns at most maxKept bytes of valid UTF-8: invalid bytes and NUL,
// which PostgreSQL does not store, become U+FFFD, and a rune that the limit cut
// is dropped.
func printable(raw []byte) []byte {
	if len(raw) == 0 {
		return nil
	}
	if len(raw) == maxKept {
		raw = dropPartialRune(raw)
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
