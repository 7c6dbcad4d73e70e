package webhook

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"time"
)

const (
	// keyMarker lets people and secret scanners recognise a key.
	keyMarker = "hk_"
	keyBytes  = 32
	// shownKeyChars is the marker and 6 random characters: enough to tell keys
	// apart, too little to help guessing the other 37.
	shownKeyChars = len(keyMarker) + 6
)

// Key describes an API key of an organisation. The key itself is shown once,
// when it is made, and only its [KeyHash] is stored.
type Key struct {
	ID             int64 // positive, assigned by the store, never reused
	OrganisationID int64
	Name           string // for people
	Prefix         string // first characters of the key, for display; see [KeyPrefix]
	CreatedAt      time.Time
	RevokedAt      *time.Time // nil while the key is valid
}

// GenerateKey returns a new random API key: "hk_" and 32 random bytes in
// base64url, 46 characters in all.
func GenerateKey() Secret {
	var random [keyBytes]byte
	// Read never fails: it ends the program if the system has no randomness.
	_, _ = rand.Read(random[:])
	return Secret(keyMarker + base64.RawURLEncoding.EncodeToString(random[:]))
}

// KeyPrefix returns the part of a key that may be stored and shown: its first
// 9 characters, and never more than half of a short one.
func KeyPrefix(key Secret) string {
	return string(key[:min(shownKeyChars, len(key)/2)])
}

// KeyHash is the SHA-256 hash of an API key. A plain hash is enough because
// the keys are random: there is no dictionary to slow down.
type KeyHash [sha256.Size]byte

// HashKey returns the hash to store, or to look a submitted key up by.
func HashKey(key Secret) KeyHash { return sha256.Sum256([]byte(key)) }

// Equal compares in constant time.
func (h KeyHash) Equal(other KeyHash) bool {
	return subtle.ConstantTimeCompare(h[:], other[:]) == 1
}
