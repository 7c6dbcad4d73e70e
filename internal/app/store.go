package app

import (
	"context"
	"errors"

	"github.com/hookline-go/hookline/internal/api"
	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/webhook"
)

// Store is a database: what operations and deliveries need of it, and the API
// keys of organisations.
type Store interface {
	api.Store
	delivery.Store
	// CreateKey stores the hash of a new API key. The organisation is made if
	// it is new.
	CreateKey(ctx context.Context, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error)
	// EnsureKey is CreateKey for a key that may be there already.
	EnsureKey(ctx context.Context, key webhook.Key, hash webhook.KeyHash) (webhook.Key, error)
	// KeyByHash returns the valid key with that hash, or webhook.CodeNotFound.
	KeyByHash(ctx context.Context, hash webhook.KeyHash) (webhook.Key, error)
	// Keys returns an organisation's keys, revoked ones included.
	Keys(ctx context.Context, organisationID int64) ([]webhook.Key, error)
	// RevokeKey makes a key invalid for good.
	RevokeKey(ctx context.Context, organisationID, id int64) (webhook.Key, error)
	// Ping tells whether the database answers.
	Ping(ctx context.Context) error
	// CheckWrites tells whether the database can be written to.
	CheckWrites(ctx context.Context) error
	// Close ends the use of the store.
	Close() error
}

// ensureDevKey makes the fixed tenant of the development mode.
func ensureDevKey(ctx context.Context, store Store) error {
	_, err := store.EnsureKey(ctx, webhook.Key{
		OrganisationID: DevOrganisationID, Name: "development", Prefix: webhook.KeyPrefix(DevKey),
	}, webhook.HashKey(DevKey))
	if webhook.CodeOf(err) == webhook.CodeConflict {
		return errors.New("the development key of this database was revoked; use another database with --database")
	}
	return err
}
