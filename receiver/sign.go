package receiver

import (
	"net/http"
	"strconv"
	"time"
)

// Sign returns the signature of a delivery as Standard Webhooks has it: "v1,"
// and the base64 form of the HMAC-SHA256 of id.timestamp.payload, the timestamp
// in whole seconds since the Unix epoch (a fraction is cut off). It is the
// value of webhook-signature. The payload is signed as it is and need not be
// JSON.
//
// The errors are [ErrNoSecret] and [ErrInvalidSecret], and [ErrMalformedID] and
// [ErrMalformedTimestamp] for values that [Verify] would refuse. Whoever signs
// more than once with a secret is faster with a [Signer].
func Sign(secret, id string, timestamp time.Time, payload []byte) (string, error) {
	signer, err := NewSigner(secret)
	if err != nil {
		return "", err
	}
	return signer.Sign(id, timestamp, payload)
}

// Signer signs deliveries with secrets that it has decoded once. It may be used
// concurrently, and keeps the keyed hashes for the next signature: some 0.5 µs
// for a short payload. One that signs once only costs no more than [Sign], 2
// µs, so that a sender may as well make one for each delivery and forget the
// secrets in between.
type Signer struct {
	keys []*key
}

// NewSigner takes one secret, or several while one replaces the other: a
// delivery then carries a signature of each, and receivers that know one of
// them accept it (Standard Webhooks, zero downtime secret rotation). The errors
// are [ErrNoSecret] and [ErrInvalidSecret].
func NewSigner(secrets ...string) (*Signer, error) {
	keys, err := parseKeys(secrets)
	if err != nil {
		return nil, err
	}
	return &Signer{keys}, nil
}

// Sign returns the value of webhook-signature as the function [Sign] does, with
// one signature for each secret, in their order, separated by spaces. The
// errors are [ErrMalformedID] and [ErrMalformedTimestamp].
func (s *Signer) Sign(id string, timestamp time.Time, payload []byte) (string, error) {
	var room [2 * (signatureLength + 1)]byte // enough for a rotation
	signatures, err := s.AppendSignature(room[:0], id, timestamp, payload)
	return string(signatures), err
}

// AppendSignature appends what [Signer.Sign] returns to dst and returns the
// longer slice. It allocates only if dst is too small: a signature takes 47
// bytes, and one for the space between two. After an error dst is returned as
// it was.
func (s *Signer) AppendSignature(dst []byte, id string, timestamp time.Time, payload []byte) ([]byte, error) {
	m := message{id: id, timestamp: timestamp.Unix()}
	switch {
	case !validID(id):
		return dst, ErrMalformedID
	case m.timestamp < 0 || m.timestamp > maxTimestamp:
		return dst, ErrMalformedTimestamp
	}
	for i, k := range s.keys {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = k.appendSignature(dst, m, payload)
	}
	return dst, nil
}

// SetHeader signs the delivery and sets webhook-id, webhook-timestamp and
// webhook-signature; other headers stay. A sender that also has a header of
// another name, as the config's signature_header, gives it the same value. The
// errors are those of [Signer.Sign]; after one the header is as it was.
func (s *Signer) SetHeader(header http.Header, id string, timestamp time.Time, payload []byte) error {
	signature, err := s.Sign(id, timestamp, payload)
	if err != nil {
		return err
	}
	header.Set(HeaderID, id)
	header.Set(HeaderTimestamp, strconv.FormatInt(timestamp.Unix(), 10))
	header.Set(HeaderSignature, signature)
	return nil
}
