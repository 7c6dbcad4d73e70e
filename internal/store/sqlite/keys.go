package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// CreateKey stores the hash of a new API key and returns its record. Of key,
// OrganisationID, Name and Prefix count; the rest is assigned here. The
// organisation is made if it is new. A hash that is stored already gives
// [webhook.CodeConflict].
func (s *Store) CreateKey(ctx context.Context, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error) {
	var created webhook.Key
	err := s.write(ctx, "create API key", func(tx *transaction) (err error) {
		created, err = s.insertKey(tx, key, hash)
		return err
	})
	if err != nil {
		return webhook.Key{}, err
	}
	return created, nil
}

// EnsureKey is [Store.CreateKey] for a fixed key, as in development: if the
// organisation has the key already, its record is returned. A key that another
// organisation has, or that was revoked, gives [webhook.CodeConflict]: a
// revoked key stays revoked.
func (s *Store) EnsureKey(ctx context.Context, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error) {
	var ensured webhook.Key
	err := s.write(ctx, "ensure API key", func(tx *transaction) error {
		found, err := store.ScanKey(tx.QueryRow(`SELECT `+store.KeyColumns+` FROM api_keys WHERE hash = ?`, hash[:]))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			ensured, err = s.insertKey(tx, key, hash)
		case err == nil:
			ensured, err = store.FixedKey(found, key.OrganisationID)
		}
		return err
	})
	if err != nil {
		return webhook.Key{}, err
	}
	return ensured, nil
}

func (s *Store) insertKey(tx *transaction, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error) {
	if _, err := s.ensureOrganisation(tx, key.OrganisationID); err != nil {
		return webhook.Key{}, err
	}
	createdAt := store.Micros(s.now())
	err := tx.QueryRow(
		`INSERT INTO api_keys (organisation_id, name, prefix, hash, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id`,
		key.OrganisationID, key.Name, key.Prefix, hash[:], createdAt).Scan(&key.ID)
	if isUniqueViolation(err) {
		return webhook.Key{}, store.KeyConflict("the API key exists already")
	}
	if err != nil {
		return webhook.Key{}, err
	}
	key.CreatedAt, key.RevokedAt = store.Time(createdAt), nil
	return key, nil
}

// KeyByHash returns the valid key with the given hash. A revoked key gives
// [webhook.CodeNotFound] like an unknown one.
func (s *Store) KeyByHash(ctx context.Context, hash webhook.KeyHash) (webhook.Key, error) {
	found, err := store.ScanKey(s.reader.QueryRowContext(ctx,
		`SELECT `+store.KeyColumns+` FROM api_keys WHERE hash = ? AND revoked_at IS NULL`, hash[:]))
	if err != nil {
		return webhook.Key{}, wrap(ctx, "find API key", missing("API key", err))
	}
	// The index lookup does not take constant time, but what it could tell is
	// about hashes, from which no key follows. The decision itself does.
	if !found.Hash.Equal(hash) {
		return webhook.Key{}, store.NotFound("API key")
	}
	return found.Key, nil
}

// Keys returns the keys of an organisation, revoked ones included, oldest
// first.
func (s *Store) Keys(ctx context.Context, organisationID int64) ([]webhook.Key, error) {
	keys, err := collect(bound{ctx, s.reader}, store.ScanShownKey,
		`SELECT `+store.KeyColumns+` FROM api_keys WHERE organisation_id = ? ORDER BY id`, organisationID)
	if err != nil {
		return nil, wrap(ctx, "list API keys", err)
	}
	return keys, nil
}

// RevokeKey makes a key invalid at once and for good. To revoke it again
// changes nothing.
func (s *Store) RevokeKey(ctx context.Context, organisationID, id int64) (webhook.Key, error) {
	var revoked store.StoredKey
	err := s.write(ctx, "revoke API key", func(tx *transaction) (err error) {
		revoked, err = store.ScanKey(tx.QueryRow(`UPDATE api_keys SET revoked_at = COALESCE(revoked_at, ?)
			WHERE organisation_id = ? AND id = ? RETURNING `+store.KeyColumns,
			store.Micros(s.now()), organisationID, id))
		return missing("API key", err)
	})
	if err != nil {
		return webhook.Key{}, err
	}
	return revoked.Key, nil
}
