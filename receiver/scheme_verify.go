package receiver

import (
	"crypto/fips140"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Bounds of what a sender can make a receiver do before it is verified. A
// header of a rotation has two signatures.
const (
	maxSignatureHeader = 8 << 10
	maxSignatures      = 16
)

// schemeKeys decodes the secrets as the scheme says. The errors number them,
// from 1.
func schemeKeys(scheme *Scheme, secrets []string) ([]*key, error) {
	if scheme.Secret == SecretStandard {
		return parseKeys(secrets)
	}
	if len(secrets) == 0 {
		return nil, ErrNoSecret
	}
	keys := make([]*key, len(secrets))
	for i, secret := range secrets {
		decoded, err := scheme.decodeSecret(secret)
		if err != nil {
			return nil, fmt.Errorf("%w (secret %d of %d)", err, i+1, len(secrets))
		}
		keys[i] = newKey(decoded)
	}
	return keys, nil
}

func (s *Scheme) decodeSecret(secret string) (decoded []byte, err error) {
	if secret == "" {
		return nil, ErrNoSecret
	}
	switch s.Secret {
	case SecretBase64:
		decoded, err = base64.RawStdEncoding.DecodeString(unpad(secret))
	case SecretHex:
		decoded, err = hex.DecodeString(strings.TrimRight(secret, "\r\n"))
	default:
		decoded = []byte(secret)
	}
	if err != nil || len(decoded) == 0 || fips140.Enforced() && len(decoded) < minFIPSKey {
		return nil, ErrInvalidSecret // the cause would tell where in the secret it is
	}
	return decoded, nil
}

// open checks all that can be checked before the payload is there.
func (s *Scheme) open(header http.Header, settings *verifySettings) (message, error) {
	var m message
	value, err := single(header, s.SignatureHeader)
	if err != nil {
		return m, err
	}
	if s.IDHeader != "" {
		if m.id, err = single(header, s.IDHeader); err != nil {
			return m, err
		}
		if !validID(m.id) {
			return m, ErrMalformedID
		}
	}
	switch {
	case s.TimestampHeader != "":
		m.stamp, err = single(header, s.TimestampHeader)
	case s.TimestampField != "":
		m.stamp, err = s.stampField(value)
	default:
		return m, nil
	}
	if err != nil {
		return m, err
	}
	at, err := s.parseStamp(m.stamp)
	if err != nil {
		return m, err
	}
	m.timestamp = at.Unix()
	return m, checkTimestamp(m.timestamp, settings.clock(), settings.tolerance)
}

// stampField finds the one timestamp among the fields of the signature header.
func (s *Scheme) stampField(value string) (stamp string, err error) {
	found := false
	for field := range s.fields(value) {
		text, ok := strings.CutPrefix(field, s.TimestampField)
		if !ok {
			continue
		}
		if found {
			return "", fmt.Errorf("%w: %s", ErrDuplicateHeader, s.SignatureHeader)
		}
		stamp, found = text, true
	}
	if !found {
		return "", fmt.Errorf("%w: the timestamp in %s", ErrMissingHeader, s.SignatureHeader)
	}
	return stamp, nil
}

// parseStamp takes one spelling of a number only.
func (s *Scheme) parseStamp(text string) (time.Time, error) {
	most := maxTimestamp * int64(time.Second/s.TimestampUnit)
	unsigned, err := strconv.ParseUint(text, 10, 63) // it takes no sign
	number := int64(unsigned)
	if err != nil || number > most || text[0] == '0' && text != "0" {
		return time.Time{}, ErrMalformedTimestamp // strconv's error quotes the text
	}
	if s.TimestampUnit == time.Millisecond {
		return time.UnixMilli(number), nil
	}
	return time.Unix(number, 0), nil
}

// fields yields the fields of a signature header, without the space around
// them.
func (s *Scheme) fields(value string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		if len(value) > maxSignatureHeader {
			return
		}
		if s.Separator == "" {
			yield(value)
			return
		}
		count := 0
		for field := range strings.SplitSeq(value, s.Separator) {
			if count++; count > maxSignatures || !yield(strings.TrimSpace(field)) {
				return
			}
		}
	}
}

// match computes one signature for each key and compares it with each of the
// delivery's in constant time.
func (s *Scheme) match(keys []*key, m message, header http.Header, payload []byte) error {
	value := header.Get(s.SignatureHeader)
	for _, k := range keys {
		want := k.sum(s.signed(m), payload)
		for field := range s.fields(value) {
			given, ok := s.decodeSignature(field)
			if ok && subtle.ConstantTimeCompare(given[:], want[:]) == 1 {
				return nil
			}
		}
	}
	return ErrNoMatchingSignature
}

// signed returns what is signed before the payload.
func (s *Scheme) signed(m message) string {
	before := strings.TrimSuffix(s.Signed, placeBody)
	return strings.NewReplacer(placeID, m.id, placeTimestamp, m.stamp).Replace(before)
}

// decodeSignature decodes a field, and tells whether it is a signature. What it
// does depends on no secret.
func (s *Scheme) decodeSignature(field string) (signature [sha256.Size]byte, ok bool) {
	text, ok := strings.CutPrefix(field, s.Prefix)
	if !ok {
		return signature, false
	}
	var decoded []byte
	var err error
	if s.Encoding == Hex {
		decoded, err = hex.DecodeString(text)
	} else {
		decoded, err = base64.RawStdEncoding.Strict().DecodeString(unpad(text))
	}
	if err != nil || len(decoded) != sha256.Size {
		return signature, false
	}
	return [sha256.Size]byte(decoded), true
}

// sum returns the HMAC of a text and the payload after it.
func (k *key) sum(before string, payload []byte) (sum [sha256.Size]byte) {
	s := k.state()
	s.mac.Reset()
	s.scratch = append(s.scratch[:0], before...)
	s.mac.Write(s.scratch)
	s.mac.Write(payload)
	copy(sum[:], s.mac.Sum(s.scratch[:0]))
	k.states.Put(s)
	return sum
}

// SetHeader signs a payload by the scheme, as its sender would, and sets the
// scheme's headers; others stay. The id counts only where the scheme has one,
// and the timestamp likewise. Several secrets make several signatures where the
// scheme has a separator. The errors are [ErrNoSecret], [ErrInvalidSecret],
// [ErrInvalidOption], [ErrMalformedID] and [ErrMalformedTimestamp].
func (s *Scheme) SetHeader(header http.Header, secrets []string, id string, timestamp time.Time, payload []byte) error {
	if err := s.check(); err != nil {
		return err
	}
	c := s.canonical()
	keys, err := schemeKeys(c, secrets)
	if err != nil {
		return err
	}
	if len(keys) > 1 && c.Separator == "" {
		return fmt.Errorf("%w: the scheme: it has room for one signature", ErrInvalidOption)
	}
	m := message{id: id, timestamp: timestamp.Unix()}
	m.stamp = strconv.FormatInt(timestamp.UnixNano()/int64(c.TimestampUnit), 10)
	switch {
	case c.IDHeader != "" && !validID(id):
		return ErrMalformedID
	case m.timestamp < 0 || m.timestamp > maxTimestamp:
		return ErrMalformedTimestamp
	}
	c.write(header, keys, m, payload)
	return nil
}

func (s *Scheme) write(header http.Header, keys []*key, m message, payload []byte) {
	var fields []string
	if s.TimestampField != "" {
		fields = append(fields, s.TimestampField+m.stamp)
	}
	for _, k := range keys {
		sum := k.sum(s.signed(m), payload)
		text := hex.EncodeToString(sum[:])
		if s.Encoding == Base64 {
			text = base64.StdEncoding.EncodeToString(sum[:])
		}
		fields = append(fields, s.Prefix+text)
	}
	header.Set(s.SignatureHeader, strings.Join(fields, s.Separator))
	if s.TimestampHeader != "" {
		header.Set(s.TimestampHeader, m.stamp)
	}
	if s.IDHeader != "" {
		header.Set(s.IDHeader, m.id)
	}
}
