package api

import (
	"context"

	"github.com/google/uuid"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

// GetWebhookLog returns one delivery log of the caller's organisation, with the
// payload and the attempts.
func (s *Service) GetWebhookLog(
	ctx context.Context, request serverapi.GetWebhookLogRequestObject,
) (serverapi.GetWebhookLogResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	delivery, err := s.store.Delivery(ctx, organisationID, webhook.ID(request.DeliveryID))
	if err != nil {
		return nil, err
	}
	return serverapi.GetWebhookLog200JSONResponse{
		WebhookLogFoundJSONResponse: serverapi.WebhookLogFoundJSONResponse{
			Body: gen.WebhookLogResponse{Data: gen.WebhookLogData{WebhookLog: logDetail(&delivery)}},
		},
	}, nil
}

func logDetail(delivery *webhook.DeliveryDetail) gen.WebhookLogDetail {
	log := logBody(&delivery.Delivery)
	attempts := make([]gen.WebhookAttempt, len(delivery.Attempts))
	for i := range delivery.Attempts {
		attempts[i] = attemptBody(&delivery.Attempts[i])
	}
	return gen.WebhookLogDetail{
		ID: log.ID, WebhookName: log.WebhookName, WebhookURL: log.WebhookURL, State: log.State,
		LatestStatusCode: log.LatestStatusCode, AttemptCount: log.AttemptCount, EventType: log.EventType,
		Integration: log.Integration, SyncID: log.SyncID, CreatedAt: log.CreatedAt, UpdatedAt: log.UpdatedAt,
		Payload: delivery.Payload, Attempts: attempts, EventID: new(uuid.UUID(delivery.EventID)),
		FailureReason: textOrNull(delivery.FailureReason), NextAttemptAt: timestampOrNull(delivery.NextAttemptAt),
	}
}

func attemptBody(attempt *webhook.Attempt) gen.WebhookAttempt {
	return gen.WebhookAttempt{
		ID:            uuid.UUID(attempt.ID),
		AttemptNumber: int32(attempt.Number), //nolint:gosec // a delivery has a handful of attempts
		Success:       attempt.Success,
		StatusCode:    statusOrNull(attempt.StatusCode),
		ErrorMessage:  textOrNull(attempt.ErrorMessage),
		CreatedAt:     gen.NewTimestamp(attempt.CreatedAt),
		DurationMs:    new(attempt.Duration.Milliseconds()),
		ResponseBody:  textOrNull(string(attempt.ResponseBody)),
	}
}
