package delivery

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/hookline-go/hookline/internal/webhook"
)

// The headers of a signed delivery, as Standard Webhooks names them.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// ours are headers that no config can set: those that say what the delivery is,
// and those by which HTTP frames and routes a message.
var ours = map[string]bool{
	headerID: true, headerTimestamp: true, headerSignature: true,
	"Content-Type": true, "User-Agent": true,
	"Host": true, "Content-Length": true, "Content-Encoding": true, "Transfer-Encoding": true,
	"Connection": true, "Keep-Alive": true, "Proxy-Connection": true, "Upgrade": true,
	"Te": true, "Trailer": true, "Expect": true, "Http2-Settings": true,
}

// Errors of a config that cannot be sent to. They are shown in the log of the
// delivery.
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
	r.Header.Set(headerID, d.EventID)
	r.Header.Set(headerTimestamp, strconv.FormatInt(now.Unix(), 10))
	if len(d.SigningKeys) == 0 {
		return nil
	}
	signature, err := sign(d.SigningKeys, d.EventID, now, d.Payload)
	if err != nil {
		return errInvalidKey // whatever err says is about a secret
	}
	r.Header.Set(headerSignature, signature)
	if isSettable(d.SignatureHeader) {
		r.Header.Set(d.SignatureHeader, signature)
	}
	return nil
}

// setCustomHeaders leaves out what a config cannot set, and adds up values of
// the same name.
func setCustomHeaders(header http.Header, d *webhook.Dispatch) error {
	replaced := map[string]bool{}
	for _, custom := range d.Headers {
		name := http.CanonicalHeaderKey(strings.TrimSpace(custom.Name))
		if ours[name] || len(d.SigningKeys) > 0 && name == http.CanonicalHeaderKey(d.SignatureHeader) {
			continue
		}
		value := custom.Value.Reveal()
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			// The name could hold anything, so it is not repeated either.
			return fmt.Errorf("invalid config: custom header %d cannot be sent", indexOf(d.Headers, custom)+1)
		}
		if !replaced[name] {
			header.Del(name)
			replaced[name] = true
		}
		header.Add(name, value)
	}
	return nil
}

func indexOf(headers []webhook.Header, wanted webhook.Header) int {
	for i, h := range headers {
		if h == wanted {
			return i
		}
	}
	return 0
}

// isSettable reports whether the signature can be repeated under name.
func isSettable(name string) bool {
	return httpguts.ValidHeaderFieldName(name) && !ours[http.CanonicalHeaderKey(name)]
}
