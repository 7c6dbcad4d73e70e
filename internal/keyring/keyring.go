// Package keyring holds the keys that encrypt secrets at rest: a Tink AEAD
// keyset in a file that only its owner can read.
//
// Data is sealed with the keyset's primary key and opened with whichever of
// its keys sealed it, so a [Rotate] leaves stored data readable. The file is
// Tink's JSON form of a cleartext keyset: whoever can read it can open what it
// sealed, and without it nothing can.
package keyring

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/core/cryptofmt"
	"github.com/tink-crypto/tink-go/v2/keyset"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Keyring seals and opens data with AES-256-GCM. It is safe for concurrent
// use. One that was opened from a file reads the file again when it meets a key
// that it does not have: another process may have rotated it.
type Keyring struct {
	path    string // "" for one in memory
	current atomic.Pointer[keys]

	mu   sync.Mutex
	read time.Time // when the file was read last because of an unknown key
}

// keys are those of a keyset.
type keys struct {
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
	k := &Keyring{}
	k.current.Store(&keys{handle: handle, aead: primitive})
	return k, nil
}

// Seal encrypts and authenticates plaintext, and authenticates associatedData,
// which [Keyring.Open] must be given again.
func (k *Keyring) Seal(plaintext, associatedData []byte) ([]byte, error) {
	sealed, err := k.current.Load().aead.Encrypt(plaintext, associatedData)
	if err != nil {
		return nil, internalError("seal", err)
	}
	return sealed, nil
}

// Open returns what was sealed. The error's code is
// [webhook.CodeDecryptionFailed] if no key of the keyring sealed it, if it was
// altered, or if associatedData differs.
func (k *Keyring) Open(sealed, associatedData []byte) ([]byte, error) {
	used := k.current.Load()
	plaintext, err := used.aead.Decrypt(sealed, associatedData)
	if err != nil && !used.have(sealed) && k.refresh(used) {
		plaintext, err = k.current.Load().aead.Decrypt(sealed, associatedData)
	}
	if err != nil {
		return nil, &webhook.Error{Code: webhook.CodeDecryptionFailed, Message: "sealed data does not open", Err: err}
	}
	return plaintext, nil
}

// have reports whether the key that sealed something is among the keys. Its id
// is before what it sealed (Tink's wire format: a version, and four bytes).
func (s *keys) have(sealed []byte) bool {
	if len(sealed) < cryptofmt.TinkPrefixSize || sealed[0] != cryptofmt.TinkStartByte {
		return true // no rotation would help
	}
	id := binary.BigEndian.Uint32(sealed[1:])
	return slices.ContainsFunc(s.handle.KeysetInfo().GetKeyInfo(), func(info *tinkpb.KeysetInfo_KeyInfo) bool {
		return info.GetKeyId() == id
	})
}

// refreshPause is how long a file is not read again that lacked a key. Whoever
// can write to the database must not have it read for every row.
const refreshPause = time.Second

// refresh reads the file again, and reports whether there are other keys than
// those that were used.
func (k *Keyring) refresh(used *keys) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.current.Load() != used {
		return true
	}
	if k.path == "" || time.Since(k.read) < refreshPause {
		return false
	}
	k.read = time.Now()
	return k.reload() == nil
}

// Reload reads the file again, so that what is sealed from now on is sealed
// with the file's primary key. On failure the keyring keeps its keys; the codes
// are those of [Open].
func (k *Keyring) Reload() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.reload()
}

func (k *Keyring) reload() error {
	if k.path == "" {
		return nil
	}
	reread, err := Open(k.path)
	if err != nil {
		return err
	}
	k.current.Store(reread.current.Load())
	return nil
}

// rotated returns a keyring with a new primary key and all keys of k.
func (k *Keyring) rotated() (*Keyring, error) {
	manager := keyset.NewManagerFromHandle(k.current.Load().handle)
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
