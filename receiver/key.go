package receiver

import (
	"crypto/fips140"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"sync"
)

const (
	secretPrefix = "whsec_"
	// version is the symmetric scheme's, with the comma that follows it
	// (Standard Webhooks, webhook headers).
	version = "v1,"
	// signatureLength is that of a version and the base64 form of 32 bytes.
	signatureLength = len(version) + 44
	// minFIPSKey is how many bytes crypto/hmac wants where FIPS 140-3 is
	// enforced; it panics on less.
	minFIPSKey = 112 / 8
)

// key is a decoded secret. It may be used concurrently. Only a closure has the
// secret, because package fmt looks into unexported fields, but not into
// functions.
type key struct {
	newState func() *macState
	states   sync.Pool // of *macState
}

func newKey(secret []byte) *key {
	return &key{newState: func() *macState { return &macState{mac: hmac.New(sha256.New, secret)} }}
}

// macState is what one signature needs, kept for the next one: the keyed hash
// is worth several allocations.
type macState struct {
	mac     hash.Hash
	scratch []byte
}

// parseKeys decodes the secrets. The errors number them, from 1.
func parseKeys(secrets []string) ([]*key, error) {
	if len(secrets) == 0 {
		return nil, ErrNoSecret
	}
	keys := make([]*key, len(secrets))
	for i, secret := range secrets {
		decoded, err := decodeSecret(secret)
		if err != nil {
			return nil, fmt.Errorf("%w (secret %d of %d)", err, i+1, len(secrets))
		}
		keys[i] = newKey(decoded)
	}
	return keys, nil
}

// decodeSecret accepts whsec_ with and without padding: the specification says
// base64 and no more, Python's reference library takes both, and the two cannot
// be confused. A line break at the end of it, as files have, is skipped.
func decodeSecret(secret string) ([]byte, error) {
	if secret == "" {
		return nil, ErrNoSecret
	}
	decoded := []byte(secret)
	if encoded, ok := strings.CutPrefix(secret, secretPrefix); ok {
		var err error
		if decoded, err = base64.RawStdEncoding.DecodeString(unpad(encoded)); err != nil || len(decoded) == 0 {
			return nil, ErrInvalidSecret // the cause would tell where in the secret it is
		}
	}
	if fips140.Enforced() && len(decoded) < minFIPSKey {
		return nil, ErrInvalidSecret
	}
	return decoded, nil
}

// unpad takes the padding off, if it is what the length asks for; else it
// leaves the text, for the decoder to refuse.
func unpad(encoded string) string {
	encoded = strings.TrimRight(encoded, "\r\n")
	if len(encoded)%4 != 0 {
		return encoded
	}
	return strings.TrimSuffix(strings.TrimSuffix(encoded, "="), "=")
}

// appendSignature appends "v1," and the base64 form of the HMAC.
func (k *key) appendSignature(dst []byte, m message, payload []byte) []byte {
	s := k.state()
	s.scratch = append(append(s.scratch[:0], m.id...), '.')
	s.scratch = append(strconv.AppendInt(s.scratch, m.timestamp, 10), '.')
	s.mac.Reset()
	s.mac.Write(s.scratch)
	s.mac.Write(payload)
	s.scratch = s.mac.Sum(s.scratch[:0])
	dst = base64.StdEncoding.AppendEncode(append(dst, version...), s.scratch)
	k.states.Put(s)
	return dst
}

func (k *key) state() *macState {
	if s, ok := k.states.Get().(*macState); ok {
		return s
	}
	return k.newState()
}
