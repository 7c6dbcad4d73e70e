package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

const capturedBody = `{"event":"invoice.create","note":"a \"quoted\" one: two, three","id":88}`

// signedBy returns the headers that a scheme's sender sets.
func signedBy(t *testing.T, scheme receiver.Scheme, secret, body string) http.Header {
	t.Helper()
	header := http.Header{"Content-Type": {"application/json"}}
	require.NoError(t, scheme.SetHeader(header, []string{secret}, "0196d5c2", time.Unix(1778869022, 0), []byte(body)))
	return header
}

// rawRequest writes a request as it goes over the wire.
func rawRequest(header http.Header, body string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "POST /hooks HTTP/1.1\r\nHost: example.com\r\nContent-Length: %d\r\n", len(body))
	_ = header.Write(&text) // to memory
	return text.String() + "\r\n" + body
}

// TestVerifySchemes recognises every known scheme without being told.
func TestVerifySchemes(t *testing.T) {
	s := newSession(t)
	t.Setenv("KEY", testKey)
	for _, scheme := range receiver.Schemes() {
		got := s.feed(rawRequest(signedBy(t, scheme, testKey, capturedBody), capturedBody), "verify", "--secret", "env:KEY", "-")
		assert.Zero(t, got.status, "%s: %s%s", scheme.Name, got.stdout, got.stderr)
		assert.Contains(t, got.stdout, "-: verified by "+scheme.Name+": ")
		assert.Contains(t, got.stdout, fmt.Sprintf("receiver.Scheme{SignatureHeader: %q", scheme.SignatureHeader))
		assert.NotContains(t, got.stdout, testKey)
	}
}

// TestVerifyUnknownSchemes finds out how the vendor might sign, whose format is
// not documented.
func TestVerifyUnknownSchemes(t *testing.T) {
	s := newSession(t)
	for name, scheme := range map[string]receiver.Scheme{
		"hex of the body":           {Signed: "{body}"},
		"base64 of the body":        {Signed: "{body}", Encoding: receiver.Base64},
		"prefix":                    {Signed: "{body}", Prefix: "sha256="},
		"v1 and a timestamp header": {Signed: "{timestamp}.{body}", Prefix: "v1=", TimestampHeader: "X-Rootfi-Timestamp"},
		"milliseconds":              {Signed: "{timestamp}.{body}", TimestampHeader: "X-Rootfi-Timestamp", TimestampUnit: time.Millisecond},
		"fields":                    {Signed: "{timestamp}.{body}", Separator: ",", Prefix: "v1=", TimestampField: "t="},
		"an id": {
			Signed: "{id}.{timestamp}.{body}", Encoding: receiver.Base64, Prefix: "v1,", IDHeader: "X-Rootfi-Event-Id", TimestampHeader: "X-Rootfi-Timestamp",
		},
		"a hex secret":    {Signed: "{body}", Secret: receiver.SecretHex},
		"a base64 secret": {Signed: "{timestamp}:{body}", TimestampHeader: "X-Rootfi-Timestamp", Secret: receiver.SecretBase64},
	} {
		scheme.SignatureHeader = "X-RootFi-Signature"
		secret := strings.Repeat("0a1b", 16)
		t.Setenv("KEY", secret)
		got := s.feed(rawRequest(signedBy(t, scheme, secret, capturedBody), capturedBody), "verify", "--secret", "env:KEY", "-", "--json")
		require.Zero(t, got.status, "%s: %s%s", name, got.stdout, got.stderr)
		var found []verdict
		require.NoError(t, json.Unmarshal([]byte(got.stdout), &found))
		assert.Contains(t, found[0].Go, `SignatureHeader: "X-Rootfi-Signature"`, name)
		assert.Contains(t, found[0].Go, fmt.Sprintf("Signed: %q", scheme.Signed), name)
		assert.NotContains(t, got.stdout, secret)
	}
}

// TestVerifyCaptures reads a delivery in every form that people have.
func TestVerifyCaptures(t *testing.T) {
	s := newSession(t)
	t.Setenv("KEY", testKey)
	header := signedBy(t, receiver.Schemes()[0], testKey, capturedBody)
	var lines strings.Builder
	require.NoError(t, header.Write(&lines))
	curl := []string{"curl -X POST https://example.com/hooks --data-binary", shellQuote(capturedBody)}
	var fields []map[string]string
	for name, values := range header {
		curl = append(curl, "-H", shellQuote(name+": "+values[0]))
		fields = append(fields, map[string]string{"name": name, "value": values[0]})
	}
	recording, err := json.Marshal(map[string]any{"log": map[string]any{"entries": []any{
		map[string]any{"request": map[string]any{"method": "GET", "url": "https://example.com/", "headers": []any{}}},
		map[string]any{"request": map[string]any{
			"method": "POST", "url": "https://example.com/hooks", "headers": fields,
			"postData": map[string]any{"mimeType": "application/json", "text": capturedBody},
		}},
	}}})
	require.NoError(t, err)
	for name, text := range map[string]string{
		"raw": rawRequest(header, capturedBody), "headers and body": lines.String() + "\n" + capturedBody, "curl": strings.Join(curl, " "), "HAR": string(recording),
	} {
		got := s.feed(text, "verify", "--secret", "env:KEY", "-")
		assert.Zero(t, got.status, "%s: %s%s", name, got.stdout, got.stderr)
		assert.Contains(t, got.stdout, "verified by standard-webhooks")
		assert.Contains(t, got.stdout, "its timestamp is ")
	}
	folder := t.TempDir()
	headers, body := filepath.Join(folder, "headers.txt"), filepath.Join(folder, "body.json")
	require.NoError(t, os.WriteFile(headers, []byte(lines.String()), 0o600))
	require.NoError(t, os.WriteFile(body, []byte(capturedBody), 0o600))
	assert.Contains(t, s.must("verify", "--secret", "env:KEY", "--headers", headers, "--body", body), "verified by standard-webhooks")
}

// TestVerifyExplains says what would have to differ.
func TestVerifyExplains(t *testing.T) {
	s := newSession(t)
	t.Setenv("KEY", testKey)
	header := signedBy(t, receiver.Schemes()[3], testKey, capturedBody) // github
	spaced := string(spacedJSON([]byte(capturedBody)))
	require.NotEqual(t, capturedBody, spaced)
	require.JSONEq(t, capturedBody, spaced)
	for _, c := range []struct {
		name, text, want string
		args             []string
	}{
		{"re-encoded", rawRequest(header, spaced), "if the body were JSON without white space", nil},
		{"line break added", rawRequest(header, capturedBody+"\n"), "without the line break at its end", nil},
		{"spaces lost", rawRequest(signedBy(t, receiver.Schemes()[3], testKey, spaced), capturedBody), "with a space after each comma and colon", nil},
		{"wrong secret", rawRequest(signedBy(t, receiver.Schemes()[3], "another", capturedBody), capturedBody), "the secret is another one", nil},
		{"no signature", rawRequest(http.Header{}, capturedBody), "no header looks like", nil},
		{"SHA-1", rawRequest(http.Header{"X-Hub-Signature": {"sha1=" + strings.Repeat("0a", 20)}}, capturedBody), "an HMAC-SHA1 signature", nil},
		{"other scheme", rawRequest(header, capturedBody), "missing_header", []string{"--scheme", "stripe"}},
	} {
		got := s.feed(c.text, append([]string{"verify", "--secret", "env:KEY", "-"}, c.args...)...)
		assert.Equal(t, statusFailed, got.status, c.name)
		assert.Contains(t, got.stdout, "not verified", c.name)
		assert.Contains(t, got.stdout, c.want, c.name)
		assert.NotContains(t, got.stdout+got.stderr, testKey)
	}
	for _, text := range []string{"", "{", "no header", "curl --data-binary @body.json https://example.com/"} {
		assert.Equal(t, statusUsage, s.feed(text, "verify", "--secret", "env:KEY", "-").status, text)
	}
	assert.Equal(t, statusUsage, s.run("verify", "--secret", "env:KEY").status)
}

// TestSign makes headers that receive takes, by every scheme.
func TestSign(t *testing.T) {
	s := newSession(t)
	t.Setenv("KEY", testKey)
	for _, scheme := range receiver.Schemes() {
		got := s.feed(capturedBody, "sign", "--secret", "env:KEY", "--scheme", scheme.Name, "--timestamp", "1m", "-")
		require.Zero(t, got.status, got.stderr)
		header, err := headerLines([]byte(got.stdout))
		require.NoError(t, err)
		verifier, err := receiver.NewVerifier([]string{testKey}, receiver.WithScheme(scheme))
		require.NoError(t, err)
		require.NoError(t, verifier.Verify([]byte(capturedBody), header), scheme.Name)
	}
	got := s.feed(capturedBody, "sign", "--secret", "env:KEY", "--id", "17", "--timestamp", "2026-05-15T18:17:02Z", "-")
	assert.Contains(t, got.stdout, "Webhook-Id: 17\n")
	assert.Contains(t, got.stdout, "Webhook-Timestamp: 1778869022\n")
	assert.Equal(t, statusUsage, s.feed("", "sign", "--secret", "env:KEY", "--timestamp", "soon", "-").status)
}

// TestReceiveScheme verifies by another sender's scheme.
func TestReceiveScheme(t *testing.T) {
	s := newSession(t)
	t.Setenv("KEY", testKey)
	b := s.start("receive", "--listen", "127.0.0.1:0", "--secret", "env:KEY", "--scheme", "github", "--json")
	_, url, _ := strings.Cut(b.line(), "listening on ")
	url, _, _ = strings.Cut(url, ";")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(capturedBody))
	require.NoError(t, err)
	request.Header = signedBy(t, receiver.Schemes()[3], testKey, capturedBody)
	sent := make(chan error, 1)
	go func() {
		response, err := new(http.Transport).RoundTrip(request)
		if err == nil {
			err = response.Body.Close()
		}
		sent <- err
	}()
	assert.Contains(t, b.line(), `"signature":"signature right"`)
	require.NoError(t, <-sent)
	_, status := b.stop()
	assert.Zero(t, status)
}
