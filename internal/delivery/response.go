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
// that were sent.
func readBody(response *http.Response, sent []webhook.Header) ([]byte, error) {
	if response.StatusCode == http.StatusSwitchingProtocols {
		// The body is the connection, which nothing would end: not the
		// receiver, and not the attempt's context.
		return nil, nil
	}
	var kept bytes.Buffer
	limited := &io.LimitedReader{R: response.Body, N: maxRead}
	_, err := io.CopyN(&kept, limited, int64(maxKept+longest(sent)))
	if err == nil {
		_, err = io.Copy(io.Discard, limited)
	}
	if err == io.EOF { //nolint:errorlint // CopyN returns io.EOF itself at the end, and wrapped ones are failures
		err = nil
	}
	return printable(redact(kept.Bytes(), sent)), err
}

// minRedacted is in bytes. Shorter header values are no credentials, and can be
// in any text.
const minRedacted = 8

// redact takes header values out of a response that repeats its request, as
// those of test servers do: they are kept encrypted, and bodies are not.
func redact(raw []byte, sent []webhook.Header) []byte {
	for _, header := range sent {
		if value := header.Value.Reveal(); len(value) >= minRedacted {
			raw = bytes.ReplaceAll(raw, []byte(value), []byte(webhook.Redacted))
		}
	}
	return raw
}

// longest is how many bytes beyond the kept ones are needed to see a value that
// begins in them.
func longest(sent []webhook.Header) int {
	length := 0
	for _, header := range sent {
		length = max(length, len(header.Value))
	}
	return min(length, maxRead-maxKept)
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
