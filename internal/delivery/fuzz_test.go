package delivery

import (
	"bufio"
	"bytes"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"", "0", "120", "86400", "86401", "-1", "1.5", "+5", " 7 ", "007", "99999999999999999999", "\u0661",
		"Sun, 01 Mar 2026 12:31:45 GMT", "Sunday, 01-Mar-26 12:31:45 GMT", "Sun Mar  1 12:31:45 2026", "Fri, 31 Dec 9999 23:59:59 GMT",
		"Mon, 01 Jan 0001 00:00:00 GMT", "soon",
	} {
		f.Add(seed, testNow.Unix())
	}
	f.Fuzz(func(t *testing.T, value string, unix int64) {
		now := time.Unix(unix, 0)
		got := retryAfter(http.Header{"Retry-After": {value}}, now)
		assert.GreaterOrEqual(t, got, time.Duration(0))
		if at, err := http.ParseTime(value); err == nil && got > 0 && got < math.MaxInt64 {
			assert.Equal(t, at.Unix(), now.Add(got).Unix())
		}
	})
}

func FuzzParseSchedule(f *testing.F) {
	for _, seed := range []string{"", "5s", "5s,5m,30m,2h,5h,10h,14h,20h,24h", " 1h , 2h", ",", "-1s", "1e3s", "9223372036854775807ns", "1µs", "8760h"} {
		f.Add(seed, uint8(0), 0.99)
	}
	f.Fuzz(func(t *testing.T, text string, retries uint8, random float64) {
		schedule, err := ParseSchedule(text)
		if err != nil {
			assert.Nil(t, schedule)
			assert.Equal(t, webhook.CodeInvalid, webhook.CodeOf(err))
			return
		}
		again, err := ParseSchedule(schedule.String())
		require.NoError(t, err)
		assert.Equal(t, schedule, again)
		if random < 0 || random >= 1 {
			return
		}
		outcome := decide(NewPolicy(schedule, func() float64 { return random }), failed, int(retries))
		assert.Equal(t, int(retries) < len(schedule), outcome.State == webhook.DeliveryPending)
		if outcome.State != webhook.DeliveryPending {
			return
		}
		assert.GreaterOrEqual(t, outcome.RetryAt.Sub(testNow), time.Duration(0))
		assert.LessOrEqual(t, outcome.RetryAt.Sub(testNow), maxDelay+maxDelay/10)
	})
}

// Whatever a config's headers are, the request is the one that was meant: ours
// are there once and as we set them, nothing else came into being, and an error
// shows nothing of the headers.
func FuzzCustomHeaders(f *testing.F) {
	for _, seed := range [][2]string{
		{"X-A", "1"},
		{"", ""},
		{"x-a ", " v "},
		{"webhook-id", "2"},
		{"Webhook-Id: 2\r\nX", "1"},
		{"X-A", "1\r\nWebhook-Id: 2"},
		{"X-A", "1\n"},
		{"X-A", "\x00"},
		{"X-É", "é"},
		{"content-length", "1"},
		{"Transfer-Encoding", "chunked"},
		{"host", "evil"},
		{"X-RootFi-Signature", "v1,x"},
		{":authority", "evil"},
		{"Authorization", "Bearer x"},
		{"Cookie", "a=b; c"},
		{"X-Tab", "\t1\t"},
		{"\u212Aeep-alive", "1"},
	} {
		f.Add(seed[0], seed[1], "X-RootFi-Signature", true)
	}
	f.Fuzz(func(t *testing.T, name, value, signatureHeader string, isSigned bool) {
		d := dispatchTo("http://hook.example" + testPath)
		d.Headers = []webhook.Header{{Name: name, Value: webhook.Secret(value)}}
		d.SignatureHeader = signatureHeader
		if !isSigned {
			d.SigningKeys = nil
		}
		sender := NewSender(SenderOptions{Now: func() time.Time { return testNow }})
		request, err := sender.request(t.Context(), d)
		if err != nil {
			assert.Equal(t, "invalid config: custom header 1 cannot be sent", err.Error())
			return
		}
		assertOurs(t, rewire(t, request), d)
	})
}

// rewire returns a request as a receiver reads it.
func rewire(t *testing.T, request *http.Request) *http.Request {
	t.Helper()
	var wire bytes.Buffer
	require.NoError(t, request.Write(&wire))
	arrived, err := http.ReadRequest(bufio.NewReader(&wire))
	require.NoError(t, err)
	body, err := io.ReadAll(arrived.Body)
	require.NoError(t, err)
	assert.Equal(t, testPayload, body)
	assert.Zero(t, wire.Len(), "something follows the request")
	return arrived
}

func assertOurs(t *testing.T, arrived *http.Request, d *webhook.Dispatch) {
	t.Helper()
	assert.Equal(t, "hook.example", arrived.Host)
	assert.Empty(t, arrived.TransferEncoding)
	assert.Equal(t, []string{"application/json"}, arrived.Header["Content-Type"])
	assert.Equal(t, []string{"hookline/dev"}, arrived.Header["User-Agent"])
	assert.Equal(t, []string{testEventID}, arrived.Header["Webhook-Id"])
	assert.Equal(t, []string{"1772368215"}, arrived.Header["Webhook-Timestamp"])
	count := 5 // with Content-Length
	if len(d.SigningKeys) > 0 {
		assert.Equal(t, []string{testSignature}, arrived.Header["Webhook-Signature"])
		count++
		if isSettable(d.SignatureHeader) {
			assert.Equal(t, []string{testSignature}, arrived.Header[http.CanonicalHeaderKey(d.SignatureHeader)])
			count++
		}
	} else {
		assert.NotContains(t, arrived.Header, "Webhook-Signature")
	}
	custom := http.CanonicalHeaderKey(strings.TrimSpace(d.Headers[0].Name))
	assert.LessOrEqual(t, len(arrived.Header), count+1)
	if len(arrived.Header) > count {
		assert.Equal(t, []string{strings.Trim(d.Headers[0].Value.Reveal(), " \t")}, arrived.Header[custom])
	}
}

// What is kept of a body is text that every database takes, whatever the body
// and the headers are.
func FuzzKeptBody(f *testing.F) {
	f.Add([]byte("ok"), "Bearer secret")
	f.Add([]byte(strings.Repeat("\x00é", maxKept)), "longenough")
	f.Add([]byte(strings.Repeat("x", maxKept-1)+"\xf0\x9f\x98\x80"), "xxxxxxxxx")
	f.Fuzz(func(t *testing.T, body []byte, value string) {
		sent := []webhook.Header{{Name: "X", Value: webhook.Secret(value)}}
		kept, err := readBody(&http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body))}, &webhook.Dispatch{Headers: sent})
		require.NoError(t, err)
		assert.LessOrEqual(t, len(kept), maxKept)
		assert.True(t, utf8.Valid(kept), "%q", kept)
		assert.Negative(t, bytes.IndexByte(kept, 0))
	})
}
