package delivery

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/hookline-go/hookline/internal/delivery/egress"
	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// testPatience is for what is to happen at once; only a failing test waits
	// as long.
	testPatience = 20 * time.Second
	// testTimeout is for attempts that are to time out.
	testTimeout = 200 * time.Millisecond

	testVersion = "1.2.3"
	testEventID = "0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b10"
	testKey     = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	testToken   = "tOkEn-of-the-config-1" //nolint:gosec // the tests look for it where it must not be
	testPath    = "/hook/path-tOkEn?key=query-tOkEn"
)

var (
	testNow     = time.Date(2026, time.March, 1, 12, 30, 15, 999e6, time.UTC)
	testPayload = []byte("{\"a\": 1.0,\t\"a\":\"é\\u00e9\",\r\n \"b\":null }\n")
)

// noLeak fails the test if it leaves a goroutine behind, a connection's for
// example. It comes first in a test.
func noLeak(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

// dispatchTo has everything that an attempt can have, secrets in each place
// that can hold one.
func dispatchTo(target string) *webhook.Dispatch {
	return &webhook.Dispatch{
		EventID: webhook.ID(uuid.MustParse(testEventID)), URL: target, Payload: testPayload,
		Headers:         []webhook.Header{{Name: "Authorization", Value: "Bearer " + testToken}},
		SigningKeys:     []webhook.Secret{testKey},
		SignatureHeader: "X-RootFi-Signature",
	}
}

// testEgress is how a test's sender gets out.
type testEgress struct {
	guard     egress.Options
	transport egress.TransportOptions
	timeout   time.Duration
}

// newTestSender returns a sender on the service's own transport, which reaches
// the machine itself. At the end of the test its idle connections are closed.
func newTestSender(t *testing.T, e testEgress) *Sender {
	t.Helper()
	e.guard.AllowTargets = append(e.guard.AllowTargets, netip.MustParsePrefix("127.0.0.0/8"))
	return newGuardedSender(t, e)
}

// newGuardedSender is newTestSender without the exception for the machine
// itself.
func newGuardedSender(t *testing.T, e testEgress) *Sender {
	t.Helper()
	// A connection becomes idle a moment after its response has been read,
	// perhaps after the clean-up below.
	e.transport.IdleTimeout = cmp.Or(e.transport.IdleTimeout, testTimeout)
	transport := egress.NewTransport(egress.New(e.guard), e.transport)
	t.Cleanup(transport.CloseIdleConnections)
	return NewSender(SenderOptions{
		Transport: transport, Timeout: cmp.Or(e.timeout, testPatience), Version: testVersion, Now: func() time.Time { return testNow },
	})
}

// send makes one attempt and checks what is true of every result.
func send(t *testing.T, s *Sender, d *webhook.Dispatch) Result {
	t.Helper()
	result := s.Send(t.Context(), d)
	assertShowable(t, result)
	assert.Positive(t, result.Duration)
	assert.Equal(t, result.Success, result.ErrorMessage == "", "a failure has words, a success has none")
	return result
}

// assertShowable checks that a result has nothing of the config: all its
// secrets have this word in them, or these octets.
func assertShowable(t *testing.T, result Result) {
	t.Helper()
	for _, hidden := range []string{"tOkEn", "MfKQ9r8GKYq", "127.0.0", "example"} {
		assert.NotContains(t, result.ErrorMessage, hidden)
	}
	assert.NotContains(t, string(result.ResponseBody), testToken)
	assert.LessOrEqual(t, len(result.ResponseBody), maxKept)
}

// httpReceiver is an HTTP server, which must not be left any connection but
// idle ones.
func httpReceiver(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	return startReceiver(t, handler, (*httptest.Server).Start)
}

func startReceiver(t *testing.T, handler http.HandlerFunc, start func(*httptest.Server)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	start(server)
	t.Cleanup(server.Close)
	return server
}

// rawReceiver accepts connections and runs the script on each. It then waits
// for the sender to close it: a test in which that does not happen fails. It
// returns the URL.
func rawReceiver(t *testing.T, script func(conn net.Conn)) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { playOn(conn, script) })
		}
	})
	t.Cleanup(func() {
		assert.NoError(t, listener.Close())
		waitFor(t, &all, "the sender left a connection open")
	})
	return "http://" + listener.Addr().String() + testPath
}

func playOn(conn net.Conn, script func(conn net.Conn)) {
	script(conn)
	_, _ = io.Copy(io.Discard, conn) // until the other end is closed, which is an error after a reset
	_ = conn.Close()
}

func waitFor(t *testing.T, all *sync.WaitGroup, complaint string) {
	t.Helper()
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(testPatience):
		t.Error(complaint)
	}
}

// readRequest reads one request to its end.
func readRequest(conn net.Conn) {
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err == nil {
		_, _ = io.Copy(io.Discard, request.Body)
	}
}

// answer is a script: it takes the request and writes a text.
func answer(text string) func(net.Conn) {
	return func(conn net.Conn) {
		readRequest(conn)
		_, _ = io.WriteString(conn, text)
	}
}

// reset makes the other end's reads fail, as when a process is killed with data
// unread.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// dnsAnswer is what a resolver says of every name: an IPv4 address, or the code
// of an error.
type dnsAnswer struct {
	addr string
	code dnsmessage.RCode
}

func resolverSaying(answer dnsAnswer) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer func() { _ = theirs.Close() }()
			for answerDNS(theirs, answer) {
			}
		}()
		return ours, nil
	}}
}

// silentResolver takes questions and never answers.
func silentResolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, theirs) }()
		return ours, nil
	}}
}

// answerDNS answers one question as over TCP, with the length before it.
func answerDNS(conn net.Conn, says dnsAnswer) bool {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return false
	}
	query := make([]byte, int(length[0])<<8|int(length[1]))
	if _, err := io.ReadFull(conn, query); err != nil {
		return false
	}
	var message dnsmessage.Message
	if message.Unpack(query) != nil || len(message.Questions) == 0 {
		return false
	}
	message.Response, message.RecursionAvailable, message.RCode = true, true, says.code
	message.Additionals = nil
	if question := message.Questions[0]; says.addr != "" && question.Type == dnsmessage.TypeA {
		message.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: question.Class},
			Body:   &dnsmessage.AResource{A: netip.MustParseAddr(says.addr).As4()},
		}}
	}
	packed, err := message.Pack()
	if err != nil || len(packed) > 255 {
		return false
	}
	_, err = conn.Write(append([]byte{0, byte(len(packed))}, packed...)) //nolint:gosec // the length has just been checked
	return err == nil
}
