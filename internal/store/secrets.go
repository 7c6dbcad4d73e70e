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

// SealedSecrets are the two encrypted columns of a webhook config. A nil
// column is NULL in the database.
type SealedSecrets struct {
	Headers    []byte
	SigningKey []byte
}

// sealedHeader is the stored form of a header. [webhook.Header] does not
// encode to JSON as it is: its value is redacted.
type sealedHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// SealSecrets encrypts the headers and the signing key of c. Both are bound to
// the ids of the config and its organisation, which c must have, so that a
// sealed value opens in its own row only.
func SealSecrets(cipher Cipher, c *webhook.Config) (SealedSecrets, error) {
	var sealed SealedSecrets
	if c.Headers != nil {
		headers, err := encodeHeaders(c.Headers)
		if err != nil {
			return SealedSecrets{}, err
		}
		if sealed.Headers, err = cipher.Seal(headers, secretContext(c, "headers")); err != nil {
			return SealedSecrets{}, fmt.Errorf("seal headers: %w", err)
		}
	}
	if c.SigningKey != "" {
		var err error
		sealed.SigningKey, err = cipher.Seal([]byte(c.SigningKey.Reveal()), secretContext(c, "signing_key"))
		if err != nil {
			return SealedSecrets{}, fmt.Errorf("seal signing key: %w", err)
		}
	}
	return sealed, nil
}

// OpenSecrets decrypts into c what [SealSecrets] sealed for the same ids. The
// error's code is [webhook.CodeDecryptionFailed] if a value was altered or
// moved here from another row or column.
func OpenSecrets(cipher Cipher, c *webhook.Config, sealed SealedSecrets) error {
	if sealed.Headers != nil {
		headers, err := cipher.Open(sealed.Headers, secretContext(c, "headers"))
		if err != nil {
			return decryptionFailed(c, "headers", err)
		}
		if c.Headers, err = decodeHeaders(headers); err != nil {
			return decryptionFailed(c, "headers", err)
		}
	}
	if sealed.SigningKey != nil {
		key, err := cipher.Open(sealed.SigningKey, secretContext(c, "signing_key"))
		if err != nil {
			return decryptionFailed(c, "signing key", err)
		}
		c.SigningKey = webhook.Secret(key)
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

func encodeHeaders(headers []webhook.Header) ([]byte, error) {
	stored := make([]sealedHeader, 0, len(headers))
	for _, h := range headers {
		stored = append(stored, sealedHeader{Name: h.Name, Value: h.Value.Reveal()})
	}
	encoded, err := json.Marshal(stored)
	if err != nil {
		return nil, fmt.Errorf("encode headers: %w", err)
	}
	return encoded, nil
}

func decodeHeaders(encoded []byte) ([]webhook.Header, error) {
	var stored []sealedHeader
	if err := json.Unmarshal(encoded, &stored); err != nil {
		return nil, fmt.Errorf("decode headers: %w", err)
	}
	headers := make([]webhook.Header, 0, len(stored))
	for _, h := range stored {
		headers = append(headers, webhook.Header{Name: h.Name, Value: webhook.Secret(h.Value)})
	}
	return headers, nil
}

func decryptionFailed(c *webhook.Config, what string, err error) error {
	return &webhook.Error{
		Code:    webhook.CodeDecryptionFailed,
		Message: fmt.Sprintf("the stored %s of webhook config %d cannot be decrypted", what, c.ID),
		Err:     err,
	}
}
