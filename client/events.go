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

type eventAnswer = dataAnswer[struct {
	Event *WebhookEvent `json:"event"`
}]

// Publish queues an event for every enabled config that wants it. It returns
// once event and deliveries are committed. It carries an Idempotency-Key: see
// [WithIdempotencyKey] and [WithPOSTRetries].
func (s *Events) Publish(
	ctx context.Context, event PublishWebhookEventRequest, options ...Option,
) (*WebhookEvent, error) {
	published, _, err := invoke(ctx, s.settings, operation{
		id: "publishWebhookEvent", keyed: true, fixed: true, body: &event,
		build: func(base string, body io.Reader) (*http.Request, error) {
			return gen.NewPublishWebhookEventRequestWithBody(base, nil, mediaTypeJSON, body)
		},
	}, options, func(answer *eventAnswer) *WebhookEvent {
		if answer.Data == nil {
			return nil
		}
		return answer.Data.Event
	})
	return published, err
}
