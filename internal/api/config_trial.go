package api

import (
	"context"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

// TestWebhookConfig queues a test delivery to one config of the caller's
// organisation.
func (s *Service) TestWebhookConfig(
	ctx context.Context, request serverapi.TestWebhookConfigRequestObject,
) (serverapi.TestWebhookConfigResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	id, err := s.store.DeliverTo(ctx, request.WebhookConfigID, webhook.TestEvent(organisationID, request.WebhookConfigID))
	if err != nil {
		return nil, err
	}
	s.bells.ring(organisationID)
	return serverapi.TestWebhookConfig202JSONResponse{DeliveryQueuedJSONResponse: queuedDelivery(id)}, nil
}

func queuedDelivery(id webhook.ID) serverapi.DeliveryQueuedJSONResponse {
	queued := gen.QueuedDelivery{ID: gen.DeliveryID(id)}
	return serverapi.DeliveryQueuedJSONResponse{
		Body: gen.WebhookDeliveryResponse{Data: gen.WebhookDeliveryData{Delivery: queued}},
	}
}
