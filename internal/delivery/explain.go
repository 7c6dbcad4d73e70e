package delivery

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/hookline-go/hookline/internal/delivery/egress"
)

// explain puts the error of an exchange into words. The error's own text is
// never repeated: it can hold the URL with its query, addresses of the
// operator's network, or what the receiver sent.
func (s *Sender) explain(attempt context.Context, err error, reached phase) (kind Kind, message string) {
	if cause := context.Cause(attempt); cause != nil && !errors.Is(cause, errAttemptTimeout) {
		return KindInterrupted, "interrupted: the service is stopping"
	}
	if kind, message, ok := explainGuard(err); ok {
		return kind, message
	}
	if kind, message, ok := explainLocal(err); ok {
		return kind, message
	}
	if isOver(attempt) {
		return KindTimeout, fmt.Sprintf("timeout after %s %s", s.timeout, reached)
	}
	if isTimeout(err) {
		return KindTimeout, fmt.Sprintf("timeout %s", reached)
	}
	for _, explain := range []func(error) (Kind, string, bool){explainProxy, explainDNS, explainTLS, explainConnection} {
		if kind, message, ok := explain(err); ok {
			return kind, message
		}
	}
	return explainPhase(reached)
}

// explainPhase is for errors that have no type of their own: what is known is
// how far the exchange had come.
func explainPhase(reached phase) (kind Kind, message string) {
	switch reached {
	case phaseTLS:
		return KindTLS, "TLS: the handshake failed"
	case phaseSend, phaseWait:
		// HTTP/2's GOAWAY, a connection that no longer answers pings.
		return KindReset, "connection reset: it ended before there was a response"
	case phaseHeader:
		return KindProtocol, "invalid HTTP: there was no usable response"
	case phaseBody:
		return KindProtocol, "invalid HTTP: the response body is malformed"
	default:
		return KindUnreachable, "unreachable: no connection could be made"
	}
}

func explainGuard(err error) (kind Kind, message string, ok bool) {
	if blocked, ok := errors.AsType[*egress.BlockedError](err); ok {
		return KindBlocked, blocked.Error(), true
	}
	return "", "", false
}

// isOver tells whether the attempt's time is over. The dialer, which has the
// same deadline, can be a moment earlier than the context.
func isOver(attempt context.Context) bool {
	deadline, ok := attempt.Deadline()
	return attempt.Err() != nil || ok && !time.Now().Before(deadline)
}

// explainLocal recognises what this machine lacks.
func explainLocal(err error) (kind Kind, message string, ok bool) {
	if shortage, ok := errors.AsType[*egress.ShortageError](err); ok {
		return KindLocal, shortage.Error(), true
	}
	return "", "", false
}

// isTimeout covers what gives up before the attempt does: the resolver, the
// kernel, the transport on a handshake behind a proxy.
func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

// explainProxy tells the proxy's failures from the receiver's.
func explainProxy(err error) (kind Kind, message string, ok bool) {
	if refused, ok := errors.AsType[*egress.ProxyError](err); ok {
		if refused.StatusCode == 0 {
			return KindProxy, "proxy: its address cannot be used", true
		}
		return KindProxy, fmt.Sprintf("proxy: it does not connect: status %d", refused.StatusCode), true
	}
	// The name that net/http gives to what fails between it and a proxy.
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return KindProxy, "proxy: it cannot be reached", true
	}
	return "", "", false
}

func explainDNS(err error) (kind Kind, message string, ok bool) {
	dns, ok := errors.AsType[*net.DNSError](err)
	switch {
	case !ok:
		return "", "", false
	case dns.IsNotFound:
		return KindDNS, "DNS: the host was not found", true
	default:
		return KindDNS, "DNS: the look-up of the host failed", true
	}
}

func explainTLS(err error) (kind Kind, message string, ok bool) {
	if words, ok := explainCertificate(err); ok {
		return KindTLS, "TLS: " + words, true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return KindTLS, "TLS: the receiver does not speak TLS", true
	}
	// The name that crypto/tls gives to alerts, whose type is not exported.
	op, ok := errors.AsType[*net.OpError](err)
	switch {
	case ok && op.Op == "remote error":
		return KindTLS, "TLS: the receiver refused the handshake", true
	case ok && op.Op == "local error":
		return KindTLS, "TLS: what the receiver sent breaks the protocol", true
	}
	return "", "", false
}

func explainCertificate(err error) (words string, ok bool) {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		if invalid.Reason == x509.Expired {
			return "the certificate has expired or is not valid yet", true
		}
		return "the certificate is invalid", true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate is for another host", true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the certificate is not from a trusted authority", true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the certificate cannot be verified", true
	}
	return "", false
}

// http2StreamError receives net/http's HTTP/2 stream errors, whose type is not
// exported: they fit any struct with their fields (https://go.dev/issue/53896).
type http2StreamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

// Error implements error, which [errors.As] wants of its target.
func (e http2StreamError) Error() string { return fmt.Sprintf("HTTP/2 stream error %d", e.Code) }

func explainConnection(err error) (kind Kind, message string, ok bool) {
	if _, ok := errors.AsType[http2StreamError](err); ok {
		return KindReset, wasReset, true
	}
	for _, known := range connectionErrors {
		if errors.Is(err, known.err) {
			return known.kind, known.message, true
		}
	}
	return "", "", false
}

const (
	wasReset = "connection reset by the receiver"
	cutShort = "connection reset: the receiver closed it before the response was complete"
	noRoute  = "unreachable: there is no route to the receiver"
	noAccess = "unreachable: this machine's firewall does not let the connection out"
)

// connectionErrors are what the dialer and a connection fail with.
var connectionErrors = []struct {
	err     error
	kind    Kind
	message string
}{
	{syscall.ECONNREFUSED, KindRefused, "connection refused"},
	{syscall.ECONNRESET, KindReset, wasReset},
	{syscall.ECONNABORTED, KindReset, wasReset},
	{syscall.EPIPE, KindReset, wasReset},
	{io.EOF, KindReset, cutShort},
	{io.ErrUnexpectedEOF, KindReset, cutShort},
	{syscall.EHOSTUNREACH, KindUnreachable, noRoute},
	{syscall.ENETUNREACH, KindUnreachable, noRoute},
	{syscall.EHOSTDOWN, KindUnreachable, noRoute},
	{syscall.ENETDOWN, KindUnreachable, noRoute},
	{syscall.EADDRNOTAVAIL, KindUnreachable, noRoute},
	{syscall.EAFNOSUPPORT, KindUnreachable, noRoute},
	{syscall.EACCES, KindUnreachable, noAccess},
	{syscall.EPERM, KindUnreachable, noAccess},
}
