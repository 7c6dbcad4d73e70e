package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/hookline-go/hookline/internal/api"
	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/store/sqlite"
	"github.com/hookline-go/hookline/internal/webhook"
)

// Store is a database: what the operations need of it, and the API keys of organisations.
type Store interface {
	api.Store
	// CreateKey stores the hash of a new API key. The organisation is made if it is new.
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
	// Close ends the use of the store.
	Close() error
}

// OpenStore opens the database of a Config, without a service around it. The caller closes it.
func OpenStore(ctx context.Context, config Config) (Store, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	return openStore(ctx, &config)
}

func openStore(ctx context.Context, config *Config) (Store, error) {
	if scheme, _, isURL := strings.Cut(config.Database, "://"); isURL {
		return nil, fmt.Errorf("the database must be the path of a SQLite file; %s:// is not supported", scheme)
	}
	keys, err := openKeyring(config)
	if err != nil {
		return nil, err
	}
	database, err := sqlite.Open(ctx, config.Database, keys, sqlite.WithClock(config.Clock))
	if webhook.CodeOf(err) == webhook.CodeWrongEncryptionKey {
		return nil, fmt.Errorf("the encryption key in %s is not the one that %s was written with; name the right file with --encryption-key-file: %w",
			config.EncryptionKeyFile, config.Database, err)
	}
	if err != nil {
		return nil, err
	}
	return database, nil
}

// openKeyring opens the encryption key. Only the development mode makes a missing one: elsewhere a key that appears by
// itself would hide that the real one is lost.
func openKeyring(config *Config) (*keyring.Keyring, error) {
	keys, err := keyring.Open(config.EncryptionKeyFile)
	missing := webhook.CodeOf(err) == webhook.CodeKeyFileMissing
	switch {
	case missing && config.Dev:
		keys, err = keyring.Create(config.EncryptionKeyFile)
		if err == nil {
			config.Logger.Info("made an encryption key; keep it with the database", slog.String("file", config.EncryptionKeyFile))
		}
	case missing:
		err = fmt.Errorf("%w; make one with: hookline encryption-key create --encryption-key-file %s",
			err, config.EncryptionKeyFile)
	}
	return keys, err
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
