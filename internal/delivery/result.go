package delivery

import (
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Kind classifies the result of an attempt, for metrics and decisions.
type Kind string

// The kinds of results.
const (
	// KindDelivered: a 2xx status. The event has arrived, even if the body
	// that follows does not end as it should.
	KindDelivered Kind = "delivered"
	// KindStatus: another status than those below.
	KindStatus Kind = "status"
	// KindRedirect: a 3xx status.
	KindRedirect Kind = "redirect"
	// KindGone: status 410.
	KindGone Kind = "gone"
	// KindDNS: the host's name did not resolve.
	KindDNS Kind = "dns"
	// KindRefused: nothing listens there.
	KindRefused Kind = "refused"
	// KindReset: the connection was reset or closed before the answer ended.
	KindReset Kind = "reset"
	// KindUnreachable: there is no way to the address.
	KindUnreachable Kind = "unreachable"
	// KindProxy: the operator's proxy cannot be reached, or refused to connect.
	KindProxy Kind = "proxy"
	// KindTLS: no TLS connection, or a bad certificate.
	KindTLS Kind = "tls"
	// KindTimeout: the attempt took too long.
	KindTimeout Kind = "timeout"
	// KindBlocked: the egress guard refused the address.
	KindBlocked Kind = "blocked"
	// KindProtocol: what came back is not HTTP.
	KindProtocol Kind = "protocol"
	// KindInvalid: there is nothing that could be sent: the config's URL, a
	// header or a signing key is unusable.
	KindInvalid Kind = "invalid"
	// KindLocal: this machine has not what an attempt needs: file descriptors,
	// memory, ports. It says nothing about the endpoint and is not recorded.
	KindLocal Kind = "local"
	// KindInterrupted: the process is stopping. It says nothing about the
	// endpoint and is not recorded.
	KindInterrupted Kind = "interrupted"
)

// counts tells whether an attempt says something about the endpoint. One that
// does not is given back, and made again.
func (k Kind) counts() bool { return k != KindLocal && k != KindInterrupted }

// Result is an attempt as it is recorded, and what only the decision and the
// observers need to know. The attempt has no id and no number yet. Its error
// message has nothing of the request and nothing that the receiver sent. Its
// body is at most 2 KiB of valid UTF-8 without NUL, in which the values of
// custom headers are [webhook.Redacted].
type Result struct {
	webhook.Attempt

	Kind Kind
	// RetryAfter is how long the receiver of a 429 or 503 wants to be left
	// alone, 0 if it did not say. It is not bounded.
	RetryAfter time.Duration
}

// fail adds an error that came after what the result has. A status decides the
// kind, however its body ended: a 2xx has arrived, and a 410 without the rest
// of its body is a 410.
func (r *Result) fail(kind Kind, message string) {
	switch {
	case r.Kind == KindDelivered:
	case r.Kind == "" || !kind.counts():
		r.Kind, r.ErrorMessage = kind, message
	default:
		r.ErrorMessage += "; " + message
	}
}
