package client

import (
	"context"
	"io"
	"iter"
	"net/http"

	"github.com/hookline-go/hookline/gen"
)

// WebhookLogs calls the operations on the delivery log, which says what became
// of each delivery.
type WebhookLogs struct{ settings *settings }

type logAnswer = dataAnswer[struct {
	WebhookLog *WebhookLogDetail `json:"webhookLog"`
}]

type deliveryAnswer = dataAnswer[struct {
	Delivery *QueuedDelivery `json:"delivery"`
}]

func pickDelivery(answer *deliveryAnswer) *QueuedDelivery {
	if answer.Data == nil {
		return nil
	}
	return answer.Data.Delivery
}

// List returns one page of the deliveries that match, newest first. nil params
// are the first 20. See [WebhookLogs.All].
func (s *WebhookLogs) List(
	ctx context.Context, params *ListWebhookLogsParams, options ...Option,
) (*WebhookLogPage, error) {
	page, response, err := invoke(ctx, s.settings, operation{
		id: "listWebhookLogs",
		build: func(base string, _ io.Reader) (*http.Request, error) {
			return gen.NewListWebhookLogsRequest(base, params)
		},
	}, options, func(answer *dataAnswer[gen.WebhookLogPage]) *gen.WebhookLogPage { return answer.Data })
	if err != nil {
		return nil, err
	}
	return &WebhookLogPage{Items: page.WebhookLogs, Count: page.Count, Next: orNil(page.Next), Response: response}, nil
}

// All yields every delivery that matches, newest first, from the params' cursor
// on; the params' limit is the size of a page. Pages are fetched as they are
// needed. An error, such as the end of the context, is the last thing that it
// yields.
func (s *WebhookLogs) All(
	ctx context.Context, params *ListWebhookLogsParams, options ...Option,
) iter.Seq2[*WebhookLog, error] {
	var p ListWebhookLogsParams
	if params != nil {
		p = *params
	}
	return all(ctx, p.Cursor, func(cursor *DeliveryID) (*WebhookLogPage, error) {
		page := p
		page.Cursor = cursor
		return s.List(ctx, &page, options...)
	})
}

// Get returns a delivery with the payload that was sent and every attempt.
func (s *WebhookLogs) Get(ctx context.Context, id DeliveryID, options ...Option) (*WebhookLogDetail, error) {
	detail, _, err := invoke(ctx, s.settings, operation{
		id: "getWebhookLog",
		build: func(base string, _ io.Reader) (*http.Request, error) {
			return gen.NewGetWebhookLogRequest(base, id)
		},
	}, options, func(answer *logAnswer) *WebhookLogDetail {
		if answer.Data == nil {
			return nil
		}
		return answer.Data.WebhookLog
	})
	return detail, err
}

// Retry queues one more attempt now, whatever the delivery's state.
// [ErrConflict] is a config that is gone or disabled, or an attempt under way.
// It is an extension of hookline.
func (s *WebhookLogs) Retry(ctx context.Context, id DeliveryID, options ...Option) (*QueuedDelivery, error) {
	delivery, _, err := invoke(ctx, s.settings, operation{
		id: "retryWebhookDelivery",
		build: func(base string, _ io.Reader) (*http.Request, error) {
			return gen.NewRetryWebhookDeliveryRequest(base, id)
		},
	}, options, pickDelivery)
	return delivery, err
}
