package store

import (
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Row is what scanning needs of a row of any database.
type Row interface {
	// Scan copies the columns, in their order, to where dest points.
	Scan(dest ...any) error
}

// Columns that the scanners of this file read, in their order. They are SQL
// that every database takes.
const (
	ConfigColumns = `id, organisation_id, created_at, updated_at, webhook_type, COALESCE(integration_type, ''), name, url,
		state, topics, headers, signing_key, previous_signing_keys, signature_header, ` + HealthColumns
	HealthColumns = `consecutive_failures, failing_since, failing_days, last_failure_at`
	// EndpointColumns are what of a config the outcome of an attempt changes.
	EndpointColumns = `id, organisation_id, state, updated_at, ` + HealthColumns
	DeliveryColumns = `id, organisation_id, event_id, webhook_id, webhook_name, webhook_url, state, latest_status_code,
		attempt_count, retries, COALESCE(failure_reason, ''), next_attempt_at, COALESCE(event_type, ''),
		COALESCE(integration, ''), COALESCE(sync_id, ''), created_at, updated_at, COALESCE(worker, 0)`
	AttemptColumns = `id, number, success, status_code, COALESCE(error_message, ''), duration, response_body,
		response_body IS NOT NULL, created_at`
	KeyColumns = `id, organisation_id, name, prefix, hash, created_at, revoked_at`
)

// ScanConfig reads [ConfigColumns] and decrypts the secrets. If those do not
// open, the config comes without them, along with the error.
func ScanConfig(r Row, cipher Cipher) (webhook.Config, error) {
	var (
		c                    webhook.Config
		sealed               SealedSecrets
		createdAt, updatedAt int64
		topics               string
		health               healthRow
	)
	dest := append([]any{
		&c.ID, &c.OrganisationID, &createdAt, &updatedAt, &c.Type, &c.IntegrationType, &c.Name, &c.URL, &c.State, &topics,
		&sealed.Headers, &sealed.SigningKey, &sealed.PreviousSigningKeys, &c.SignatureHeader,
	}, health.dest()...)
	if err := r.Scan(dest...); err != nil {
		return webhook.Config{}, err
	}
	c.CreatedAt, c.UpdatedAt, c.Health = Time(createdAt), Time(updatedAt), health.health()
	var err error
	if c.Topics, err = DecodeTopics(topics); err != nil {
		return webhook.Config{}, err
	}
	err = OpenSecrets(cipher, &c, sealed)
	return c, err
}

// ScanAnyConfig is [ScanConfig] where a config is one of several: if its secrets
// do not open, it comes without them, and is Unreadable.
func ScanAnyConfig(r Row, cipher Cipher) (webhook.Config, error) {
	c, err := ScanConfig(r, cipher)
	if webhook.CodeOf(err) != webhook.CodeDecryptionFailed {
		return c, err
	}
	c.Headers, c.SigningKey, c.PreviousSigningKeys, c.Unreadable = nil, "", nil, true
	return c, nil
}

// ScanEndpoint reads [EndpointColumns].
func ScanEndpoint(r Row) (webhook.Config, error) {
	var (
		c         webhook.Config
		updatedAt int64
		health    healthRow
	)
	if err := r.Scan(append([]any{&c.ID, &c.OrganisationID, &c.State, &updatedAt}, health.dest()...)...); err != nil {
		return webhook.Config{}, err
	}
	c.UpdatedAt, c.Health = Time(updatedAt), health.health()
	return c, nil
}

// healthRow is [HealthColumns].
type healthRow struct {
	failures, days     int
	since, lastFailure *int64
}

func (h *healthRow) dest() []any { return []any{&h.failures, &h.since, &h.days, &h.lastFailure} }

func (h *healthRow) health() webhook.Health {
	return webhook.Health{
		ConsecutiveFailures: h.failures, FailingSince: TimeOrNil(h.since),
		FailingDays: h.days, LastFailure: TimeOrNil(h.lastFailure),
	}
}

// ScanDelivery reads [DeliveryColumns].
func ScanDelivery(r Row) (webhook.Delivery, error) {
	var (
		d                    webhook.Delivery
		next                 *int64
		createdAt, updatedAt int64
	)
	err := r.Scan(&d.ID, &d.OrganisationID, &d.EventID, &d.WebhookID, &d.WebhookName, &d.WebhookURL, &d.State,
		&d.LatestStatusCode, &d.AttemptCount, &d.Retries, &d.FailureReason, &next, &d.EventType, &d.Integration, &d.SyncID,
		&createdAt, &updatedAt, &d.Worker)
	if err != nil {
		return webhook.Delivery{}, err
	}
	d.NextAttemptAt, d.CreatedAt, d.UpdatedAt = TimeOrNil(next), Time(createdAt), Time(updatedAt)
	return d, nil
}

// ScanAttempt reads [AttemptColumns].
func ScanAttempt(r Row) (webhook.Attempt, error) {
	var (
		a                   webhook.Attempt
		duration, createdAt int64
		answered            bool
	)
	err := r.Scan(&a.ID, &a.Number, &a.Success, &a.StatusCode, &a.ErrorMessage, &duration, &a.ResponseBody, &answered, &createdAt)
	if err != nil {
		return webhook.Attempt{}, err
	}
	if answered && a.ResponseBody == nil {
		a.ResponseBody = []byte{} // SQLite's driver makes nil of an empty blob
	}
	a.Duration, a.CreatedAt = time.Duration(duration)*time.Microsecond, Time(createdAt)
	return a, nil
}

// StoredKey is an API key with the hash that it is found by.
type StoredKey struct {
	webhook.Key
	Hash webhook.KeyHash
}

// ScanKey reads [KeyColumns].
func ScanKey(r Row) (StoredKey, error) {
	var (
		k         StoredKey
		hash      []byte
		createdAt int64
		revokedAt *int64
	)
	err := r.Scan(&k.ID, &k.OrganisationID, &k.Name, &k.Prefix, &hash, &createdAt, &revokedAt)
	if err != nil {
		return StoredKey{}, err
	}
	copy(k.Hash[:], hash)
	k.CreatedAt, k.RevokedAt = Time(createdAt), TimeOrNil(revokedAt)
	return k, nil
}

// ScanShownKey is [ScanKey] without the hash.
func ScanShownKey(r Row) (webhook.Key, error) {
	k, err := ScanKey(r)
	return k.Key, err
}

// FixedKey returns a key that was found where another is to be ensured. One
// that another organisation has, or that was revoked, gives
// [webhook.CodeConflict]: a revoked key stays revoked.
func FixedKey(found StoredKey, organisationID int64) (webhook.Key, error) {
	switch {
	case found.OrganisationID != organisationID:
		return webhook.Key{}, KeyConflict("the API key belongs to another organisation")
	case found.RevokedAt != nil:
		return webhook.Key{}, KeyConflict("the API key was revoked")
	}
	return found.Key, nil
}

// KeyConflict returns the error for a key that clashes with one that exists.
func KeyConflict(message string) error {
	return &webhook.Error{Code: webhook.CodeConflict, Message: message}
}

// CheckOrganisationID refuses what is no organisation's id.
func CheckOrganisationID(id int64) error {
	if id > 0 {
		return nil
	}
	return &webhook.Error{Code: webhook.CodeInvalid, Message: "an organisation's id is a positive number"}
}
