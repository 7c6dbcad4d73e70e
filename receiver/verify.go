package receiver

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// DefaultTolerance is how far webhook-timestamp may be from the clock, in
// either direction. It is that of the Standard Webhooks libraries.
const DefaultTolerance = 5 * time.Minute

// Verify tells whether a delivery comes from somebody who knows one of the
// secrets, by Standard Webhooks: nil means that webhook-id, webhook-timestamp
// and payload are as they were signed, and that the timestamp is within
// [DefaultTolerance]. The payload is the body exactly as received. The header's
// keys are in canonical form, as net/http and [http.Header.Set] make them.
//
// Give several secrets while one replaces another. A delivery may carry several
// signatures, separated by spaces, in webhook-signature, in X-RootFi-Signature
// or in both; one that matches is enough, and those of other versions, such as
// v1a, are ignored. Signatures are compared in constant time.
//
// Verify does not detect a replay within the tolerance: remember the ids that
// were handled ([Deduplicator]). What it returns is of the kind
// [ErrUnverified], or [ErrConfiguration] when the secrets are missing or
// unusable.
//
// Whoever verifies more than once is faster with a [Verifier].
func Verify(payload []byte, header http.Header, secrets ...string) error {
	verifier, err := NewVerifier(secrets)
	if err != nil {
		return err
	}
	return verifier.Verify(payload, header)
}

// Verifier verifies deliveries with secrets that it has decoded once. It may be
// used concurrently.
type Verifier struct {
	keys     []*key
	settings verifySettings
}

// NewVerifier takes the secrets, all of which are good, and options. The errors
// are [ErrNoSecret], [ErrInvalidSecret] and [ErrInvalidOption].
func NewVerifier(secrets []string, options ...VerifyOption) (*Verifier, error) {
	settings := defaultVerifySettings()
	for _, option := range options {
		option(&settings)
	}
	return settings.verifier(secrets)
}

// Verify does what the function [Verify] does, with the Verifier's secrets and
// options. What it returns is of the kind [ErrUnverified].
func (v *Verifier) Verify(payload []byte, header http.Header) error {
	m, err := v.open(header)
	if err != nil {
		return err
	}
	return v.match(m, header, payload)
}

// open checks all that can be checked before the payload is there.
func (v *Verifier) open(header http.Header) (message, error) {
	if v.settings.scheme != nil {
		return v.settings.scheme.open(header, &v.settings)
	}
	m, err := parseMessage(header)
	if err != nil {
		return message{}, err
	}
	if err := v.checkSignatureHeaders(header); err != nil {
		return message{}, err
	}
	return m, checkTimestamp(m.timestamp, v.settings.clock(), v.settings.tolerance)
}

func (v *Verifier) checkSignatureHeaders(header http.Header) error {
	found := false
	for _, name := range v.settings.signatureHeaders {
		values := header[name]
		if len(values) > 1 {
			return fmt.Errorf("%w: %s", ErrDuplicateHeader, name)
		}
		found = found || len(values) == 1 && values[0] != ""
	}
	if !found {
		return fmt.Errorf("%w: %s", ErrMissingHeader, v.settings.signatureHeaders[0])
	}
	return nil
}

// match computes one signature for each secret, however many the delivery
// carries.
func (v *Verifier) match(m message, header http.Header, payload []byte) error {
	if v.settings.scheme != nil {
		return v.settings.scheme.match(v.keys, m, header, payload)
	}
	var room [signatureLength]byte
	for _, k := range v.keys {
		want := k.appendSignature(room[:0], m, payload)
		for _, name := range v.settings.signatureHeaders {
			for _, list := range header[name] {
				if contains(list, want) {
					return nil
				}
			}
		}
	}
	return ErrNoMatchingSignature
}

// contains compares in constant time each signature of the list that has the
// right length, which is no secret. The version is part of the comparison:
// those of other versions are never equal.
func contains(list string, want []byte) bool {
	var room [signatureLength]byte
	for signature := range strings.SplitSeq(list, " ") {
		if len(signature) != signatureLength {
			continue
		}
		copy(room[:], signature)
		if subtle.ConstantTimeCompare(room[:], want) == 1 {
			return true
		}
	}
	return false
}
