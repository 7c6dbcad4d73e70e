package egress

import (
	"bufio"
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// resolverOf returns a resolver that answers the n-th look-up of a name's IPv4
// addresses with the n-th address, and further ones with the last.
func resolverOf(t *testing.T, answers ...string) *net.Resolver {
	t.Helper()
	var lookups atomic.Int64
	return resolverAnswering(func(question dnsmessage.Type) []dnsmessage.ResourceBody {
		if question != dnsmessage.TypeA {
			return nil
		}
		n := min(int(lookups.Add(1)), len(answers))
		return []dnsmessage.ResourceBody{&dnsmessage.AResource{A: netip.MustParseAddr(answers[n-1]).As4()}}
	})
}

// resolverAnswering returns a resolver that gives these answers.
func resolverAnswering(answers func(dnsmessage.Type) []dnsmessage.ResourceBody) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer func() { _ = theirs.Close() }()
			serveDNS(theirs, answers)
		}()
		return ours, nil
	}}
}

// serveDNS answers questions as over TCP, each with its length before it.
func serveDNS(conn net.Conn, answers func(dnsmessage.Type) []dnsmessage.ResourceBody) {
	for {
		var length [2]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return
		}
		query := make([]byte, int(length[0])<<8|int(length[1]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		var message dnsmessage.Message
		if message.Unpack(query) != nil || len(message.Questions) == 0 {
			return
		}
		question := message.Questions[0]
		answer := dnsmessage.Message{
			Header:    dnsmessage.Header{ID: message.ID, Response: true, RecursionAvailable: true},
			Questions: message.Questions,
		}
		for _, body := range answers(question.Type) {
			answer.Answers = append(answer.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: question.Class}, Body: body,
			})
		}
		packed, err := answer.Pack()
		if err != nil {
			return
		}
		size := []byte{byte(len(packed) >> 8), byte(len(packed))} //nolint:gosec // a message has less than 64 KiB
		if _, err := conn.Write(append(size, packed...)); err != nil {
			return
		}
	}
}

// reply is the part of a response that the tests look at.
type reply struct {
	status int
	proto  string
}

// post sends an empty request through a transport and returns the reply or its
// error.
func post(t *testing.T, transport *Transport, target string) (reply, error) {
	t.Helper()
	t.Cleanup(transport.CloseIdleConnections)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, http.NoBody)
	require.NoError(t, err)
	response, err := transport.RoundTrip(request)
	if err != nil {
		return reply{}, err
	}
	require.NoError(t, response.Body.Close())
	return reply{response.StatusCode, response.Proto}, nil
}

func countingServer(t *testing.T) (server *httptest.Server, hits *atomic.Int64) {
	t.Helper()
	hits = &atomic.Int64{}
	server = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	t.Cleanup(server.Close)
	return server, hits
}

func portOf(t *testing.T, server *httptest.Server) string {
	t.Helper()
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	return u.Port()
}

func TestTransportChecksTheAddressThatItDials(t *testing.T) {
	server, hits := countingServer(t)
	t.Run("literal", func(t *testing.T) {
		_, err := post(t, NewTransport(New(Options{}), TransportOptions{}), server.URL)
		assert.ErrorAs(t, err, new(*BlockedError))
	})
	t.Run("name", func(t *testing.T) {
		guard := New(Options{Resolver: resolverOf(t, "127.0.0.1")})
		_, err := post(t, NewTransport(guard, TransportOptions{}), "http://hook.example:"+portOf(t, server))
		assert.ErrorAs(t, err, new(*BlockedError))
	})
	t.Run("TLS", func(t *testing.T) {
		_, err := post(t, NewTransport(New(Options{}), TransportOptions{}), "https://127.0.0.1:1/")
		assert.ErrorAs(t, err, new(*BlockedError))
	})
	assert.Zero(t, hits.Load())
}

// A name that is public when it is looked at and loopback when it is connected
// to (DNS rebinding) gets nowhere.
func TestTransportIsNotRebound(t *testing.T) {
	server, hits := countingServer(t)
	guard := New(Options{Resolver: resolverOf(t, "93.184.216.34", "127.0.0.1")})
	target := "http://rebind.example:" + portOf(t, server)

	require.NoError(t, guard.CheckURL(target))
	require.NoError(t, guard.CheckHost(t.Context(), "rebind.example"), "the first answer is public")
	_, err := post(t, NewTransport(guard, TransportOptions{}), target)
	require.ErrorAs(t, err, new(*BlockedError))
	assert.Zero(t, hits.Load())
}

func TestTransportReachesWhatIsAllowed(t *testing.T) {
	server, hits := countingServer(t)
	guard := New(Options{
		AllowTargets: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		Resolver:     resolverOf(t, "127.0.0.1"),
	})
	transport := NewTransport(guard, TransportOptions{})
	response, err := post(t, transport, "http://hook.example:"+portOf(t, server))
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, response.status)
	assert.EqualValues(t, 1, hits.Load())
}

func TestTransportDoesNotFollowRedirects(t *testing.T) {
	inner, hits := countingServer(t)
	outer := httptest.NewServer(http.RedirectHandler(inner.URL, http.StatusTemporaryRedirect))
	t.Cleanup(outer.Close)
	response, err := post(t, NewTransport(New(Options{AllowPrivate: true}), TransportOptions{}), outer.URL)
	require.NoError(t, err)
	assert.Equal(t, http.StatusTemporaryRedirect, response.status)
	assert.Zero(t, hits.Load())
}

func TestTransportSpeaksHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	response, err := post(t, NewTransport(New(Options{AllowPrivate: true}), TransportOptions{RootCAs: roots}), server.URL)
	require.NoError(t, err)
	assert.Equal(t, "HTTP/2.0", response.proto)
}

// proxyServer is a proxy that answers every request itself and keeps its
// target.
type proxyServer struct {
	*httptest.Server
	mu      sync.Mutex
	targets []string
}

func newProxy(t *testing.T) *proxyServer {
	t.Helper()
	p := &proxyServer{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.targets = append(p.targets, r.Method+" "+r.Host)
		p.mu.Unlock()
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *proxyServer) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.targets
}

func always(proxy *url.URL) func(*url.URL) (*url.URL, error) {
	return func(*url.URL) (*url.URL, error) { return proxy, nil }
}

func TestTransportBehindAProxy(t *testing.T) {
	tests := map[string]struct {
		target   string
		answer   string
		blocked  bool
		reported string
	}{
		"public":            {target: "http://8.8.8.8/x", reported: "POST 8.8.8.8"},
		"public name":       {target: "http://hook.example/x", answer: "93.184.216.34", reported: "POST hook.example"},
		"literal":           {target: "http://10.0.0.1/", blocked: true},
		"odd literal":       {target: "http://0x7f.1/", blocked: true},
		"forbidden name":    {target: "http://hook.example/", answer: "169.254.169.254", blocked: true},
		"before CONNECT":    {target: "https://hook.example/", answer: "127.0.0.1", blocked: true},
		"CONNECT if public": {target: "https://hook.example/", answer: "93.184.216.34", reported: "CONNECT hook.example:443"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			proxy := newProxy(t)
			address, err := url.Parse(proxy.URL) // loopback, as the operator says
			require.NoError(t, err)
			guard := New(Options{Resolver: resolverOf(t, cmp.Or(test.answer, "127.0.0.1"))})
			transport := NewTransport(guard, TransportOptions{Proxy: always(address)})
			_, err = post(t, transport, test.target)
			if test.blocked {
				require.ErrorAs(t, err, new(*BlockedError))
				assert.Empty(t, proxy.seen())
				return
			}
			assert.NotErrorAs(t, err, new(*BlockedError))
			assert.Equal(t, []string{test.reported}, proxy.seen())
		})
	}
}

func TestTransportReportsAProxyThatDoesNotConnect(t *testing.T) {
	proxy := newProxy(t) // it answers 202, and a tunnel is a 200
	address, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	transport := NewTransport(New(Options{}), TransportOptions{Proxy: always(address)})
	_, err = post(t, transport, "https://8.8.8.8/")
	refused, ok := errors.AsType[*ProxyError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, http.StatusAccepted, refused.StatusCode)
	assert.Equal(t, "the proxy answered CONNECT with status 202", refused.Error())
}

// A look-up ends with its request, also if the name server never answers:
// TestMain sees what is left.
func TestTransportEndsALookUpWithItsRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	silent := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			_, _ = theirs.Read(make([]byte, 1)) // the question has begun
			cancel()
			_, _ = io.Copy(io.Discard, theirs)
		}()
		return ours, nil
	}}
	transport := NewTransport(New(Options{Resolver: silent}), TransportOptions{})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://hook.example/", http.NoBody)
	require.NoError(t, err)
	response, err := transport.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
	}
	require.ErrorIs(t, err, context.Canceled)
}

// TestTransportOfUnknownNames has names behind a proxy that cannot be looked up
// here: the proxy could resolve them to any address, so it must be trusted to
// refuse forbidden ones.
func TestTransportOfUnknownNames(t *testing.T) {
	proxy := newProxy(t)
	address, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	noDNS := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, io.ErrClosedPipe
	}}
	guard := New(Options{Resolver: noDNS})
	for _, target := range []string{"http://hook.example/", "https://hook.example/"} {
		_, err = post(t, NewTransport(guard, TransportOptions{Proxy: always(address)}), target)
		var unknown *net.DNSError
		require.ErrorAs(t, err, &unknown, target)
	}
	trusting := NewTransport(guard, TransportOptions{Proxy: always(address), ProxyResolves: true})
	response, err := post(t, trusting, "http://hook.example/")
	require.NoError(t, err)
	assert.Equal(t, http.StatusAccepted, response.status)
	_, err = post(t, trusting, "http://10.0.0.1/")
	var blocked *BlockedError
	require.ErrorAs(t, err, &blocked, "what is plainly forbidden remains so")
}

// The proxy's own address is open to the proxy's connections only.
func TestTransportDoesNotOpenTheProxyAsATarget(t *testing.T) {
	proxy := newProxy(t)
	address, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	onlyHTTPS := func(target *url.URL) (*url.URL, error) {
		if target.Scheme == "https" {
			return address, nil
		}
		return nil, nil //nolint:nilnil // the form that net/http defines: no proxy
	}
	_, err = post(t, NewTransport(New(Options{}), TransportOptions{Proxy: onlyHTTPS}), proxy.URL)
	require.ErrorAs(t, err, new(*BlockedError))
	assert.Empty(t, proxy.seen())
}

// A dial ends with its request, also in the middle of a TLS handshake.
func TestTransportEndsADialWithItsRequest(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	closed := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			closed <- err
			return
		}
		defer func() { _ = conn.Close() }()
		reader := bufio.NewReader(conn)
		_, _ = reader.ReadByte() // the ClientHello has begun
		cancel()
		_, err = io.Copy(io.Discard, reader)
		closed <- err
	}()
	transport := NewTransport(New(Options{AllowPrivate: true}), TransportOptions{})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+listener.Addr().String(), http.NoBody)
	require.NoError(t, err)
	response, err := transport.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
	}
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, <-closed, "the connection was closed in an orderly way")
	require.NoError(t, listener.Close())
}
