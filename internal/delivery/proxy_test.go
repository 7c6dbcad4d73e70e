package delivery

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http/httpproxy"

	"github.com/hookline-go/hookline/internal/delivery/egress"
)

// tunnel is a proxy that connects everybody who asks with one address, whatever
// the target.
type tunnel struct {
	addr  string
	mu    sync.Mutex
	asked []string
}

// newTunnel starts a proxy. answer is what it says to CONNECT, beginning with
// the status code.
func newTunnel(t *testing.T, to, answer string) *tunnel {
	t.Helper()
	p := &tunnel{}
	target := rawReceiver(t, func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		reader := bufio.NewReader(conn)
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.asked = append(p.asked, request.Method+" "+request.Host)
		p.mu.Unlock()
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 %s\r\n\r\n", answer)
		if strings.HasPrefix(answer, "200") {
			join(conn, reader, to)
		}
	})
	p.addr = hostOf(t, target)
	return p
}

func join(conn net.Conn, reader io.Reader, to string) {
	inner, err := new(net.Dialer).Dial("tcp", to)
	if err != nil {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(inner, reader); _ = inner.Close() })
	both.Go(func() { _, _ = io.Copy(conn, inner); _ = conn.Close() })
	both.Wait()
}

func (p *tunnel) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// senderBehind returns a sender that goes out as HTTPS_PROXY and HTTP_PROXY
// with this address say.
func senderBehind(t *testing.T, proxy string, trusted *authority, resolves dnsAnswer) *Sender {
	t.Helper()
	variables := httpproxy.Config{HTTPSProxy: "http://" + proxy, HTTPProxy: "http://" + proxy}
	return newGuardedSender(t, testEgress{
		guard:     egress.Options{Resolver: resolverSaying(resolves)},
		transport: egress.TransportOptions{Proxy: variables.ProxyFunc(), RootCAs: trusted.pool()},
	})
}

const publicAddr = "93.184.216.34"

func TestSendThroughAProxy(t *testing.T) {
	noLeak(t)
	trusted := newAuthority(t)
	handler, next := recorder()
	config := &tls.Config{Certificates: []tls.Certificate{trusted.issue(t, unchanged)}, MinVersion: tls.VersionTLS12}
	target := tlsReceiver(t, config, handler)
	proxy := newTunnel(t, "127.0.0.1:"+portIn(t, target), "200 OK")
	result := send(t, senderBehind(t, proxy.addr, trusted, dnsAnswer{addr: publicAddr}), dispatchTo(target))
	require.Equal(t, KindDelivered, result.Kind, result.ErrorMessage)
	assert.Equal(t, testPayload, next().body)
	assert.Equal(t, []string{"CONNECT hook.example:" + portIn(t, target)}, proxy.requests())
}

func portIn(t *testing.T, target string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(hostOf(t, target))
	require.NoError(t, err)
	return port
}

// The certificate is the receiver's also behind a proxy.
func TestSendThroughAProxyChecksCertificates(t *testing.T) {
	noLeak(t)
	trusted, stranger := newAuthority(t), newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{stranger.issue(t, unchanged)}, MinVersion: tls.VersionTLS12}
	target := tlsReceiver(t, config, ok)
	proxy := newTunnel(t, "127.0.0.1:"+portIn(t, target), "200 OK")
	result := send(t, senderBehind(t, proxy.addr, trusted, dnsAnswer{addr: publicAddr}), dispatchTo(target))
	assert.Equal(t, KindTLS, result.Kind)
	assert.Equal(t, "TLS: the certificate is not from a trusted authority", result.ErrorMessage)
}

func TestSendThroughAProxyIsGuarded(t *testing.T) {
	for target, message := range map[string]string{
		"https://hook.example": "blocked target: the address is a cloud metadata service",
		"http://hook.example":  "blocked target: the address is a cloud metadata service",
		"https://10.0.0.1":     "blocked target: the address is private",
	} {
		t.Run(target, func(t *testing.T) {
			noLeak(t)
			proxy := newTunnel(t, "", "200 OK")
			result := send(t, senderBehind(t, proxy.addr, newAuthority(t), dnsAnswer{addr: "169.254.169.254"}), dispatchTo(target+testPath))
			assert.Equal(t, KindBlocked, result.Kind)
			assert.Equal(t, message, result.ErrorMessage)
			assert.Empty(t, proxy.requests())
		})
	}
}

func TestSendThroughABrokenProxy(t *testing.T) {
	t.Run("it refuses", func(t *testing.T) {
		noLeak(t)
		proxy := newTunnel(t, "", "403 Forbidden")
		sender := senderBehind(t, proxy.addr, newAuthority(t), dnsAnswer{addr: publicAddr})
		result := send(t, sender, dispatchTo("https://hook.example"+testPath))
		assert.Equal(t, KindProxy, result.Kind)
		assert.Equal(t, "proxy: it does not connect: status 403", result.ErrorMessage)
		assertStatus(t, 0, result)
	})
	t.Run("it is not there", func(t *testing.T) {
		for _, scheme := range []string{"http", "https"} {
			noLeak(t)
			sender := senderBehind(t, "127.0.0.1:1", newAuthority(t), dnsAnswer{addr: publicAddr})
			result := send(t, sender, dispatchTo(scheme+"://hook.example"+testPath))
			assert.Equal(t, KindProxy, result.Kind)
			assert.Equal(t, "proxy: it cannot be reached", result.ErrorMessage)
		}
	})
}

// The proxy belongs to the operator: what a config says to proxies is not
// passed on.
func TestSendSaysNothingToTheProxy(t *testing.T) {
	noLeak(t)
	target, wire := capture(t)
	d := dispatchTo("http://hook.example" + testPath)
	with("Proxy-Authorization", "Basic tOkEn")(d)
	proxy := hostOf(t, target)
	result := send(t, senderBehind(t, proxy, newAuthority(t), dnsAnswer{addr: publicAddr}), d)
	require.Equal(t, KindDelivered, result.Kind, result.ErrorMessage)
	sent := wire()
	assert.True(t, strings.HasPrefix(sent, "POST http://hook.example/hook/path-tOkEn?key=query-tOkEn HTTP/1.1\r\n"))
	assert.NotContains(t, sent, "Proxy-")
}
