package delivery

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/delivery/egress"
)

// authority issues certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{certificate, key}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// issue returns a certificate for hook.example, or what change makes of it.
func (a *authority) issue(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{"hook.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	change(template)
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func unchanged(*x509.Certificate) {}

// tlsReceiver is an HTTPS server that speaks HTTP/2 too. It returns the URL
// that has it as hook.example.
func tlsReceiver(t *testing.T, config *tls.Config, handler http.HandlerFunc) string {
	t.Helper()
	server := startReceiver(t, handler, func(s *httptest.Server) {
		s.TLS, s.EnableHTTP2 = config, true
		s.StartTLS()
	})
	return "https://hook.example:" + portOf(t, server.Listener.Addr()) + testPath
}

func portOf(t *testing.T, addr net.Addr) string {
	t.Helper()
	_, port, err := net.SplitHostPort(addr.String())
	require.NoError(t, err)
	return port
}

func ok(http.ResponseWriter, *http.Request) {}

// loopback resolves every name to the machine itself.
func loopback() *net.Resolver { return resolverSaying(dnsAnswer{addr: "127.0.0.1"}) }

func TestSendChecksCertificates(t *testing.T) {
	trusted, stranger := newAuthority(t), newAuthority(t)
	expired := func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }
	early := func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }
	elsewhere := func(c *x509.Certificate) { c.DNSNames = []string{"elsewhere.example"} }
	forClients := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }
	tests := map[string]struct {
		certificate tls.Certificate
		message     string
	}{
		"good":            {certificate: trusted.issue(t, unchanged)},
		"expired":         {certificate: trusted.issue(t, expired), message: "TLS: the certificate has expired or is not valid yet"},
		"not valid yet":   {certificate: trusted.issue(t, early), message: "TLS: the certificate has expired or is not valid yet"},
		"another host's":  {certificate: trusted.issue(t, elsewhere), message: "TLS: the certificate is for another host"},
		"a stranger's":    {certificate: stranger.issue(t, unchanged), message: "TLS: the certificate is not from a trusted authority"},
		"for another use": {certificate: trusted.issue(t, forClients), message: "TLS: the certificate is invalid"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			target := tlsReceiver(t, &tls.Config{Certificates: []tls.Certificate{test.certificate}, MinVersion: tls.VersionTLS12}, ok)
			result := send(t, newTLSSender(t, trusted), dispatchTo(target))
			assert.Equal(t, test.message, result.ErrorMessage)
			if test.message == "" {
				assert.Equal(t, KindDelivered, result.Kind)
				assertStatus(t, http.StatusOK, result)
				return
			}
			assert.Equal(t, KindTLS, result.Kind)
			assertStatus(t, 0, result)
		})
	}
}

// newTLSSender returns a sender that trusts an authority.
func newTLSSender(t *testing.T, trusted *authority) *Sender {
	t.Helper()
	return newTestSender(t, testEgress{
		guard: egress.Options{Resolver: loopback()}, transport: egress.TransportOptions{RootCAs: trusted.pool()},
	})
}

func TestSendToReceiversWithoutUsableTLS(t *testing.T) {
	trusted := newAuthority(t)
	certificates := []tls.Certificate{trusted.issue(t, unchanged)}
	old := &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // it is to be refused
	picky := &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert}
	// With TLS 1.3 the handshake is over for the sender before the receiver
	// refuses it.
	picky.MaxVersion = tls.VersionTLS12
	httpsOf := func(server string) string { return "https" + server[len("http"):] }
	tests := map[string]struct {
		target  func(t *testing.T) string
		kind    Kind
		message string
	}{
		"plain HTTP on the port": {
			target:  func(t *testing.T) string { t.Helper(); return httpsOf(httpReceiver(t, ok).URL) },
			kind:    KindTLS,
			message: "TLS: the receiver does not speak TLS",
		},
		"an old version only": {
			target:  func(t *testing.T) string { t.Helper(); return tlsReceiver(t, old, ok) },
			kind:    KindTLS,
			message: "TLS: the receiver refused the handshake",
		},
		"a client certificate wanted": {
			target:  func(t *testing.T) string { t.Helper(); return tlsReceiver(t, picky, ok) },
			kind:    KindTLS,
			message: "TLS: the receiver refused the handshake",
		},
		"nonsense in a record": {
			target: func(t *testing.T) string {
				t.Helper()
				// A handshake record of TLS 1.2 with four bytes that are no
				// ServerHello.
				return httpsOf(rawReceiver(t, write("\x16\x03\x03\x00\x04\x02\x00\x00\x00")))
			},
			kind:    KindTLS,
			message: "TLS: what the receiver sent breaks the protocol",
		},
		"a reset in the handshake": {
			target:  func(t *testing.T) string { t.Helper(); return httpsOf(rawReceiver(t, reset)) },
			kind:    KindReset,
			message: "connection reset by the receiver",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			result := send(t, newTLSSender(t, trusted), dispatchTo(test.target(t)))
			assert.Equal(t, test.kind, result.Kind)
			assert.Equal(t, test.message, result.ErrorMessage)
			assertStatus(t, 0, result)
		})
	}
}

// A handshake that stalls ends with its attempt.
func TestSendToReceiverThatStallsInTheHandshake(t *testing.T) {
	noLeak(t)
	target := rawReceiver(t, stall)
	result := send(t, newTestSender(t, testEgress{timeout: testTimeout}), dispatchTo("https"+target[len("http"):]))
	assert.Equal(t, KindTimeout, result.Kind)
	assert.Equal(t, "timeout after 200ms during the TLS handshake", result.ErrorMessage)
}
