package delivery

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"testing/quick"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// TestRedactForms has receivers repeat a secret in the forms that are theirs.
func TestRedactForms(t *testing.T) {
	const (
		bearer = "aB3/x+\"tOkEn<9>" //nolint:gosec // the test looks for it where it must not be
		basic  = "pa55word"
	)
	d := &webhook.Dispatch{ //nolint:gosec // likewise
		URL: "https://me:0pen-Sesame@hook.example/",
		Headers: []webhook.Header{
			{Name: "Authorization", Value: "Bearer " + bearer},
			{Name: "X-Other", Value: webhook.Secret("Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+basic)))},
			{Name: "X-Pin", Value: "4711"},
		},
	}
	encoded := func(prefix, value string) string {
		return base64.StdEncoding.EncodeToString([]byte(prefix + value + " and more"))
	}
	for name, answer := range map[string]string{
		"as it is":               "Authorization: Bearer " + bearer,
		"without its scheme":     "token " + bearer + " is not known",
		"in capitals":            strings.ToUpper(bearer),
		"in small letters":       strings.ToLower(bearer),
		"in a URL":               "/login?token=" + url.QueryEscape(bearer),
		"in JSON":                `{"token":"aB3/x+\"tOkEn\u003c9\u003e"}`,
		"in HTML":                "<p>aB3/x+&#34;tOkEn&lt;9&gt;</p>",
		"in hexadecimal":         hex.EncodeToString([]byte(bearer)),
		"in base64":              base64.StdEncoding.EncodeToString([]byte(bearer)),
		"in base64 for URLs":     base64.RawURLEncoding.EncodeToString([]byte(bearer)),
		"in longer base64":       encoded("", bearer),
		"one byte on":            encoded("x", bearer),
		"two bytes on":           encoded("xy", bearer),
		"of Basic, decoded":      "no user with " + basic,
		"of Basic, encoded":      encoded("user:", basic),
		"of the URL":             "wrong password 0pen-sesame",
		"of the URL, as it goes": base64.StdEncoding.EncodeToString([]byte("me:0pen-Sesame")),
		"short":                  `{"pin":4711}`,
	} {
		t.Run(name, func(t *testing.T) {
			got := string(newRedactor(d).redact([]byte(answer)))
			assert.Contains(t, got, webhook.Redacted)
			for _, secret := range []string{bearer, basic, "0pen-Sesame", "4711"} {
				assert.NotContains(t, strings.ToLower(got), strings.ToLower(secret))
			}
		})
	}
	const harmless = "a bearer token is missing; see page 14711"
	assert.Equal(t, harmless, string(newRedactor(d).redact([]byte(harmless))))
}

// Wherever a value stands in a text, the text's base64 loses it.
func TestRedactBase64(t *testing.T) {
	const value = "a-secret-of-some-length"
	r := newRedactor(&webhook.Dispatch{Headers: []webhook.Header{{Name: "X", Value: value}}})
	gone := func(before, after []byte) bool {
		text := append(append(before, value...), after...)
		redacted := r.redact([]byte(base64.RawStdEncoding.EncodeToString(text)))
		return strings.Contains(string(redacted), webhook.Redacted)
	}
	require.NoError(t, quick.Check(gone, nil))
}
