package app

import (
	"context"
	"errors"

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
	err = withStore(ctx, config, func(store Store) error {
		keys, err = store.Keys(ctx, organisationID)
		return err
	})
	return keys, err
}

// RevokeKey makes an API key invalid, at once and for good. To do it again
// changes nothing.
func RevokeKey(ctx context.Context, config Config, organisationID, id int64) (key webhook.Key, err error) {
	err = withStore(ctx, config, func(store Store) error {
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
