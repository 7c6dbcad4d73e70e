package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

const keyColumns = `id, organisation_id, name, prefix, hash, created_at, revoked_at`

// storedKey is a row of api_keys.
type storedKey struct {
	webhook.Key
	hash webhook.KeyHash
}

func scanKey(r row) (storedKey, error) {
	var (
		k         storedKey
		hash      []byte
		createdAt int64
		revokedAt *int64
	)
	err := r.Scan(&k.ID, &k.OrganisationID, &k.Name, &k.Prefix, &hash, &createdAt, &revokedAt)
	if err != nil {
		return storedKey{}, err
	}
	copy(k.hash[:], hash)
	k.CreatedAt, k.RevokedAt = store.Time(createdAt), store.TimeOrNil(revokedAt)
	return k, nil
}

// CreateKey stores the hash of a new API key and returns its record. Of key,
// OrganisationID, Name and Prefix count; the rest is assigned here. The
// organisation is made if it is new. A hash that is stored already gives
// [webhook.CodeConflict].
func (s *Store) CreateKey(ctx context.Context, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error) {
	var created webhook.Key
	err := s.write(ctx, "create API key", func(ctx context.Context, tx *sql.Tx) (err error) {
		created, err = s.insertKey(ctx, tx, key, hash)
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
	err := s.write(ctx, "ensure API key", func(ctx context.Context, tx *sql.Tx) error {
		found, err := scanKey(tx.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE hash = ?`, hash[:]))
		switch {
		case errors.Is(err, sql.ErrNoRows):
			ensured, err = s.insertKey(ctx, tx, key, hash)
			return err
		case err != nil:
			return err
		case found.OrganisationID != key.OrganisationID:
			return keyConflict("the API key belongs to another organisation")
		case found.RevokedAt != nil:
			return keyConflict("the API key was revoked")
		}
		ensured = found.Key
		return nil
	})
	if err != nil {
		return webhook.Key{}, err
	}
	return ensured, nil
}

func (s *Store) insertKey(ctx context.Context, tx *sql.Tx, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error) {
	if _, err := s.ensureOrganisation(ctx, tx, key.OrganisationID); err != nil {
		return webhook.Key{}, err
	}
	createdAt := store.Micros(s.now())
	err := tx.QueryRowContext(ctx,
		`INSERT INTO api_keys (organisation_id, name, prefix, hash, created_at) VALUES (?, ?, ?, ?, ?) RETURNING id`,
		key.OrganisationID, key.Name, key.Prefix, hash[:], createdAt).Scan(&key.ID)
	if isUniqueViolation(err) {
		return webhook.Key{}, keyConflict("the API key exists already")
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
	found, err := scanKey(s.reader.QueryRowContext(ctx,
		`SELECT `+keyColumns+` FROM api_keys WHERE hash = ? AND revoked_at IS NULL`, hash[:]))
	if err != nil {
		return webhook.Key{}, wrap(ctx, "find API key", missing("API key", err))
	}
	// The index lookup does not take constant time, but what it could tell is
	// about hashes, from which no key follows. The decision itself does.
	if !found.hash.Equal(hash) {
		return webhook.Key{}, store.NotFound("API key")
	}
	return found.Key, nil
}

// Keys returns the keys of an organisation, revoked ones included, oldest
// first.
func (s *Store) Keys(ctx context.Context, organisationID int64) ([]webhook.Key, error) {
	scan := func(r row) (webhook.Key, error) {
		k, err := scanKey(r)
		return k.Key, err
	}
	keys, err := collect(ctx, s.reader, scan,
		`SELECT `+keyColumns+` FROM api_keys WHERE organisation_id = ? ORDER BY id`, organisationID)
	if err != nil {
		return nil, wrap(ctx, "list API keys", err)
	}
	return keys, nil
}

// RevokeKey makes a key invalid at once and for good. To revoke it again
// changes nothing.
func (s *Store) RevokeKey(ctx context.Context, organisationID, id int64) (webhook.Key, error) {
	var revoked storedKey
	err := s.write(ctx, "revoke API key", func(ctx context.Context, tx *sql.Tx) (err error) {
		revoked, err = scanKey(tx.QueryRowContext(ctx,
			`UPDATE api_keys SET revoked_at = COALESCE(revoked_at, ?)
			WHERE organisation_id = ? AND id = ? RETURNING `+keyColumns,
			store.Micros(s.now()), organisationID, id))
		return missing("API key", err)
	})
	if err != nil {
		return webhook.Key{}, err
	}
	return revoked.Key, nil
}

func keyConflict(message string) error {
	return &webhook.Error{Code: webhook.CodeConflict, Message: message}
}
