package app

import (
	"context"
	"fmt"

	"github.com/hookline-go/hookline/internal/webhook"
	"github.com/hookline-go/hookline/server"
)

// authenticator looks API keys up in the store and puts their organisation into
// the context.
type authenticator struct {
	store Store
	dev   bool
}

func (a *authenticator) Authenticate(ctx context.Context, apiKey string) (context.Context, error) {
	// A database that once served the development mode still holds its
	// well-known key.
	if apiKey == DevKey && !a.dev {
		return nil, server.ErrUnauthenticated
	}
	key, err := a.store.KeyByHash(ctx, webhook.HashKey(webhook.Secret(apiKey)))
	if webhook.CodeOf(err) == webhook.CodeNotFound {
		return nil, fmt.Errorf("%w: the key is unknown or revoked", server.ErrUnauthenticated)
	}
	if err != nil {
		return nil, err
	}
	return webhook.WithOrganisation(ctx, key.OrganisationID), nil
}
