package delivery

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/hookline-go/hookline/internal/delivery/egress"
)

// dialError is what the dialer gives for an error of the system.
func dialError(number syscall.Errno) error {
	return &net.OpError{
		Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, Err: os.NewSyscallError("connect", number),
	}
}

// TestExplainSystemErrors books what a system can say where it belongs. What
// this machine lacks is for package egress to recognise.
func TestExplainSystemErrors(t *testing.T) {
	sender := NewSender(SenderOptions{})
	for number, want := range map[syscall.Errno]struct {
		kind    Kind
		message string
	}{
		syscall.ECONNREFUSED: {KindRefused, "connection refused"},
		syscall.ECONNRESET:   {KindReset, wasReset},
		syscall.ECONNABORTED: {KindReset, wasReset},
		syscall.ETIMEDOUT:    {KindTimeout, "timeout while connecting"},
		syscall.EHOSTUNREACH: {KindUnreachable, noRoute},
		syscall.ENETUNREACH:  {KindUnreachable, noRoute},
		syscall.ENETDOWN:     {KindUnreachable, noRoute},
		syscall.EACCES:       {KindUnreachable, noAccess},
		syscall.EPERM:        {KindUnreachable, noAccess},
		syscall.EINVAL:       {KindUnreachable, "unreachable: no connection could be made"},
	} {
		kind, message := sender.explain(t.Context(), dialError(number), phaseConnect)
		assert.Equal(t, want.kind, kind, number)
		assert.Equal(t, want.message, message, number)
	}
	kind, message := sender.explain(t.Context(), fmt.Errorf("dial: %w", &egress.ShortageError{Resource: "it is tired"}), phaseConnect)
	assert.Equal(t, KindLocal, kind)
	assert.Equal(t, "this machine: it is tired", message)
}

// TestExplainByPhase is about errors without a type: nothing is said of a
// response that never came, and nothing of HTTP where there was no connection.
func TestExplainByPhase(t *testing.T) {
	sender := NewSender(SenderOptions{})
	for reached, want := range map[phase]Kind{
		phaseStart: KindUnreachable, phaseDNS: KindUnreachable, phaseConnect: KindUnreachable, phaseTLS: KindTLS,
		phaseSend: KindReset, phaseWait: KindReset, phaseHeader: KindProtocol, phaseBody: KindProtocol,
	} {
		kind, message := sender.explain(t.Context(), errors.New("secret of a library"), reached)
		assert.Equal(t, want, kind, message)
		assert.NotContains(t, message, "secret")
	}
}

// http2Receiver speaks HTTP/2 up to the first request, and then plays the
// script with the request's stream. An error of the script ends the connection.
func http2Receiver(t *testing.T, script func(f *http2.Framer, stream uint32) error) (target string, roots *x509.CertPool) {
	t.Helper()
	authority := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{authority.issue(t, unchanged)}, NextProtos: []string{"h2"}}
	raw := rawReceiver(t, func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		secure := tls.Server(conn, config)
		if _, err := io.ReadFull(secure, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		f := http2.NewFramer(secure, secure)
		for {
			frame, err := f.ReadFrame()
			if err != nil {
				return
			}
			if frame.Header().Type != http2.FrameHeaders {
				continue
			}
			if f.WriteSettings() != nil || script(f, frame.Header().StreamID) != nil {
				return
			}
		}
	})
	parsed, err := url.Parse(raw)
	require.NoError(t, err)
	return "https://hook.example:" + parsed.Port() + testPath, authority.pool()
}

// TestExplainHTTP2 has receivers end connections and streams of HTTP/2.
func TestExplainHTTP2(t *testing.T) {
	for name, test := range map[string]struct {
		script  func(f *http2.Framer, stream uint32) error
		message string
	}{
		"goes away": {func(f *http2.Framer, stream uint32) error {
			return errors.Join(f.WriteGoAway(stream, http2.ErrCodeEnhanceYourCalm, []byte("tOkEn")), io.EOF)
		}, "connection reset: it ended before there was a response"},
		"resets the stream": {func(f *http2.Framer, stream uint32) error {
			return f.WriteRSTStream(stream, http2.ErrCodeInternal)
		}, wasReset},
		"breaks the protocol": {func(f *http2.Framer, stream uint32) error {
			return f.WriteRawFrame(http2.FrameSettings, 0, stream, nil)
		}, "connection reset: it ended before there was a response"},
	} {
		t.Run(name, func(t *testing.T) {
			noLeak(t)
			target, roots := http2Receiver(t, test.script)
			sender := newTestSender(t, testEgress{
				guard: egress.Options{Resolver: loopback()}, transport: egress.TransportOptions{RootCAs: roots},
			})
			result := send(t, sender, dispatchTo(target))
			assert.Equal(t, KindReset, result.Kind)
			assert.Equal(t, test.message, result.ErrorMessage)
		})
	}
}
