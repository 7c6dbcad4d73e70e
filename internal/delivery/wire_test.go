package delivery

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
	"github.com/hookline-go/hookline/receiver"
)

// capture returns a URL and what arrives there, byte for byte.
func capture(t *testing.T) (target string, wire func() string) {
	t.Helper()
	arrived := make(chan string, 1)
	target = rawReceiver(t, func(conn net.Conn) {
		var raw bytes.Buffer
		request, err := http.ReadRequest(bufio.NewReader(io.TeeReader(conn, &raw)))
		if err == nil {
			_, _ = io.Copy(io.Discard, request.Body)
		}
		arrived <- raw.String()
		_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	return target, func() string { return <-arrived }
}

func hostOf(t *testing.T, target string) string {
	t.Helper()
	u, err := url.Parse(target)
	require.NoError(t, err)
	return u.Host
}

// testSignature is that of testEventID, testNow and testPayload under testKey,
// as Python's hmac module computes it.
const testSignature = "v1,nxMZIXD7pL2RwbmFUFKlhVc5ji7kiUswSb742Ao3SBM="

func TestWire(t *testing.T) {
	noLeak(t)
	target, wire := capture(t)
	d := dispatchTo(target)
	with("X-Tag", "one", "x-lower", "2", "X-TAG", "three", "Authorization", "Bearer "+testToken, "X-Empty", "")(d)
	assert.Equal(t, KindDelivered, send(t, newTestSender(t, testEgress{}), d).Kind)
	assert.Equal(t, strings.Join([]string{
		"POST /hook/path-tOkEn?key=query-tOkEn HTTP/1.1",
		"Host: " + hostOf(t, target),
		"User-Agent: hookline/1.2.3",
		fmt.Sprintf("Content-Length: %d", len(testPayload)),
		"Authorization: Bearer " + testToken,
		"Content-Type: application/json",
		"Webhook-Id: " + testEventID,
		"Webhook-Signature: " + testSignature,
		"Webhook-Timestamp: 1772368215",
		"X-Empty: ",
		"X-RootFi-Signature: " + testSignature,
		"X-Tag: one",
		"X-Tag: three",
		"x-lower: 2",
		"",
		string(testPayload),
	}, "\r\n"), wire())
}

func TestWireWithoutKey(t *testing.T) {
	noLeak(t)
	target, wire := capture(t)
	d := dispatchTo(target)
	d.SigningKeys, d.Headers, d.Payload = nil, nil, []byte(`{}`)
	assert.Equal(t, KindDelivered, send(t, newTestSender(t, testEgress{}), d).Kind)
	assert.Equal(t, strings.Join([]string{
		"POST /hook/path-tOkEn?key=query-tOkEn HTTP/1.1",
		"Host: " + hostOf(t, target),
		"User-Agent: hookline/1.2.3",
		"Content-Length: 2",
		"Content-Type: application/json",
		"Webhook-Id: " + testEventID,
		"Webhook-Timestamp: 1772368215",
		"",
		"{}",
	}, "\r\n"), wire())
}

// received is a request as a handler sees it.
type received struct {
	header http.Header
	body   []byte
	proto  string
	host   string
}

// recorder returns a handler and what it was sent.
func recorder() (handler http.HandlerFunc, next func() received) {
	requests := make(chan received, 1)
	return func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- received{r.Header, body, r.Proto, r.Host}
	}, func() received { return <-requests }
}

// deliver sends to a server that records.
func deliver(t *testing.T, change func(*webhook.Dispatch)) received {
	t.Helper()
	noLeak(t)
	handler, next := recorder()
	d := dispatchTo(httpReceiver(t, handler).URL + testPath)
	change(d)
	result := send(t, newTestSender(t, testEgress{}), d)
	require.Equal(t, KindDelivered, result.Kind, result.ErrorMessage)
	return next()
}

func TestWireSignature(t *testing.T) {
	const other = "not base64, but \x01 bytes: pässwörd"
	tests := map[string]struct {
		keys []webhook.Secret
	}{
		"a key of Standard Webhooks":           {keys: []webhook.Secret{testKey}},
		"any other key":                        {keys: []webhook.Secret{other}},
		"a key that only looks like base64":    {keys: []webhook.Secret{"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}},
		"the old key beside the new":           {keys: []webhook.Secret{testKey, other}},
		"two of Standard Webhooks, one padded": {keys: []webhook.Secret{testKey, "whsec_b25lIGJ5dGUgb2YgcGFkZGluZzogMjM="}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := deliver(t, signedBy(test.keys...))
			assert.Equal(t, testPayload, got.body)
			signatures := strings.Split(got.header.Get("Webhook-Signature"), " ")
			require.Len(t, signatures, len(test.keys))
			assert.Equal(t, got.header["Webhook-Signature"], got.header["X-Rootfi-Signature"])
			for i, key := range test.keys {
				assertSigned(t, got, key.Reveal(), signatures[i])
			}
		})
	}
}

// assertSigned asks the library of Standard Webhooks and our own receiver: of
// all signatures, and of the key's own.
func assertSigned(t *testing.T, got received, key, own string) {
	t.Helper()
	theirs, err := standardwebhooks.NewWebhookRaw([]byte(key))
	if strings.HasPrefix(key, "whsec_") {
		theirs, err = standardwebhooks.NewWebhook(key)
	}
	require.NoError(t, err)
	clock := receiver.WithClock(func() time.Time { return testNow })
	for _, signature := range []string{got.header.Get("Webhook-Signature"), own} {
		header := got.header.Clone()
		header.Set("Webhook-Signature", signature)
		require.NoError(t, theirs.VerifyIgnoringTimestamp(got.body, header))
		require.Error(t, theirs.VerifyIgnoringTimestamp(append(got.body, ' '), header))
		verifier, err := receiver.NewVerifier([]string{key}, clock)
		require.NoError(t, err)
		require.NoError(t, verifier.Verify(got.body, header))
	}
}

func TestWireHeadersThatAConfigCannotSet(t *testing.T) {
	names := []string{
		"content-type", "USER-AGENT", " Host ", "webhook-id", "Webhook-Timestamp", "WEBHOOK-SIGNATURE", "x-rootfi-signature",
		"Content-Length", "content-encoding", "transfer-encoding", "connection", "Keep-Alive", "upgrade", "TE", "trailer",
		"Expect", "HTTP2-Settings", "Proxy-Connection", "proxy-authorization", "Proxy-Authenticate",
	}
	var pairs []string
	for _, name := range names {
		pairs = append(pairs, name, "evil-tOkEn")
	}
	tests := map[string]struct {
		change func(*webhook.Dispatch)
		signed bool
	}{
		"signed":   {change: with(pairs...), signed: true},
		"unsigned": {change: both(with(pairs[:12]...), signedBy())},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := deliver(t, test.change)
			assert.NotContains(t, fmt.Sprint(got.header, got.host), "evil")
			assert.Equal(t, []string{"application/json"}, got.header["Content-Type"])
			assert.Equal(t, []string{"hookline/1.2.3"}, got.header["User-Agent"])
			assert.Equal(t, []string{testEventID}, got.header["Webhook-Id"])
			assert.Equal(t, []string{"1772368215"}, got.header["Webhook-Timestamp"])
			assert.Equal(t, test.signed, got.header["Webhook-Signature"] != nil)
			assert.Equal(t, test.signed, got.header["X-Rootfi-Signature"] != nil)
		})
	}
}

func both(changes ...func(*webhook.Dispatch)) func(*webhook.Dispatch) {
	return func(d *webhook.Dispatch) {
		for _, change := range changes {
			change(d)
		}
	}
}

// A signature header of the config's is never the way to set one of ours.
func TestWireSignatureHeaderThatCannotBeSet(t *testing.T) {
	for _, name := range []string{"", "Content-Type", "webhook-id", "webhook-signature", "Host", "no name", "X\r\nY"} {
		t.Run(name, func(t *testing.T) {
			got := deliver(t, func(d *webhook.Dispatch) { d.SignatureHeader = name })
			assert.Equal(t, []string{"application/json"}, got.header["Content-Type"])
			assert.Equal(t, []string{testEventID}, got.header["Webhook-Id"])
			assert.Equal(t, []string{testSignature}, got.header["Webhook-Signature"])
		})
	}
}

// Without a key the config's signature header is a header like any other.
func TestWireSignatureHeaderWithoutKey(t *testing.T) {
	got := deliver(t, both(signedBy(), with("X-RootFi-Signature", "shared token")))
	assert.Equal(t, []string{"shared token"}, got.header["X-Rootfi-Signature"])
}

func TestWireBasicAuth(t *testing.T) {
	withUser := func(d *webhook.Dispatch) { d.URL = strings.Replace(d.URL, "http://", "http://user:pass-tOkEn@", 1) }
	got := deliver(t, both(withUser, with()))
	assert.Equal(t, []string{"Basic dXNlcjpwYXNzLXRPa0Vu"}, got.header["Authorization"])

	got = deliver(t, both(withUser, with("authorization", "Bearer "+testToken)))
	assert.Equal(t, []string{"Bearer " + testToken}, got.header["Authorization"])
}

func TestWireOverHTTP2(t *testing.T) {
	noLeak(t)
	trusted := newAuthority(t)
	handler, next := recorder()
	config := &tls.Config{Certificates: []tls.Certificate{trusted.issue(t, unchanged)}, MinVersion: tls.VersionTLS12}
	d := dispatchTo(tlsReceiver(t, config, handler))
	with("X-Tag", "one", "x-tag", "two", "Connection", "close", "Transfer-Encoding", "chunked")(d)
	result := send(t, newTLSSender(t, trusted), d)
	require.Equal(t, KindDelivered, result.Kind, result.ErrorMessage)
	got := next()
	assert.Equal(t, "HTTP/2.0", got.proto)
	assert.Equal(t, testPayload, got.body)
	assert.Equal(t, []string{"one", "two"}, got.header["X-Tag"])
	assert.Equal(t, []string{testSignature}, got.header["X-Rootfi-Signature"])
}

func TestSenderDefaults(t *testing.T) {
	noLeak(t)
	handler, next := recorder()
	server := httpReceiver(t, handler)
	sender := newTestSender(t, testEgress{})
	sender = NewSender(SenderOptions{Transport: sender.transport})
	assert.Equal(t, 15*time.Second, sender.Timeout())
	require.Equal(t, KindDelivered, send(t, sender, dispatchTo(server.URL)).Kind)
	got := next()
	assert.Equal(t, "hookline/dev", got.header.Get("User-Agent"))
	require.NoError(t, receiver.Verify(got.body, got.header, testKey), "the timestamp is the present")
}
