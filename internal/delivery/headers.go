package delivery

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/hookline-go/hookline/internal/webhook"
	"github.com/hookline-go/hookline/receiver"
)

// ours are the headers that no config can set: those that say what the delivery
// is, those by which HTTP frames and routes a message, and what is for a proxy
// to read, which is the operator's. The contract refuses them when a config is
// made (openapi.yaml, WebhookHeaderName; a test holds both together). Configs
// that were made before a header came into the list are sent without it.
var ours = []string{
	"Content-Type", "User-Agent",
	"Host", "Content-Length", "Content-Encoding", "Transfer-Encoding",
	"Connection", "Keep-Alive", "Upgrade", "Te", "Trailer",
	"Expect", "Http2-Settings",
	"Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate",
}

// ReservedHeaders returns the names that are reserved, in their canonical form.
// Those that begin with "Webhook-" are, too.
func ReservedHeaders() []string { return slices.Clone(ours) }

// ourPrefix is that of Standard Webhooks' headers.
const ourPrefix = "Webhook-"

// IsReserved tells whether a config's own header cannot have that name, which is
// compared without regard to case. The name of the signature's second header
// is the config's own matter.
func IsReserved(name string) bool {
	if len(name) >= len(ourPrefix) && strings.EqualFold(name[:len(ourPrefix)], ourPrefix) {
		return true
	}
	return slices.ContainsFunc(ours, func(reserved string) bool { return strings.EqualFold(name, reserved) })
}

// Errors of what cannot be sent. They are shown in the log of the delivery.
var (
	errInvalidURL = errors.New("invalid config: the url cannot be used")
	errInvalidKey = errors.New("invalid config: a signing key cannot be used")
)

// setHeaders sets the config's own headers, then ours.
func (s *Sender) setHeaders(r *http.Request, d *webhook.Dispatch) error {
	if user := r.URL.User; user != nil {
		// As http.Client would; a header of the config's own replaces it.
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
	}
	if err := setCustomHeaders(r.Header, d); err != nil {
		return err
	}
	now, id := s.now(), d.EventID.String()
	// One piece of memory holds the values of all our headers.
	values := [...]string{"application/json", s.userAgent, id, strconv.FormatInt(now.Unix(), 10)}
	for i, name := range [...]string{"Content-Type", "User-Agent", headerID, headerTimestamp} {
		r.Header[name] = values[i : i+1 : i+1]
	}
	allowReplay(r.Header)
	if len(d.SigningKeys) == 0 {
		return nil
	}
	return s.setSignature(r.Header, d, id, now)
}

// The names of Standard Webhooks as [http.Header] has them.
var (
	headerID        = http.CanonicalHeaderKey(receiver.HeaderID)
	headerTimestamp = http.CanonicalHeaderKey(receiver.HeaderTimestamp)
	headerSignature = http.CanonicalHeaderKey(receiver.HeaderSignature)
)

// replayKey is one of the headers by which [http.Transport] knows a POST that
// may be sent twice; the other one is Idempotency-Key.
const replayKey = "X-Idempotency-Key"

// allowReplay has the transport send the request again, at once, if it meets a
// kept connection that the receiver is just closing: the event's id tells the
// receiver that it is the same. A key without values is not sent.
func allowReplay(header http.Header) {
	if _, own := header[replayKey]; !own {
		header[replayKey] = nil
	}
}

func (s *Sender) setSignature(header http.Header, d *webhook.Dispatch, id string, now time.Time) error {
	signer, err := s.signers.of(d.SigningKeys)
	if err != nil {
		return errInvalidKey // whatever err says is about a secret
	}
	signature, err := signer.Sign(id, now, d.Payload)
	if err != nil {
		return errInvalidKey // an event's id and a time can always be signed
	}
	values := []string{signature}
	header[headerSignature] = values
	if isSettable(d.SignatureHeader) {
		maps.DeleteFunc(header, func(name string, _ []string) bool { return strings.EqualFold(name, d.SignatureHeader) })
		header[d.SignatureHeader] = values // as the config spells it
	}
	return nil
}

// setCustomHeaders leaves out what a config cannot set, and adds up values of
// the same name. HTTP/1.1 receivers get a name in the config's spelling, the
// first one if there are several: case has no meaning (RFC 9110, section 5.1),
// but there are receivers that compare it.
func setCustomHeaders(header http.Header, d *webhook.Dispatch) error {
	spelling := make(map[string]string, len(d.Headers))
	for i, custom := range d.Headers {
		name, value := strings.TrimSpace(custom.Name), custom.Value.Reveal()
		canonical := http.CanonicalHeaderKey(name)
		if IsReserved(name) || len(d.SigningKeys) > 0 && strings.EqualFold(name, d.SignatureHeader) {
			continue
		}
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			// The name could hold anything, so it is not repeated either.
			return fmt.Errorf("invalid config: custom header %d cannot be sent", i+1)
		}
		if spelling[canonical] == "" {
			header.Del(canonical)
			spelling[canonical] = name
		}
		name = spelling[canonical]
		header[name] = append(header[name], value)
	}
	return nil
}

// isSettable reports whether the signature can be repeated under name.
func isSettable(name string) bool {
	return httpguts.ValidHeaderFieldName(name) && !IsReserved(name)
}
