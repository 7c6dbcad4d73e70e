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
var ours = map[string]bool{
	"Content-Type": true, "User-Agent": true,
	"Host": true, "Content-Length": true, "Content-Encoding": true, "Transfer-Encoding": true,
	"Connection": true, "Keep-Alive": true, "Upgrade": true, "Te": true, "Trailer": true,
	"Expect": true, "Http2-Settings": true,
	"Proxy-Connection": true, "Proxy-Authorization": true, "Proxy-Authenticate": true,
}

// ReservedHeaders returns the names that are reserved, in their canonical form.
// Those that begin with "Webhook-" are, too.
func ReservedHeaders() []string { return slices.Sorted(maps.Keys(ours)) }

// ourPrefix is that of Standard Webhooks' headers.
const ourPrefix = "Webhook-"

// IsReserved tells whether a config's own header cannot have that name, which is
// compared without regard to case. The name of the signature's second header
// is the config's own matter.
func IsReserved(name string) bool {
	canonical := http.CanonicalHeaderKey(name)
	return ours[canonical] || strings.HasPrefix(canonical, ourPrefix)
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
	now := s.now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", s.userAgent)
	r.Header.Set(receiver.HeaderID, d.EventID.String())
	allowReplay(r.Header)
	r.Header.Set(receiver.HeaderTimestamp, strconv.FormatInt(now.Unix(), 10))
	if len(d.SigningKeys) == 0 {
		return nil
	}
	return setSignature(r.Header, d, now)
}

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

func setSignature(header http.Header, d *webhook.Dispatch, now time.Time) error {
	secrets := make([]string, len(d.SigningKeys))
	for i, key := range d.SigningKeys {
		secrets[i] = key.Reveal()
	}
	signer, err := receiver.NewSigner(secrets...)
	if err != nil {
		return errInvalidKey // whatever err says is about a secret
	}
	signature, err := signer.Sign(d.EventID.String(), now, d.Payload)
	if err != nil {
		return errInvalidKey // an event's id and a time can always be signed
	}
	header.Set(receiver.HeaderSignature, signature)
	if isSettable(d.SignatureHeader) {
		header.Del(d.SignatureHeader)
		header[d.SignatureHeader] = []string{signature} // as the config spells it
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
		if IsReserved(name) || len(d.SigningKeys) > 0 && canonical == http.CanonicalHeaderKey(d.SignatureHeader) {
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
