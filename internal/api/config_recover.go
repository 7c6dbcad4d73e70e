package api

import (
	"context"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

// RecoverWebhookDeliveries queues the failed deliveries of a config's window of
// time again, in the background.
func (s *Service) RecoverWebhookDeliveries(
	ctx context.Context, request serverapi.RecoverWebhookDeliveriesRequestObject,
) (serverapi.RecoverWebhookDeliveriesResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	deliveries, err := s.store.StartRecovery(ctx, webhook.Recovery{
		OrganisationID: organisationID,
		ConfigID:       request.WebhookConfigID,
		Since:          request.Body.Since,
		Until:          valueOr(request.Body.Until, s.options.Now()),
	})
	if err != nil {
		return nil, err
	}
	return serverapi.RecoverWebhookDeliveries202JSONResponse{
		RecoveryQueuedJSONResponse: serverapi.RecoveryQueuedJSONResponse{
			Body: gen.WebhookRecoveryResponse{Data: gen.WebhookRecovery{Deliveries: deliveries}},
		},
	}, nil
}
