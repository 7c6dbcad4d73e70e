package delivery

import "time"

// Kind classifies what became of an attempt, for metrics and decisions.
type Kind string

// The kinds of results.
const (
	// KindDelivered: a 2xx answer, read to its end or to its limit.
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
	// KindInterrupted: the process is stopping. It says nothing about the
	// endpoint and is not recorded.
	KindInterrupted Kind = "interrupted"
)

// Result is what became of one attempt.
type Result struct {
	Kind Kind
	// StatusCode is the HTTP status, nil if there was no response.
	StatusCode *int
	// Message says in words why the attempt failed, "" if it did not. It has
	// nothing of the request and nothing that the receiver sent.
	Message string
	// Body is the beginning of the response's body: at most 2 KiB of valid
	// UTF-8 without NUL, nil if there is none. Custom headers' values in it are
	// [webhook.Redacted].
	Body []byte
	// RetryAfter is how long the receiver of a 429 or 503 wants to be left
	// alone, at most 24 hours, 0 if it did not say.
	RetryAfter time.Duration
	// Duration is that of the whole attempt.
	Duration time.Duration
}

// Success reports whether the receiver took the delivery.
func (r *Result) Success() bool { return r.Kind == KindDelivered }

// fail adds an error that came after what the result has. A status that is a
// failure by itself remains the kind, however its body ended: a 410 without the
// rest of its body is a 410.
func (r *Result) fail(kind Kind, message string) {
	if r.Kind == "" || r.Kind == KindDelivered || kind == KindInterrupted {
		r.Kind, r.Message = kind, message
		return
	}
	r.Message += "; " + message
}
