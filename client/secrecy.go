package client

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// redacted stands where a secret was.
const redacted = "[redacted]"

// How long the server's texts may be in an error, in bytes.
const (
	maxMessage   = 1 << 10
	maxRequestID = 128
)

// shortestSecret is the length from which on a secret of the request is looked
// for in the server's texts. Shorter ones keep no secret, and occur in any
// text.
const shortestSecret = 4

// clean makes a text that may come from the server fit to print: one line of
// bounded length, without the secrets of this call. It is called for errors
// only.
func (c *call) clean(text string) string {
	text = strings.ReplaceAll(text, c.apiKey, redacted)
	for _, secret := range secretsOf(c.body) {
		text = strings.ReplaceAll(text, secret, redacted)
	}
	return printable(text, maxMessage)
}

func (c *call) cleanViolations(violations []Violation) []Violation {
	for i := range violations {
		v := &violations[i]
		v.In = ViolationIn(c.clean(string(v.In)))
		v.Pointer, v.Code, v.Detail = c.clean(v.Pointer), c.clean(v.Code), c.clean(v.Detail)
		for _, text := range []*string{v.Schema, v.Suggestion} {
			if text != nil {
				*text = c.clean(*text)
			}
		}
	}
	return violations
}

// printable puts a text on one line and cuts it at a number of bytes.
func printable(text string, limit int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, text)
	if len(text) > limit {
		return strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return text
}

// secretsOf returns the secrets of a request's body: signing keys, header
// values, and what a URL has of a password and query.
func secretsOf(body []byte) []string {
	_, secrets := redact(body)
	return secrets
}

// redact returns a JSON text without the secrets that openapi.yaml has a place
// for, and the secrets. It returns "" for what is not JSON.
func redact(body []byte) (string, []string) {
	if len(body) == 0 {
		return "", nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return "", nil
	}
	var r redactor
	r.walk(value)
	text, err := json.Marshal(value)
	if err != nil {
		return "", r.secrets
	}
	return string(text), r.secrets
}

type redactor struct{ secrets []string }

func (r *redactor) walk(value any) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			r.walk(item)
		}
	case map[string]any:
		for name, member := range value {
			r.member(value, name, member)
		}
	default:
	}
}

func (r *redactor) member(object map[string]any, name string, member any) {
	text, isText := member.(string)
	switch {
	case name == "signing_key" && isText:
		object[name] = r.hide(text)
	case name == "headers":
		r.headers(member)
	case (name == "url" || name == "webhookUrl") && isText:
		object[name] = r.url(text)
	default:
		r.walk(member)
	}
}

// headers hides the values of {name, value} pairs.
func (r *redactor) headers(member any) {
	list, ok := member.([]any)
	if !ok {
		r.walk(member)
		return
	}
	for _, item := range list {
		header, ok := item.(map[string]any)
		if !ok {
			continue
		}
		if value, ok := header["value"].(string); ok {
			header["value"] = r.hide(value)
		}
	}
}

// url hides user, password and query.
func (r *redactor) url(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return redacted
	}
	if password, ok := u.User.Password(); ok {
		r.hide(password)
	}
	if u.User != nil {
		u.User = url.User(redacted)
	}
	if u.RawQuery != "" {
		r.hide(u.RawQuery)
		for _, values := range u.Query() {
			for _, value := range values {
				r.hide(value)
			}
		}
		u.RawQuery = redacted
	}
	return u.String()
}

func (r *redactor) hide(secret string) string {
	if len(secret) >= shortestSecret {
		r.secrets = append(r.secrets, secret)
	}
	return redacted
}
