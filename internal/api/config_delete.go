package api

import (
	"context"

	"github.com/hookline-go/hookline/gen/serverapi"
)

// DeleteWebhookConfig removes a config of the caller's organisation. Its
// delivery logs stay.
func (s *Service) DeleteWebhookConfig(
	ctx context.Context, request serverapi.DeleteWebhookConfigRequestObject,
) (serverapi.DeleteWebhookConfigResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.store.DeleteConfig(ctx, organisationID, request.WebhookConfigID); err != nil {
		return nil, err
	}
	return serverapi.DeleteWebhookConfig204Response{}, nil
}
