package store

import (
	"crypto/subtle"
	"fmt"

	"github.com/hookline-go/hookline/internal/webhook"
)

// answer is what an idempotency key is kept with: the request's hash, and what
// it led to. It is sealed, because the request and a config hold secrets.
type answer struct {
	Hash        []byte               `json:"hash"`
	Config      *answeredConfig      `json:"config,omitempty"`
	Publication *webhook.Publication `json:"publication,omitempty"`
}

// answeredConfig is a config without what no answer shows.
type answeredConfig struct {
	webhook.Config
	Headers []sealedHeader // in place of the config's own, which are redacted
}

// SealConfigAnswer returns what to keep for a request that created c.
func SealConfigAnswer(cipher Cipher, organisationID int64, i webhook.Idempotency, c *webhook.Config) ([]byte, error) {
	shown := answeredConfig{Config: *c}
	shown.SigningKey, shown.PreviousSigningKeys = "", nil
	if c.Headers != nil {
		shown.Headers = storedHeaders(c.Headers)
	}
	return sealJSON(cipher, answer{Hash: i.Hash[:], Config: &shown}, answerContext(organisationID, i))
}

// OpenConfigAnswer returns what was sealed by [SealConfigAnswer]: the config
// as it was, without its signing key. For another request than the one before
// the error's code is [webhook.CodeIdempotencyKeyReused].
func OpenConfigAnswer(cipher Cipher, organisationID int64, i webhook.Idempotency, sealed []byte) (webhook.Config, error) {
	opened, err := openAnswer(cipher, organisationID, i, sealed)
	if err != nil {
		return webhook.Config{}, err
	}
	c := opened.Config.Config
	c.SigningKey, c.Headers = "", nil
	if opened.Config.Headers != nil {
		c.Headers = domainHeaders(opened.Config.Headers)
	}
	return c, nil
}

// SealPublicationAnswer returns what to keep for a request that published p.
func SealPublicationAnswer(cipher Cipher, organisationID int64, i webhook.Idempotency, p webhook.Publication) ([]byte, error) {
	return sealJSON(cipher, answer{Hash: i.Hash[:], Publication: &p}, answerContext(organisationID, i))
}

// OpenPublicationAnswer is to [SealPublicationAnswer] what [OpenConfigAnswer]
// is to [SealConfigAnswer].
func OpenPublicationAnswer(cipher Cipher, organisationID int64, i webhook.Idempotency, sealed []byte) (webhook.Publication, error) {
	opened, err := openAnswer(cipher, organisationID, i, sealed)
	if err != nil {
		return webhook.Publication{}, err
	}
	return *opened.Publication, nil
}

func openAnswer(cipher Cipher, organisationID int64, i webhook.Idempotency, sealed []byte) (answer, error) {
	var opened answer
	if err := openJSON(cipher, sealed, answerContext(organisationID, i), &opened); err != nil {
		return answer{}, &webhook.Error{
			Code: webhook.CodeDecryptionFailed, Message: "the stored answer of an idempotency key cannot be decrypted", Err: err,
		}
	}
	if subtle.ConstantTimeCompare(opened.Hash, i.Hash[:]) != 1 {
		return answer{}, &webhook.Error{
			Code:    webhook.CodeIdempotencyKeyReused,
			Message: "The Idempotency-Key was used for another request. Take a new key for a new request.",
		}
	}
	return opened, nil
}

func answerContext(organisationID int64, i webhook.Idempotency) []byte {
	return fmt.Appendf(nil, "hookline/idempotency/%d/%s/%s", organisationID, i.Operation, i.Key)
}
