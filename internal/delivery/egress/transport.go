package egress

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"
)

const (
	// responseHeaderLimit is in bytes. Nobody's webhook answers with more.
	responseHeaderLimit = 64 << 10
	// defaultIdleConns bounds the connections that wait for their next request.
	defaultIdleConns        = 1024
	defaultIdleConnsPerHost = 32
	defaultIdleTimeout      = 60 * time.Second
	// keepAlive probes find connections whose other end vanished.
	keepAlive = 30 * time.Second
	// http2Ping is how long an HTTP/2 connection may be silent before it is
	// asked for a sign of life: all of an endpoint's requests share it.
	http2Ping = 10 * time.Second
	// handshakeTimeout bounds the TLS handshake behind a proxy, which is the
	// one step that does not end with its request.
	handshakeTimeout = 15 * time.Second
)

// TransportOptions tunes a [Transport]. The zero value is usable.
type TransportOptions struct {
	// MaxIdleConns bounds the idle connections to all hosts, 1024 if it is 0;
	// MaxIdleConnsPerHost those to one, 32 if it is 0.
	MaxIdleConns        int
	MaxIdleConnsPerHost int
	// IdleTimeout is how long a connection waits for its next request, 60 s
	// if it is 0.
	IdleTimeout time.Duration
	// Proxy returns the proxy for a target, nil for none, as the functions of
	// golang.org/x/net/http/httpproxy do. Nil means no proxies.
	Proxy func(*url.URL) (*url.URL, error)
	// ProxyResolves leaves names that cannot be looked up here to the proxy,
	// which may resolve them to any address: it is then for the proxy to
	// refuse forbidden ones. Without it such a name is refused.
	ProxyResolves bool
	// RootCAs are the certificate authorities to trust, nil the system's.
	RootCAs *x509.CertPool
}

// Transport is an [http.RoundTripper] whose connections the guard has checked.
// It follows no redirects, keeps connections for later requests to the same
// host, speaks HTTP/1.1 and HTTP/2, and TLS 1.2 and later. A connection that is
// being made ends with the request that asked for it. It is safe for concurrent
// use.
//
// Requests that go through a proxy are checked as far as that is possible: the
// proxy's own address is the operator's choice and is not; the target is looked
// up and refused like any other before the proxy hears of it. The proxy looks
// it up again. A name that cannot be looked up here is refused, unless the
// options say that the proxy resolves.
type Transport struct {
	guard         *Guard
	proxy         func(*url.URL) (*url.URL, error)
	proxyResolves bool
	direct        *http.Transport
	proxied       *http.Transport
}

// NewTransport returns a transport that g guards.
func NewTransport(g *Guard, o TransportOptions) *Transport {
	t := &Transport{guard: g, proxy: o.Proxy, proxyResolves: o.ProxyResolves}
	guarded := &net.Dialer{KeepAlive: keepAlive, Resolver: g.resolver, ControlContext: g.Control}
	open := &net.Dialer{KeepAlive: keepAlive, Resolver: g.resolver}

	t.direct = newHTTPTransport(o)
	t.direct.DialContext = withRequest(g.withShortages(guarded.DialContext))
	t.direct.DialTLSContext = withRequest(g.withShortages(dialTLS(guarded, t.direct.TLSClientConfig)))

	t.proxied = newHTTPTransport(o)
	t.proxied.DialContext = withRequest(g.withShortages(open.DialContext))
	t.proxied.Proxy = func(r *http.Request) (*url.URL, error) { return t.proxy(r.URL) }
	t.proxied.OnProxyConnectResponse = checkConnect
	return t
}

// ProxyError reports that the proxy did not connect to the target. The standard
// library has only a text for it.
type ProxyError struct {
	// StatusCode is the proxy's answer to CONNECT, 0 if it was not asked,
	// because its address cannot be used.
	StatusCode int
	err        error
}

// Unwrap returns why the proxy's address cannot be used, or nil.
func (e *ProxyError) Unwrap() error { return e.err }

// Error implements error.
func (e *ProxyError) Error() string {
	if e.StatusCode == 0 {
		return "the proxy's address cannot be used"
	}
	return fmt.Sprintf("the proxy answered CONNECT with status %d", e.StatusCode)
}

func checkConnect(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return &ProxyError{StatusCode: response.StatusCode}
	}
	return nil
}

func newHTTPTransport(o TransportOptions) *http.Transport {
	return &http.Transport{
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // what is logged is what was sent, and 2 KiB stay 2 KiB
		MaxIdleConns:           cmp.Or(o.MaxIdleConns, defaultIdleConns),
		MaxIdleConnsPerHost:    cmp.Or(o.MaxIdleConnsPerHost, defaultIdleConnsPerHost),
		IdleConnTimeout:        cmp.Or(o.IdleTimeout, defaultIdleTimeout),
		MaxResponseHeaderBytes: responseHeaderLimit,
		TLSHandshakeTimeout:    handshakeTimeout,
		TLSClientConfig: &tls.Config{
			MinVersion: tls.VersionTLS12,
			RootCAs:    o.RootCAs,
			NextProtos: []string{"h2", "http/1.1"},
		},
		HTTP2: &http.HTTP2Config{SendPingTimeout: http2Ping, PingTimeout: http2Ping},
	}
}

// CloseIdleConnections closes the connections that no request uses.
func (t *Transport) CloseIdleConnections() {
	t.direct.CloseIdleConnections()
	t.proxied.CloseIdleConnections()
}

// RoundTrip implements [http.RoundTripper]. The error wraps a [*BlockedError]
// if the guard refused the target, and a [*ProxyError] if a proxy did.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	transport, err := t.route(r)
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // as the interface demands; nothing was read
		}
		return nil, err
	}
	return transport.RoundTrip(r.WithContext(context.WithValue(r.Context(), requestKey{}, r.Context())))
}

func (t *Transport) route(r *http.Request) (*http.Transport, error) {
	if t.proxy == nil {
		return t.direct, nil
	}
	proxy, err := t.proxy(r.URL)
	if err != nil {
		return nil, &ProxyError{err: err}
	}
	if proxy == nil {
		return t.direct, nil
	}
	err = t.guard.CheckHost(r.Context(), r.URL.Hostname())
	if _, unresolved := errors.AsType[*net.DNSError](err); unresolved && t.proxyResolves {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	return t.proxied, nil
}

// requestKey is the key of the request's own context. The standard library
// dials in the background with a context that has the request's values but does
// not end with it, because another request might use the connection: an
// endpoint that accepts nothing would gather dials that nobody waits for.
type requestKey struct{}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// withRequest ends a dial with the request that asked for it.
func withRequest(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) { //nolint:contextcheck // net/http passes a context of its own
		request, ok := ctx.Value(requestKey{}).(context.Context)
		if !ok {
			return dial(ctx, network, address)
		}
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		if deadline, ok := request.Deadline(); ok {
			// The dialer shares the time that is left between the addresses
			// of a name, so that a silent one does not take all of it.
			var release context.CancelFunc
			ctx, release = context.WithDeadline(ctx, deadline)
			defer release()
		}
		stop := context.AfterFunc(request, func() { cancel(context.Cause(request)) }) //nolint:contextcheck // two contexts are joined here
		defer stop()
		return dial(ctx, network, address)
	}
}

// dialTLS does the handshake that the standard library would do, so that it
// ends with the request too.
func dialTLS(dialer *net.Dialer, config *tls.Config) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		own := config.Clone()
		own.ServerName = host
		secure := tls.Client(conn, own)
		if err := handshake(ctx, secure); err != nil {
			_ = conn.Close() // the handshake's error is the one to report
			return nil, err
		}
		return secure, nil
	}
}

func handshake(ctx context.Context, conn *tls.Conn) error {
	trace := httptrace.ContextClientTrace(ctx)
	if trace != nil && trace.TLSHandshakeStart != nil {
		trace.TLSHandshakeStart()
	}
	return conn.HandshakeContext(ctx)
}
