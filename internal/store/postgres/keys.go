package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

func scanKey(r pgx.Row) (store.StoredKey, error) { return store.ScanKey(r) }

func scanShownKey(r pgx.Row) (webhook.Key, error) { return store.ScanShownKey(r) }

// CreateKey stores the hash of a new API key and returns its record. Of key,
// OrganisationID, Name and Prefix count; the rest is assigned here. The
// organisation is made if it is new. A hash that is stored already gives
// [webhook.CodeConflict].
func (s *Store) CreateKey(ctx context.Context, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error) {
	var created webhook.Key
	err := s.write(ctx, "create API key", func(tx *transaction) (err error) {
		created, err = s.insertKey(ctx, tx, key, hash)
		if errors.Is(err, pgx.ErrNoRows) {
			return store.KeyConflict("the API key exists already")
		}
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
	err := s.write(ctx, "ensure API key", func(tx *transaction) (err error) {
		ensured, err = s.insertKey(ctx, tx, key, hash)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		found, err := scanKey(tx.QueryRow(ctx, `SELECT `+store.KeyColumns+` FROM api_keys WHERE hash = $1`, hash[:]))
		if err == nil {
			ensured, err = store.FixedKey(found, key.OrganisationID)
		}
		return err
	})
	if err != nil {
		return webhook.Key{}, err
	}
	return ensured, nil
}

// insertKey returns [pgx.ErrNoRows] if the hash is stored already.
func (s *Store) insertKey(ctx context.Context, tx pgx.Tx, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error) {
	if _, err := s.ensureOrganisation(ctx, tx, key.OrganisationID); err != nil {
		return webhook.Key{}, err
	}
	inserted, createdAt := key, s.nowMicros()
	err := tx.QueryRow(ctx, `INSERT INTO api_keys (organisation_id, name, prefix, hash, created_at)
		VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING RETURNING id`,
		key.OrganisationID, key.Name, key.Prefix, hash[:], createdAt).Scan(&inserted.ID)
	if err != nil {
		return webhook.Key{}, err
	}
	inserted.CreatedAt, inserted.RevokedAt = store.Time(createdAt), nil
	return inserted, nil
}

// KeyByHash returns the valid key with the given hash. A revoked key gives
// [webhook.CodeNotFound] like an unknown one.
func (s *Store) KeyByHash(ctx context.Context, hash webhook.KeyHash) (webhook.Key, error) {
	done, err := s.authenticating.do(ctx, authenticating{hash: hash})
	if err != nil {
		return webhook.Key{}, wrap(ctx, "find API key", err)
	}
	return done.found, nil
}

// authenticating is a key to find.
type authenticating struct {
	hash  webhook.KeyHash
	found webhook.Key
}

// findKeys finds the keys of requests that came at the same time.
func (s *Store) findKeys(ctx context.Context, group []*operation[authenticating]) error {
	keys, err := collect(ctx, s.pool, scanKey,
		`SELECT `+store.KeyColumns+` FROM api_keys WHERE hash = ANY($1) AND revoked_at IS NULL`,
		column(group, func(o *operation[authenticating]) []byte { return o.value.hash[:] }))
	if err != nil {
		return err
	}
	for _, o := range group {
		o.err = store.NotFound("API key")
		for _, k := range keys {
			// The index lookup does not take constant time, but what it could
			// tell is about hashes, from which no key follows. The decision
			// itself does.
			if k.Hash.Equal(o.value.hash) {
				o.value.found, o.err = k.Key, nil
			}
		}
	}
	return nil
}

// Keys returns the keys of an organisation, revoked ones included, oldest
// first.
func (s *Store) Keys(ctx context.Context, organisationID int64) ([]webhook.Key, error) {
	keys, err := collect(ctx, s.pool, scanShownKey,
		`SELECT `+store.KeyColumns+` FROM api_keys WHERE organisation_id = $1 ORDER BY id`, organisationID)
	if err != nil {
		return nil, wrap(ctx, "list API keys", err)
	}
	return keys, nil
}

// RevokeKey makes a key invalid at once and for good. To revoke it again
// changes nothing.
func (s *Store) RevokeKey(ctx context.Context, organisationID, id int64) (webhook.Key, error) {
	revoked, err := scanKey(s.pool.QueryRow(ctx, `UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $1)
		WHERE organisation_id = $2 AND id = $3 RETURNING `+store.KeyColumns, s.nowMicros(), organisationID, id))
	if err != nil {
		return webhook.Key{}, wrap(ctx, "revoke API key", missing("API key", err))
	}
	return revoked.Key, nil
}
