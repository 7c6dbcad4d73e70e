package api

import (
	"context"

	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

// CreateWebhookConfig stores a new config of the caller's organisation.
func (s *Service) CreateWebhookConfig(
	ctx context.Context, request serverapi.CreateWebhookConfigRequestObject,
) (serverapi.CreateWebhookConfigResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	body := request.Body
	config := webhook.Config{
		OrganisationID:  organisationID,
		Type:            webhook.Type(body.WebhookType),
		IntegrationType: webhook.IntegrationType(valueOr(body.IntegrationType, "")),
		Name:            body.Name,
		URL:             body.URL,
		State:           webhook.State(valueOr(body.State, "")),
		Topics:          valueOr(body.Topics, nil),
		Headers:         headersFrom(valueOr(body.Headers, nil)),
		SigningKey:      webhook.Secret(valueOr(body.SigningKey, "")),
	}
	config.SetDefaults()
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if err := s.check(&config.URL, config.SigningKey); err != nil {
		return nil, err
	}
	key, err := idempotency("createWebhookConfig", request.Params.IdempotencyKey, body)
	if err != nil {
		return nil, err
	}
	if config, err = s.store.CreateConfig(ctx, config, key); err != nil {
		return nil, err
	}
	return serverapi.CreateWebhookConfig201JSONResponse{
		WebhookConfigCreatedJSONResponse: serverapi.WebhookConfigCreatedJSONResponse{Body: configResponse(&config)},
	}, nil
}
