package api

import (
	"context"

	"github.com/hookline-go/hookline/gen/serverapi"
)

// GetWebhookConfig returns one config of the caller's organisation.
func (s *Service) GetWebhookConfig(
	ctx context.Context, request serverapi.GetWebhookConfigRequestObject,
) (serverapi.GetWebhookConfigResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	config, err := s.store.Config(ctx, organisationID, request.WebhookConfigID)
	if err != nil {
		return nil, err
	}
	return serverapi.GetWebhookConfig200JSONResponse{
		WebhookConfigFoundJSONResponse: serverapi.WebhookConfigFoundJSONResponse{Body: configResponse(&config)},
	}, nil
}
