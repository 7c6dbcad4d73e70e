// Package keyring holds the keys that encrypt secrets at rest: a Tink AEAD
// keyset in a file that only its owner can read.
//
// Data is sealed with the keyset's primary key and opened with whichever of
// its keys sealed it, so a [Rotate] leaves stored data readable. The file is
// Tink's JSON form of a cleartext keyset: whoever can read it can open what it
// sealed, and without it nothing can.
package keyring

import (
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Keyring seals and opens data with AES-256-GCM. It is safe for concurrent
// use. Its keys are fixed: a running process sees a rotation when it opens the
// file again.
type Keyring struct {
	handle *keyset.Handle
	aead   tink.AEAD
}

// New returns a keyring with one new key that exists in memory only, for tests
// and for databases that do not outlive the process.
func New() (*Keyring, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, internalError("make an encryption key", err)
	}
	return fromHandle(handle)
}

func fromHandle(handle *keyset.Handle) (*Keyring, error) {
	primitive, err := aead.New(handle)
	if err != nil {
		return nil, internalError("use the encryption keyset", err)
	}
	return &Keyring{handle: handle, aead: primitive}, nil
}

// Seal encrypts and authenticates plaintext, and authenticates associatedData,
// which [Keyring.Open] must be given again.
func (k *Keyring) Seal(plaintext, associatedData []byte) ([]byte, error) {
	sealed, err := k.aead.Encrypt(plaintext, associatedData)
	if err != nil {
		return nil, internalError("seal", err)
	}
	return sealed, nil
}

// Open returns what was sealed. The error's code is
// [webhook.CodeDecryptionFailed] if no key of the keyring sealed it, if it was
// altered, or if associatedData differs.
func (k *Keyring) Open(sealed, associatedData []byte) ([]byte, error) {
	plaintext, err := k.aead.Decrypt(sealed, associatedData)
	if err != nil {
		return nil, &webhook.Error{Code: webhook.CodeDecryptionFailed, Message: "sealed data does not open", Err: err}
	}
	return plaintext, nil
}

// rotated returns a keyring with a new primary key and all keys of k.
func (k *Keyring) rotated() (*Keyring, error) {
	manager := keyset.NewManagerFromHandle(k.handle)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, internalError("add an encryption key", err)
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, internalError("make the new encryption key primary", err)
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, internalError("use the rotated keyset", err)
	}
	return fromHandle(handle)
}

// internalError is for failures of the cryptographic library that no input of
// an operator causes. Its errors name key types and ids, never key material.
func internalError(attempted string, err error) error {
	return &webhook.Error{Code: webhook.CodeInternal, Message: attempted, Err: err}
}
