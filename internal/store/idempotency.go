package store

import (
	"crypto/subtle"
	"fmt"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// answer is what an idempotency key is kept with: the request's hash, and what
// it led to. It is sealed, because the request and a config hold secrets.
//
// Rows live for a day, also across an upgrade: the names of the fields do not
// change. Golden files hold them.
type answer struct {
	Hash        []byte               `json:"hash"`
	Config      *answeredConfig      `json:"config,omitempty"`
	Publication *answeredPublication `json:"publication,omitempty"`
}

// answeredConfig is a config without what no answer shows.
type answeredConfig struct {
	ID              int64          `json:"ID"`
	OrganisationID  int64          `json:"OrganisationID"`
	CreatedAt       time.Time      `json:"CreatedAt"`
	UpdatedAt       time.Time      `json:"UpdatedAt"`
	Type            string         `json:"Type"`
	IntegrationType string         `json:"IntegrationType"`
	Name            string         `json:"Name"`
	URL             string         `json:"URL"`
	State           string         `json:"State"`
	Topics          []string       `json:"Topics"`
	Headers         []sealedHeader `json:"Headers"` // null and [] differ
	SignatureHeader string         `json:"SignatureHeader"`
}

// answeredPublication is a [webhook.Publication].
type answeredPublication struct {
	EventID    webhook.ID `json:"EventID"`
	Deliveries int64      `json:"Deliveries"`
}

func newAnsweredConfig(c *webhook.Config) *answeredConfig {
	kept := &answeredConfig{
		ID: c.ID, OrganisationID: c.OrganisationID, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
		Type: string(c.Type), IntegrationType: string(c.IntegrationType), Name: c.Name, URL: c.URL, State: string(c.State),
		Topics: c.Topics, SignatureHeader: c.SignatureHeader,
	}
	if c.Headers != nil {
		kept.Headers = storedHeaders(c.Headers)
	}
	return kept
}

func (a *answeredConfig) config() webhook.Config {
	c := webhook.Config{
		ID: a.ID, OrganisationID: a.OrganisationID, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
		Type: webhook.Type(a.Type), IntegrationType: webhook.IntegrationType(a.IntegrationType),
		Name: a.Name, URL: a.URL, State: webhook.State(a.State), Topics: a.Topics, SignatureHeader: a.SignatureHeader,
	}
	if a.Headers != nil {
		c.Headers = domainHeaders(a.Headers)
	}
	return c
}

// SealConfigAnswer returns what to keep for a request that created c.
func SealConfigAnswer(cipher Cipher, organisationID int64, i webhook.Idempotency, c *webhook.Config) ([]byte, error) {
	return sealJSON(cipher, answer{Hash: i.Hash[:], Config: newAnsweredConfig(c)}, answerContext(organisationID, i))
}

// OpenConfigAnswer returns what was sealed by [SealConfigAnswer]: the config
// as it was, without its signing key. For another request than the one before
// the error's code is [webhook.CodeIdempotencyKeyReused].
func OpenConfigAnswer(cipher Cipher, organisationID int64, i webhook.Idempotency, sealed []byte) (webhook.Config, error) {
	opened, err := openAnswer(cipher, organisationID, i, sealed)
	if err != nil {
		return webhook.Config{}, err
	}
	return opened.Config.config(), nil
}

// SealPublicationAnswer returns what to keep for a request that published p.
func SealPublicationAnswer(cipher Cipher, organisationID int64, i webhook.Idempotency, p webhook.Publication) ([]byte, error) {
	return sealJSON(cipher, answer{Hash: i.Hash[:], Publication: (*answeredPublication)(&p)}, answerContext(organisationID, i))
}

// OpenPublicationAnswer is to [SealPublicationAnswer] what [OpenConfigAnswer]
// is to [SealConfigAnswer].
func OpenPublicationAnswer(cipher Cipher, organisationID int64, i webhook.Idempotency, sealed []byte) (webhook.Publication, error) {
	opened, err := openAnswer(cipher, organisationID, i, sealed)
	if err != nil {
		return webhook.Publication{}, err
	}
	return webhook.Publication(*opened.Publication), nil
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
