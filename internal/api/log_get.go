package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

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
	return logFound{Body: gen.WebhookLogResponse{Data: gen.WebhookLogData{WebhookLog: logDetail(&delivery)}}}, nil
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

// logFound is the answer with a delivery. The generated one would have
// encoding/json escape <, > and & in the payload and drop its white space; this
// one shows the payload byte for byte, so that its signature can be computed
// again.
type logFound struct{ Body gen.WebhookLogResponse }

// VisitGetWebhookLogResponse implements serverapi.GetWebhookLogResponseObject.
func (l logFound) VisitGetWebhookLogResponse(w http.ResponseWriter) error {
	detail := &l.Body.Data.WebhookLog
	// The outer field hides the inner one, and is left out.
	before, err := json.Marshal(struct {
		*gen.WebhookLogDetail
		Payload *struct{} `json:"payload,omitempty"`
	}{WebhookLogDetail: detail})
	if err != nil {
		return err
	}
	if !json.Valid(detail.Payload) {
		return errStoredPayload
	}
	id, err := json.Marshal(l.Body.RequestID)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	body.WriteString(`{"data":{"webhookLog":`)
	body.Write(bytes.TrimSuffix(before, []byte("}")))
	body.WriteString(`,"payload":`)
	body.Write(detail.Payload)
	body.WriteString(`}},"request_id":`)
	body.Write(id)
	body.WriteString("}\n")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusOK)
	_, err = body.WriteTo(w)
	return err
}
