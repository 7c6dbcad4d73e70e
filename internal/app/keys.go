package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/webhook"
)

// CreateKey makes an API key for an organisation, which is made too if it is
// new. The secret is returned this once and stored nowhere.
func CreateKey(ctx context.Context, config Config, organisationID int64, name string) (secret string, key webhook.Key, err error) {
	if organisationID < 1 || name == "" {
		return "", webhook.Key{}, errors.New("an API key needs an organisation (a positive number) and a name")
	}
	generated := webhook.GenerateKey()
	err = withStore(ctx, config, func(store Store) error {
		key, err = store.CreateKey(ctx, webhook.Key{
			OrganisationID: organisationID, Name: name, Prefix: webhook.KeyPrefix(generated),
		}, webhook.HashKey(generated))
		return err
	})
	return generated.Reveal(), key, err
}

// Keys returns the API keys of an organisation, revoked ones included, oldest
// first.
func Keys(ctx context.Context, config Config, organisationID int64) (keys []webhook.Key, err error) {
	err = withExistingStore(ctx, config, func(store Store) error {
		keys, err = store.Keys(ctx, organisationID)
		return err
	})
	return keys, err
}

// RevokeKey makes an API key invalid, at once and for good. To do it again
// changes nothing.
func RevokeKey(ctx context.Context, config Config, organisationID, id int64) (key webhook.Key, err error) {
	err = withExistingStore(ctx, config, func(store Store) error {
		key, err = store.RevokeKey(ctx, organisationID, id)
		return err
	})
	return key, err
}

func withStore(ctx context.Context, config Config, use func(Store) error) error {
	store, err := OpenStore(ctx, config)
	if err != nil {
		return err
	}
	return errors.Join(use(store), store.Close())
}

// withExistingStore is withStore for a database that must be there: whoever
// reads from a mistyped path should hear of it, and find no new file later.
func withExistingStore(ctx context.Context, config Config, use func(Store) error) error {
	path := config.Database
	setDefault(&path, DefaultDatabase)
	if !strings.Contains(path, "://") {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no database %s; name the one that the service uses with --database", path)
		}
	}
	return withStore(ctx, config, use)
}

// CreateEncryptionKey makes the file that Config.EncryptionKeyFile names. It
// never replaces one.
func CreateEncryptionKey(path string) error {
	_, err := keyring.Create(path)
	return err
}

// RotateEncryptionKey adds a new key to the file: what is written from then on
// is sealed with it, once the service has been started again. The keys before
// it stay, to read what they sealed.
func RotateEncryptionKey(path string) error {
	_, err := keyring.Rotate(path)
	return err
}
