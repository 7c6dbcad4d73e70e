package api

import (
	"context"

	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

// RetryWebhookDelivery queues one more attempt of a delivery of the caller's
// organisation.
func (s *Service) RetryWebhookDelivery(
	ctx context.Context, request serverapi.RetryWebhookDeliveryRequestObject,
) (serverapi.RetryWebhookDeliveryResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	id := webhook.ID(request.DeliveryID)
	if err := s.store.RetryDelivery(ctx, organisationID, id); err != nil {
		return nil, err
	}
	return serverapi.RetryWebhookDelivery202JSONResponse{DeliveryQueuedJSONResponse: queuedDelivery(id)}, nil
}
