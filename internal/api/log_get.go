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
	delivery, err := s.store.Delivery(ctx, organisationID, request.DeliveryID.String())
	if err != nil {
		return nil, err
	}
	detail, err := logDetail(&delivery)
	if err != nil {
		return nil, err
	}
	return serverapi.GetWebhookLog200JSONResponse{
		WebhookLogFoundJSONResponse: serverapi.WebhookLogFoundJSONResponse{
			Body: gen.WebhookLogResponse{Data: gen.WebhookLogData{WebhookLog: detail}},
		},
	}, nil
}

func logDetail(delivery *webhook.DeliveryDetail) (gen.WebhookLogDetail, error) {
	log, err := logBody(&delivery.Delivery)
	if err != nil {
		return gen.WebhookLogDetail{}, err
	}
	attempts := make([]gen.WebhookAttempt, len(delivery.Attempts))
	for i := range delivery.Attempts {
		if attempts[i], err = attemptBody(&delivery.Attempts[i]); err != nil {
			return gen.WebhookLogDetail{}, err
		}
	}
	eventID, err := uuid.Parse(delivery.EventID)
	if err != nil {
		return gen.WebhookLogDetail{}, storedID(err)
	}
	return gen.WebhookLogDetail{
		ID: log.ID, WebhookName: log.WebhookName, WebhookURL: log.WebhookURL, State: log.State,
		LatestStatusCode: log.LatestStatusCode, AttemptCount: log.AttemptCount, EventType: log.EventType,
		Integration: log.Integration, SyncID: log.SyncID, CreatedAt: log.CreatedAt, UpdatedAt: log.UpdatedAt,
		Payload: delivery.Payload, Attempts: attempts, EventID: &eventID,
		FailureReason: textOrNull(delivery.FailureReason), NextAttemptAt: timestampOrNull(delivery.NextAttemptAt),
	}, nil
}

func attemptBody(attempt *webhook.Attempt) (gen.WebhookAttempt, error) {
	id, err := uuid.Parse(attempt.ID)
	if err != nil {
		return gen.WebhookAttempt{}, storedID(err)
	}
	return gen.WebhookAttempt{
		ID:            id,
		AttemptNumber: int32(attempt.Number), //nolint:gosec // a delivery has a handful of attempts
		Success:       attempt.Success,
		StatusCode:    statusOrNull(attempt.StatusCode),
		ErrorMessage:  textOrNull(attempt.ErrorMessage),
		CreatedAt:     gen.NewTimestamp(attempt.CreatedAt),
		DurationMs:    new(attempt.Duration.Milliseconds()),
		ResponseBody:  textOrNull(string(attempt.ResponseBody)),
	}, nil
}
