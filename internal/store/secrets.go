package store

import (
	"encoding/json"
	"fmt"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Cipher is authenticated encryption. It is satisfied by the service's
// keyring, and must be safe for concurrent use.
type Cipher interface {
	// Seal encrypts plaintext and binds it to associatedData.
	Seal(plaintext, associatedData []byte) ([]byte, error)
	// Open returns what was sealed with the same associatedData, or an error
	// if either was altered or another key sealed it.
	Open(sealed, associatedData []byte) ([]byte, error)
}

// SealedSecrets are the encrypted columns of a webhook config. A nil column is
// NULL in the database.
type SealedSecrets struct {
	Headers             []byte
	SigningKey          []byte
	PreviousSigningKeys []byte
}

// sealedHeader is the stored form of a header. [webhook.Header] does not
// encode to JSON as it is: its value is redacted.
type sealedHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// sealedKey is the stored form of a signing key that was replaced.
type sealedKey struct {
	Key   string `json:"key"`
	Until int64  `json:"until"` // microseconds
}

// SealSecrets encrypts the secrets of c. They are bound to the ids of the
// config and its organisation, which c must have, so that a sealed value opens
// in its own row only.
func SealSecrets(cipher Cipher, c *webhook.Config) (sealed SealedSecrets, err error) {
	if c.Headers != nil {
		if sealed.Headers, err = sealJSON(cipher, storedHeaders(c.Headers), secretContext(c, "headers")); err != nil {
			return SealedSecrets{}, err
		}
	}
	if c.SigningKey != "" {
		sealed.SigningKey, err = cipher.Seal([]byte(c.SigningKey.Reveal()), secretContext(c, "signing_key"))
		if err != nil {
			return SealedSecrets{}, fmt.Errorf("seal the signing key: %w", err)
		}
	}
	if len(c.PreviousSigningKeys) > 0 {
		keys := storedKeys(c.PreviousSigningKeys)
		if sealed.PreviousSigningKeys, err = sealJSON(cipher, keys, secretContext(c, "previous_signing_keys")); err != nil {
			return SealedSecrets{}, err
		}
	}
	return sealed, nil
}

// OpenSecrets decrypts into c what [SealSecrets] sealed for the same ids. The
// error's code is [webhook.CodeDecryptionFailed] if a value was altered or
// moved here from another row or column.
func OpenSecrets(cipher Cipher, c *webhook.Config, sealed SealedSecrets) error {
	if sealed.Headers != nil {
		var headers []sealedHeader
		if err := openJSON(cipher, sealed.Headers, secretContext(c, "headers"), &headers); err != nil {
			return decryptionFailed(c, "headers", err)
		}
		c.Headers = domainHeaders(headers)
	}
	if sealed.SigningKey != nil {
		key, err := cipher.Open(sealed.SigningKey, secretContext(c, "signing_key"))
		if err != nil {
			return decryptionFailed(c, "signing key", err)
		}
		c.SigningKey = webhook.Secret(key)
	}
	if sealed.PreviousSigningKeys != nil {
		var keys []sealedKey
		if err := openJSON(cipher, sealed.PreviousSigningKeys, secretContext(c, "previous_signing_keys"), &keys); err != nil {
			return decryptionFailed(c, "previous signing keys", err)
		}
		c.PreviousSigningKeys = domainKeys(keys)
	}
	return nil
}

// canary is what a database stores sealed, to recognise its encryption key.
const canary = "hookline"

var canaryContext = []byte("hookline/canary")

// SealCanary returns the value that a new database stores for [CheckCanary].
func SealCanary(cipher Cipher) ([]byte, error) {
	sealed, err := cipher.Seal([]byte(canary), canaryContext)
	if err != nil {
		return nil, fmt.Errorf("seal the canary: %w", err)
	}
	return sealed, nil
}

// CheckCanary tells at start, before any secret is needed, whether cipher is
// the one that the database was written with. If not, the error's code is
// [webhook.CodeWrongEncryptionKey].
func CheckCanary(cipher Cipher, sealed []byte) error {
	opened, err := cipher.Open(sealed, canaryContext)
	if err != nil || string(opened) != canary {
		return &webhook.Error{
			Code:    webhook.CodeWrongEncryptionKey,
			Message: "the encryption key is not the one that this database was written with",
		}
	}
	return nil
}

// secretContext is the associated data of a sealed column.
func secretContext(c *webhook.Config, column string) []byte {
	return fmt.Appendf(nil, "hookline/webhook_config/%d/%d/%s", c.OrganisationID, c.ID, column)
}

func sealJSON(cipher Cipher, value any, context []byte) ([]byte, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode a secret: %w", err)
	}
	sealed, err := cipher.Seal(encoded, context)
	if err != nil {
		return nil, fmt.Errorf("seal a secret: %w", err)
	}
	return sealed, nil
}

func openJSON(cipher Cipher, sealed, context []byte, value any) error {
	encoded, err := cipher.Open(sealed, context)
	if err != nil {
		return err
	}
	return json.Unmarshal(encoded, value)
}

func storedHeaders(headers []webhook.Header) []sealedHeader {
	stored := make([]sealedHeader, len(headers))
	for i, h := range headers {
		stored[i] = sealedHeader{Name: h.Name, Value: h.Value.Reveal()}
	}
	return stored
}

func domainHeaders(stored []sealedHeader) []webhook.Header {
	headers := make([]webhook.Header, len(stored))
	for i, h := range stored {
		headers[i] = webhook.Header{Name: h.Name, Value: webhook.Secret(h.Value)}
	}
	return headers
}

func storedKeys(keys []webhook.PreviousSigningKey) []sealedKey {
	stored := make([]sealedKey, len(keys))
	for i, k := range keys {
		stored[i] = sealedKey{Key: k.Key.Reveal(), Until: Micros(k.Until)}
	}
	return stored
}

func domainKeys(stored []sealedKey) []webhook.PreviousSigningKey {
	keys := make([]webhook.PreviousSigningKey, len(stored))
	for i, k := range stored {
		keys[i] = webhook.PreviousSigningKey{Key: webhook.Secret(k.Key), Until: Time(k.Until)}
	}
	return keys
}

func decryptionFailed(c *webhook.Config, what string, err error) error {
	return &webhook.Error{
		Code:    webhook.CodeDecryptionFailed,
		Message: fmt.Sprintf("the stored %s of webhook config %d cannot be decrypted", what, c.ID),
		Err:     err,
	}
}
