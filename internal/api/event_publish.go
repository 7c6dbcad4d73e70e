package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

// PublishWebhookEvent queues an event for every config of the caller's
// organisation that wants it.
func (s *Service) PublishWebhookEvent(
	ctx context.Context, request serverapi.PublishWebhookEventRequestObject,
) (serverapi.PublishWebhookEventResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	body := request.Body
	key, err := idempotency("publishWebhookEvent", request.Params.IdempotencyKey, body)
	if err != nil {
		return nil, err
	}
	published, err := s.store.PublishEvent(ctx, webhook.Event{
		OrganisationID:  organisationID,
		Type:            webhook.Type(body.WebhookType),
		IntegrationType: webhook.IntegrationType(valueOr(body.IntegrationType, "")),
		Topic:           valueOr(body.Topic, ""),
		SyncID:          valueOr(body.SyncID, ""),
		Payload:         body.Payload,
	}, key)
	if err != nil {
		return nil, err
	}
	s.bells.ring(organisationID)
	return serverapi.PublishWebhookEvent202JSONResponse{
		WebhookEventPublishedJSONResponse: serverapi.WebhookEventPublishedJSONResponse{
			Body: gen.WebhookEventResponse{
				Data: gen.WebhookEventData{Event: gen.WebhookEvent{ID: uuid.UUID(published.EventID), Deliveries: published.Deliveries}},
			},
		},
	}, nil
}
