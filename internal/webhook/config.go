package webhook

import (
	"slices"
	"time"
)

// DefaultSignatureHeader is the header that carries the signature of a
// delivery. The API's documented example shows it even for a config that has
// no signing key, so every config has it.
const DefaultSignatureHeader = "X-RootFi-Signature"

// Type is the category of events that a config subscribes to.
type Type string

// TypeIntegration is the one type that the domain treats apart: its events have
// an [IntegrationType]. The contract lists all types; so do the generated
// constants.
const TypeIntegration Type = "INTEGRATION"

// IntegrationType names the integration whose native events a config of
// [TypeIntegration] subscribes to. The empty string stands for the API's null.
type IntegrationType string

// State says whether a config receives deliveries.
type State string

// The states of the API. StateEnabled is the default.
const (
	StateEnabled  State = "ENABLED"
	StateDisabled State = "DISABLED"
)

// Header is a custom header that is sent with every delivery of a config. Its
// value is a secret: it often is a credential.
type Header struct {
	Name  string
	Value Secret
}

// Config is one webhook: where the events of a type go, and how.
type Config struct {
	// ID and OrganisationID are positive. The store assigns ID and never
	// assigns it again, not even after a delete.
	ID             int64
	OrganisationID int64
	// CreatedAt and UpdatedAt are UTC with microseconds. The store sets them;
	// every update moves UpdatedAt on by a millisecond at least, the
	// precision that the API shows.
	CreatedAt time.Time
	UpdatedAt time.Time

	Type            Type
	IntegrationType IntegrationType // "" is null
	Name            string
	URL             string
	State           State
	Topics          []string // subscribed topics; none is the API's []
	Headers         []Header // nil is the API's null, empty is []
	SigningKey      Secret   // "" is none
	SignatureHeader string

	// PreviousSigningKeys sign beside SigningKey until they end, the latest
	// one first.
	PreviousSigningKeys []PreviousSigningKey
	// Unreadable is set where the secrets cannot be decrypted: Headers and the
	// signing keys are missing then.
	Unreadable bool
	// Health says how the endpoint has answered of late. Attempts change it.
	Health
}

// PreviousSigningKey is a signing key that was replaced.
type PreviousSigningKey struct {
	Key   Secret
	Until time.Time
}

// replaceSigningKey keeps the key that it replaces signing for so long, for
// receivers that do not know the new one yet. Taking the key away ends all
// signing.
func (c *Config) replaceSigningKey(key Secret, now time.Time, overlap time.Duration) {
	if key == c.SigningKey {
		return
	}
	replaced := c.SigningKey
	c.SigningKey = key
	if key == "" || replaced == "" || overlap <= 0 {
		c.PreviousSigningKeys = nil
		return
	}
	kept := []PreviousSigningKey{{Key: replaced, Until: now.Add(overlap)}}
	for _, previous := range c.PreviousSigningKeys {
		if previous.Until.After(now) && previous.Key != key && len(kept) < maxPreviousSigningKeys {
			kept = append(kept, previous)
		}
	}
	c.PreviousSigningKeys = kept
}

// maxPreviousSigningKeys bounds the signatures that a delivery carries.
const maxPreviousSigningKeys = 4

// SigningKeysAt returns the keys that sign a delivery now, the current one
// first, none for a config without a key.
func (c *Config) SigningKeysAt(now time.Time) []Secret {
	if c.SigningKey == "" {
		return nil
	}
	keys := []Secret{c.SigningKey}
	for _, previous := range c.PreviousSigningKeys {
		if previous.Until.After(now) {
			keys = append(keys, previous.Key)
		}
	}
	return keys
}

// recovered forgets the failures of an endpoint.
func (c *Config) recovered() { c.Health = Health{} }

// SetDefaults fills what a create request may leave out: the state, the
// signature header, and topics that are never nil.
func (c *Config) SetDefaults() {
	if c.State == "" {
		c.State = StateEnabled
	}
	if c.SignatureHeader == "" {
		c.SignatureHeader = DefaultSignatureHeader
	}
	if c.Topics == nil {
		c.Topics = []string{}
	}
}

// Validate enforces the rule that a partial update can break although its
// request is well formed: a config of [TypeIntegration] has an integration
// type. The error's code is [CodeIntegrationTypeRequired]. An integration type
// on any other type is accepted and kept.
func (c *Config) Validate() error {
	if c.Type == TypeIntegration && c.IntegrationType == "" {
		return &Error{
			Code:    CodeIntegrationTypeRequired,
			Message: "A config of type INTEGRATION must name its integration type.",
			Pointer: "/integration_type",
		}
	}
	return nil
}

// Clone returns a copy that shares no memory with c.
func (c *Config) Clone() Config {
	clone := *c
	clone.Topics = slices.Clone(c.Topics)
	clone.Headers = slices.Clone(c.Headers)
	clone.PreviousSigningKeys = slices.Clone(c.PreviousSigningKeys)
	return clone
}
