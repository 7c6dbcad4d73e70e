package client

import (
	"context"
	"io"
	"net/http"

	"github.com/hookline-go/hookline/gen"
)

// Events calls the operation that publishes events. It is an extension of
// hookline: the vendor's platform raises its events itself.
type Events struct{ settings *settings }

// eventAnswer tells a number that is missing from 0.
type eventAnswer = dataAnswer[struct {
	Event *struct {
		ID         DeliveryID `json:"id"`
		Deliveries *int64     `json:"deliveries"`
	} `json:"event"`
}]

func pickEvent(answer *eventAnswer) (event *WebhookEvent, missing string) {
	switch {
	case answer.Data == nil:
		return nil, "/data"
	case answer.Data.Event == nil:
		return nil, "/data/event"
	case answer.Data.Event.ID == DeliveryID{}:
		return nil, "/data/event/id"
	case answer.Data.Event.Deliveries == nil:
		return nil, "/data/event/deliveries"
	}
	return &WebhookEvent{ID: answer.Data.Event.ID, Deliveries: *answer.Data.Event.Deliveries}, ""
}

// Publish queues an event for every enabled config that wants it (POST
// /core/webhook-events). It returns when the event and its deliveries are
// committed. The request carries an Idempotency-Key: see
// [WithIdempotencyKey] and [WithPOSTRetries].
func (s *Events) Publish(
	ctx context.Context, event PublishWebhookEventRequest, options ...Option,
) (*WebhookEvent, error) {
	published, _, err := invoke(ctx, s.settings, operation{
		id: "publishWebhookEvent", keyed: true, fixed: true, body: &event,
		build: func(base string, body io.Reader) (*http.Request, error) {
			return gen.NewPublishWebhookEventRequestWithBody(base, nil, mediaTypeJSON, body)
		},
	}, options, pickEvent)
	return published, err
}
