package delivery

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// minRedacted is in bytes. Shorter values are no credentials, and can be in
	// any text.
	minRedacted = 4
	// minInside is from which length on a value is redacted inside of a word,
	// too.
	minInside = 8
)

// redactor takes the values of the headers that were sent out of an answer that
// repeats its request, as those of test servers do: the values are kept
// encrypted, and answers are not.
type redactor struct {
	patterns []pattern
	reach    int
}

// pattern is a form of a value. Case has no meaning in it, except in base64.
type pattern struct {
	text      string // in lower case unless exact is set
	exact     bool
	wholeWord bool
}

// newRedactor returns the redactor for what d sends.
func newRedactor(d *webhook.Dispatch) *redactor {
	r := &redactor{}
	for _, value := range sentSecrets(d) {
		r.add(value)
	}
	// A value goes before the credential that is a part of it.
	slices.SortFunc(r.patterns, func(a, b pattern) int { return len(b.text) - len(a.text) })
	return r
}

// sentSecrets returns the values of custom headers and the URL's password, and
// of an Authorization value the credentials without their scheme (RFC 9110,
// section 11.4), those of Basic decoded.
func sentSecrets(d *webhook.Dispatch) []string {
	var all []string
	if u, err := url.Parse(d.URL); err == nil && u.User != nil {
		if password, ok := u.User.Password(); ok {
			all = append(all, password, u.User.Username()+":"+password)
		}
	}
	for _, header := range d.Headers {
		value := strings.TrimSpace(header.Value.Reveal())
		all = append(all, value)
		scheme, credentials, ok := strings.Cut(value, " ")
		if !ok {
			continue
		}
		all = append(all, strings.TrimSpace(credentials))
		if decoded, err := base64.StdEncoding.DecodeString(credentials); err == nil && strings.EqualFold(scheme, "Basic") {
			_, password, _ := strings.Cut(string(decoded), ":")
			all = append(all, string(decoded), password)
		}
	}
	return all
}

// add adds the forms in which receivers repeat a value.
func (r *redactor) add(value string) {
	if len(value) < minRedacted {
		return
	}
	quoted, _ := json.Marshal(value) //nolint:errchkjson // a string always has a form
	forms := []string{
		value, string(quoted[1 : len(quoted)-1]), html.EscapeString(value), url.QueryEscape(value), url.PathEscape(value),
		hex.EncodeToString([]byte(value)),
	}
	for _, form := range forms {
		r.append(pattern{text: asciiLower(form), wholeWord: len(form) < minInside})
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for skipped := range 3 {
			r.append(pattern{text: base64Inside(encoding, value, skipped), exact: true, wholeWord: len(value) < minRedacted+1})
		}
	}
}

func (r *redactor) append(p pattern) {
	if !slices.Contains(r.patterns, p) {
		r.patterns = append(r.patterns, p)
		r.reach = max(r.reach, len(p.text))
	}
}

// base64Inside returns the characters that a value has for certain in the
// base64 of a text in which it stands, after so many bytes beyond a multiple of
// three.
func base64Inside(encoding *base64.Encoding, value string, after int) string {
	const bits = 6
	encoded := encoding.EncodeToString(append(make([]byte, after), value...))
	first := (after*8 + bits - 1) / bits
	return encoded[first : (after+len(value))*8/bits]
}

// redact returns the answer without the values.
func (r *redactor) redact(raw []byte) []byte {
	for _, p := range r.patterns {
		raw = p.replace(raw)
	}
	return raw
}

func (p *pattern) replace(raw []byte) []byte {
	in := string(raw)
	if !p.exact {
		in = asciiLower(in)
	}
	if !strings.Contains(in, p.text) {
		return raw
	}
	var out bytes.Buffer
	done := 0
	for at := 0; at < len(in); {
		i := strings.Index(in[at:], p.text)
		if i < 0 {
			break
		}
		start, end := at+i, at+i+len(p.text)
		if p.wholeWord && !isWord(in, start, end) {
			at = start + 1
			continue
		}
		out.Write(raw[done:start])
		out.WriteString(webhook.Redacted)
		done, at = end, end
	}
	out.Write(raw[done:])
	return out.Bytes()
}

// isWord tells whether what stands there is not a part of a longer word.
func isWord(text string, start, end int) bool {
	return (start == 0 || !isAlphanumeric(text[start-1])) && (end == len(text) || !isAlphanumeric(text[end]))
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// asciiLower keeps the length, which [strings.ToLower] does not.
func asciiLower(text string) string {
	lower := []byte(text)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + ('a' - 'A')
		}
	}
	return string(lower)
}
