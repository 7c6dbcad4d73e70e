package delivery

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/hookline-go/hookline/internal/delivery/egress"
	"github.com/hookline-go/hookline/internal/webhook"
)

// stall is a script's end: what follows is up to the sender, because a
// rawReceiver closes nothing by itself.
func stall(net.Conn) {}

func TestSendToBrokenReceivers(t *testing.T) {
	const (
		timeout   = "timeout after 200ms "
		cutShort  = "connection reset: the receiver closed it before the response was complete"
		wasReset  = "connection reset by the receiver"
		malformed = "invalid HTTP: there was no usable response"
	)
	tests := map[string]struct {
		script  func(conn net.Conn)
		kind    Kind
		status  int
		message string
		body    string
		waits   bool // until the attempt's time is over
	}{
		"resets at once":               {script: reset, kind: KindReset, message: wasReset},
		"resets after the request":     {script: then(readRequest, reset), kind: KindReset, message: wasReset},
		"resets in the header":         {script: then(answer("HTTP/1.1 200 OK\r\nX-A: 1\r\n"), reset), kind: KindReset, message: "connection reset"},
		"closes after the request":     {script: then(readRequest, shut), kind: KindReset, message: cutShort},
		"closes in the header":         {script: then(answer("HTTP/1.1 200 OK\r\nX-A: 1\r\n"), shut), kind: KindReset, message: cutShort},
		"closes in the body":           {script: then(answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), shut), kind: KindDelivered, status: 200, body: "half"},
		"stalls before the request":    {script: stall, kind: KindTimeout, message: timeout},
		"stalls before the header":     {script: readRequest, kind: KindTimeout, message: timeout},
		"stalls in the header":         {script: answer("HTTP/1.1 200 OK\r\nX-A: 1\r\n"), kind: KindTimeout, message: timeout},
		"stalls after the header":      {script: answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), kind: KindDelivered, status: 200, waits: true},
		"stalls in the body":           {script: answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), kind: KindDelivered, status: 200, body: "half", waits: true},
		"only ever continues":          {script: answer(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 3)), kind: KindTimeout, message: timeout},
		"speaks another protocol":      {script: then(readRequest, write("220 mail.example ESMTP\r\n")), kind: KindProtocol, message: malformed},
		"sends a header without end":   {script: answer("HTTP/1.1 200 OK\r\nX-Long: " + strings.Repeat("x", 1<<20)), kind: KindProtocol, message: malformed},
		"sends malformed chunks":       {script: answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), kind: KindDelivered, status: 200},
		"switches protocols":           {script: answer("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), kind: KindStatus, status: 101, message: "status 101 Switching Protocols"},
		"fails with malformed chunks":  {script: answer("HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), kind: KindStatus, status: 500, message: "status 500 Internal Server Error; invalid HTTP: the response body is malformed"},
		"fails, and stalls in saying":  {script: answer("HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\nhalf"), kind: KindStatus, status: 500, message: "status 500 Internal Server Error; " + timeout, body: "half"},
		"is gone, and resets":          {script: then(answer("HTTP/1.1 410 Gone\r\nContent-Length: 9\r\n\r\nhalf"), shut), kind: KindGone, status: 410, message: "status 410 Gone; " + cutShort, body: "half"},
		"closes the connection at end": {script: then(answer("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall"), shut), kind: KindDelivered, status: 200, body: "all"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			target := rawReceiver(t, test.script)
			patience := testPatience // on a busy machine everything takes its time
			if test.waits || strings.Contains(test.message, timeout) {
				patience = testTimeout
			}
			result := send(t, newTestSender(t, testEgress{timeout: patience}), dispatchTo(target))
			assert.Equal(t, test.kind, result.Kind, result.ErrorMessage)
			// How far an attempt has come when its time is over is for
			// TestTimeoutSaysHowFarItCame.
			assert.True(t, strings.HasPrefix(result.ErrorMessage, test.message), result.ErrorMessage)
			assert.Equal(t, test.body, string(result.ResponseBody))
			assertStatus(t, test.status, result)
		})
	}
}

func assertStatus(t *testing.T, want int, result Result) {
	t.Helper()
	if want == 0 {
		assert.Nil(t, result.StatusCode, "there was no response")
		return
	}
	if assert.NotNil(t, result.StatusCode) {
		assert.Equal(t, want, *result.StatusCode)
	}
}

func then(scripts ...func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		for _, script := range scripts {
			script(conn)
		}
	}
}

func write(text string) func(net.Conn) {
	return func(conn net.Conn) { _, _ = io.WriteString(conn, text) }
}

func shut(conn net.Conn) { _ = conn.Close() }

func TestSendReadsTheBeginningOnly(t *testing.T) {
	const size = 10 << 20
	tests := map[string]struct {
		status int
		kind   Kind
	}{
		"of a success": {status: http.StatusOK, kind: KindDelivered},
		"of a failure": {status: http.StatusBadGateway, kind: KindStatus},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			var written atomic.Int64
			target := rawReceiver(t, func(conn net.Conn) {
				answer(fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n", test.status, size))(conn)
				n, _ := io.CopyN(conn, endless{}, size) // fails, because nobody reads it all
				written.Store(n)
			})
			result := send(t, newTestSender(t, testEgress{}), dispatchTo(target))
			assert.Equal(t, test.kind, result.Kind, result.ErrorMessage)
			assert.Equal(t, strings.Repeat("x", maxKept), string(result.ResponseBody))
			t.Cleanup(func() { assert.Less(t, written.Load(), int64(size)) })
		})
	}
}

// endless is a body without an end.
type endless struct{}

// Read implements io.Reader.
func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestSendToNowhere(t *testing.T) {
	closed, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	_, closedPort, err := net.SplitHostPort(closed.Addr().String())
	require.NoError(t, err)

	tests := map[string]struct {
		target   string
		resolver *net.Resolver
		kind     Kind
		message  string
	}{
		"nothing listens":                 {target: "http://" + closed.Addr().String(), kind: KindRefused, message: "connection refused"},
		"nothing listens with TLS":        {target: "https://" + closed.Addr().String(), kind: KindRefused, message: "connection refused"},
		"a name where nothing listens":    {target: "http://hook.example:" + closedPort, resolver: resolverSaying(dnsAnswer{addr: "127.0.0.1"}), kind: KindRefused, message: "connection refused"},
		"the name is gone":                {target: "http://hook.example", resolver: resolverSaying(dnsAnswer{code: dnsmessage.RCodeNameError}), kind: KindDNS, message: "DNS: the host was not found"},
		"the name is gone, with TLS":      {target: "https://hook.example", resolver: resolverSaying(dnsAnswer{code: dnsmessage.RCodeNameError}), kind: KindDNS, message: "DNS: the host was not found"},
		"the name has no address":         {target: "http://hook.example", resolver: resolverSaying(dnsAnswer{}), kind: KindDNS, message: "DNS: the host was not found"},
		"the name server fails":           {target: "http://hook.example", resolver: resolverSaying(dnsAnswer{code: dnsmessage.RCodeServerFailure}), kind: KindDNS, message: "DNS: the look-up of the host failed"},
		"the name server does not answer": {target: "http://hook.example", resolver: silentResolver(), kind: KindTimeout, message: "timeout after 200ms while looking up the host in DNS"},
		"the address is forbidden":        {target: "http://10.0.0.1/", kind: KindBlocked, message: "blocked target: the address is private"},
		"the name leads astray":           {target: "https://hook.example/", resolver: resolverSaying(dnsAnswer{addr: "169.254.169.254"}), kind: KindBlocked, message: "blocked target: the address is a cloud metadata service"},
		"the address has a disguise":      {target: "http://[::ffff:10.0.0.1]/", kind: KindBlocked, message: "blocked target: the address is private"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			patience := testPatience
			if test.kind == KindTimeout {
				patience = testTimeout
			}
			sender := newTestSender(t, testEgress{guard: egress.Options{Resolver: test.resolver}, timeout: patience})
			result := send(t, sender, dispatchTo(test.target+testPath))
			assert.Equal(t, test.kind, result.Kind)
			assert.Equal(t, test.message, result.ErrorMessage)
			assertStatus(t, 0, result)
		})
	}
}

// The receiver of a redirect is not asked, wherever it is.
func TestSendDoesNotFollowRedirects(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308, 300, 304} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			noLeak(t)
			var hits atomic.Int64
			inner := httpReceiver(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
			outer := httpReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", inner.URL)
				w.WriteHeader(status)
			})
			result := send(t, newTestSender(t, testEgress{}), dispatchTo(outer.URL))
			assert.Equal(t, KindRedirect, result.Kind)
			assert.Equal(t, fmt.Sprintf("redirect: status %d is not followed", status), result.ErrorMessage)
			assertStatus(t, status, result)
			assert.Zero(t, hits.Load())
		})
	}
}

func TestSendOfWhatCannotBeSent(t *testing.T) {
	tests := map[string]struct {
		change  func(*webhook.Dispatch)
		message string
	}{
		"no URL":                 {change: to(""), message: errInvalidURL.Error()},
		"a malformed URL":        {change: to("http://[::1" + testPath), message: errInvalidURL.Error()},
		"no host":                {change: to("http:" + testPath), message: errInvalidURL.Error()},
		"a port only":            {change: to("http://:80" + testPath), message: errInvalidURL.Error()},
		"another scheme":         {change: to("ftp://hook.example" + testPath), message: errInvalidURL.Error()},
		"a port out of range":    {change: to("http://hook.example:65536" + testPath), message: errInvalidURL.Error()},
		"port 0":                 {change: to("http://hook.example:0" + testPath), message: errInvalidURL.Error()},
		"a key that is not one":  {change: signedBy("whsec_not base64 tOkEn"), message: errInvalidKey.Error()},
		"a key without anything": {change: signedBy("whsec_"), message: errInvalidKey.Error()},
		"an empty key":           {change: signedBy(""), message: errInvalidKey.Error()},
		"a second bad key":       {change: signedBy(testKey, "whsec_!tOkEn"), message: errInvalidKey.Error()},
		"a header's value":       {change: with("X-A", "1", "X-B", "tOkEn\r\nWebhook-Id: 2"), message: "invalid config: custom header 2 cannot be sent"},
		"a header's name":        {change: with("X-tOkEn: 1\r\nX", "1"), message: "invalid config: custom header 1 cannot be sent"},
		"a header without name":  {change: with(" ", "1"), message: "invalid config: custom header 1 cannot be sent"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			d := dispatchTo("http://127.0.0.1:1" + testPath)
			test.change(d)
			result := send(t, newTestSender(t, testEgress{}), d)
			assert.Equal(t, KindInvalid, result.Kind)
			assert.Equal(t, test.message, result.ErrorMessage)
			assertStatus(t, 0, result)
		})
	}
}

func to(target string) func(*webhook.Dispatch) {
	return func(d *webhook.Dispatch) { d.URL = target }
}

func signedBy(keys ...webhook.Secret) func(*webhook.Dispatch) {
	return func(d *webhook.Dispatch) { d.SigningKeys = keys }
}

// with sets custom headers, names and values by turns.
func with(pairs ...string) func(*webhook.Dispatch) {
	return func(d *webhook.Dispatch) {
		d.Headers = nil
		for i := 0; i+1 < len(pairs); i += 2 {
			d.Headers = append(d.Headers, webhook.Header{Name: pairs[i], Value: webhook.Secret(pairs[i+1])})
		}
	}
}

// An attempt that the service itself ends says nothing about the endpoint.
func TestSendIsInterrupted(t *testing.T) {
	tests := map[string]string{
		"before the header": "",
		"after a failure":   "HTTP/1.1 500 X\r\nContent-Length: 9\r\n\r\nhalf",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			target := rawReceiver(t, func(conn net.Conn) {
				answer(text)(conn)
				cancel()
			})
			result := newTestSender(t, testEgress{}).Send(ctx, dispatchTo(target))
			assert.Equal(t, KindInterrupted, result.Kind)
			assert.Equal(t, "interrupted: the service is stopping", result.ErrorMessage)
			assertShowable(t, result)
		})
	}
}

// The machine itself is forbidden unless the operator opens it.
func TestSendIsGuarded(t *testing.T) {
	noLeak(t)
	var hits atomic.Int64
	server := httpReceiver(t, func(http.ResponseWriter, *http.Request) { hits.Add(1) })
	result := send(t, newGuardedSender(t, testEgress{}), dispatchTo(server.URL))
	assert.Equal(t, KindBlocked, result.Kind)
	assert.Equal(t, "blocked target: the address is loopback", result.ErrorMessage)

	open := egress.Options{AllowTargets: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	assert.True(t, new(send(t, newGuardedSender(t, testEgress{guard: open}), dispatchTo(server.URL))).Success)
	assert.EqualValues(t, 1, hits.Load())
}
