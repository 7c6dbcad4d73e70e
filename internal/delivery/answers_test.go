package delivery

import (
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/delivery/egress"
	"github.com/hookline-go/hookline/internal/webhook"
)

func TestSendJudgesByStatus(t *testing.T) {
	tests := []struct {
		status  int
		kind    Kind
		message string
	}{
		{status: 200, kind: KindDelivered},
		{status: 201, kind: KindDelivered},
		{status: 202, kind: KindDelivered},
		{status: 204, kind: KindDelivered},
		{status: 299, kind: KindDelivered},
		{status: 300, kind: KindRedirect, message: "redirect: status 300 is not followed"},
		{status: 399, kind: KindRedirect, message: "redirect: status 399 is not followed"},
		{status: 400, kind: KindStatus, message: "status 400 Bad Request"},
		{status: 401, kind: KindStatus, message: "status 401 Unauthorized"},
		{status: 404, kind: KindStatus, message: "status 404 Not Found"},
		{status: 410, kind: KindGone, message: "status 410 Gone"},
		{status: 429, kind: KindStatus, message: "status 429 Too Many Requests"},
		{status: 500, kind: KindStatus, message: "status 500 Internal Server Error"},
		{status: 503, kind: KindStatus, message: "status 503 Service Unavailable"},
		{status: 599, kind: KindStatus, message: "status 599"},
	}
	noLeak(t)
	var status atomic.Int64
	server := httpReceiver(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) })
	sender := newTestSender(t, testEgress{})
	for _, test := range tests {
		status.Store(int64(test.status))
		result := send(t, sender, dispatchTo(server.URL+testPath))
		assertStatus(t, test.status, result)
		assert.Equal(t, test.kind, result.Kind, "status %d", test.status)
		assert.Equal(t, test.message, result.ErrorMessage)
		assert.Nil(t, result.ResponseBody)
		assert.Zero(t, result.RetryAfter)
	}
}

func TestSendHeedsRetryAfter(t *testing.T) {
	date := testNow.Add(90 * time.Second).Truncate(time.Second)
	tests := map[string]struct {
		header string
		status int
		want   time.Duration
	}{
		"seconds":             {header: "120", want: 2 * time.Minute},
		"a date":              {header: date.Format(http.TimeFormat), want: date.Sub(testNow)},
		"an old date":         {header: testNow.Add(-time.Hour).Format(http.TimeFormat)},
		"RFC 850":             {header: date.Format("Monday, 02-Jan-06 15:04:05 GMT"), want: date.Sub(testNow)},
		"asctime":             {header: date.Format(time.ANSIC), want: date.Sub(testNow)},
		"24 hours":            {header: "86400", want: 24 * time.Hour},
		"more than 24 hours":  {header: "86401", want: 86401 * time.Second},
		"more than 292 years": {header: "9223372037", want: math.MaxInt64},
		"no int64":            {header: strings.Repeat("9", 40), want: math.MaxInt64},
		"zero":                {header: "0"},
		"negative":            {header: "-5"},
		"a fraction":          {header: "1.5"},
		"garbage":             {header: "soon"},
		"nothing":             {header: ""},
		"also with 429":       {header: "7", status: 429, want: 7 * time.Second},
		"not with 500":        {header: "7", status: 500},
		"not with 200":        {header: "7", status: 200},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			status := test.status
			if status == 0 {
				status = http.StatusServiceUnavailable
			}
			server := httpReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", test.header)
				w.WriteHeader(status)
			})
			result := send(t, newTestSender(t, testEgress{}), dispatchTo(server.URL))
			assert.Equal(t, test.want, result.RetryAfter)
		})
	}
}

// A receiver that asks for time and then breaks off has asked for time.
func TestSendHeedsRetryAfterWithoutABody(t *testing.T) {
	noLeak(t)
	target := rawReceiver(t, then(answer("HTTP/1.1 503 X\r\nRetry-After: 60\r\nContent-Length: 9\r\n\r\nhalf"), shut))
	result := send(t, newTestSender(t, testEgress{}), dispatchTo(target))
	assert.Equal(t, KindStatus, result.Kind)
	assert.Equal(t, time.Minute, result.RetryAfter)
}

func TestSendKeepsTheBeginningOfTheBody(t *testing.T) {
	x := strings.Repeat("x", maxKept)
	tests := map[string]struct{ sent, want string }{
		"short":                   {sent: "accepted", want: "accepted"},
		"just fits":               {sent: x, want: x},
		"too long":                {sent: x + "y", want: x},
		"a rune over the edge":    {sent: x[1:] + "é", want: x[1:]},
		"a rune at the edge":      {sent: x[2:] + "éy", want: x[2:] + "é"},
		"not UTF-8":               {sent: "a\xffb", want: "a\uFFFDb"},
		"NUL":                     {sent: "a\x00b", want: "a\uFFFDb"},
		"NULs that grow":          {sent: strings.Repeat("\x00", maxKept), want: strings.Repeat("\uFFFD", maxKept/3)},
		"an echo":                 {sent: "you sent: Bearer " + testToken + "!", want: "you sent: [redacted]!"},
		"an echo over the edge":   {sent: x[:maxKept-4] + "Bearer " + testToken, want: x[:maxKept-4] + "[red"},
		"an echo that makes room": {sent: "Bearer " + testToken + x, want: "[redacted]" + x[:maxKept-len("[redacted]")]},
		"a short value":           {sent: "pin=s3cret,", want: "pin=[redacted],"},
		"in another word":         {sent: "as3crets", want: "as3crets"},
		"no credential at all":    {sent: "one", want: "one"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			server := httpReceiver(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(test.sent)) })
			d := dispatchTo(server.URL)
			d.Headers = append(d.Headers,
				webhook.Header{Name: "X-None", Value: "one"}, webhook.Header{Name: "X-Short", Value: "s3cret"})
			result := send(t, newTestSender(t, testEgress{}), d)
			assert.Equal(t, KindDelivered, result.Kind)
			assert.Equal(t, test.want, string(result.ResponseBody))
		})
	}
}

// Attempts to the same endpoint share a connection, so that not every one needs
// a handshake.
func TestSendKeepsConnections(t *testing.T) {
	noLeak(t)
	remotes := make(chan string, 3)
	server := httpReceiver(t, func(w http.ResponseWriter, r *http.Request) {
		remotes <- r.RemoteAddr
		_, _ = w.Write(make([]byte, maxRead-1))
	})
	sender := newTestSender(t, testEgress{transport: egress.TransportOptions{IdleTimeout: testPatience}})
	for range cap(remotes) {
		assert.Equal(t, KindDelivered, send(t, sender, dispatchTo(server.URL)).Kind)
	}
	first := <-remotes
	assert.Equal(t, first, <-remotes)
	assert.Equal(t, first, <-remotes)
}
