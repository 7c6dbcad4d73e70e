package client

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"

	"github.com/hookline-go/hookline/gen"
)

// WebhookLogs calls the operations on the delivery log: the state of each
// delivery, with every attempt and its result.
type WebhookLogs struct{ settings *settings }

type logAnswer = dataAnswer[struct {
	WebhookLog *WebhookLogDetail `json:"webhookLog"`
}]

type deliveryAnswer = dataAnswer[struct {
	Delivery *QueuedDelivery `json:"delivery"`
}]

func pickDelivery(answer *deliveryAnswer) (delivery *QueuedDelivery, missing string) {
	switch {
	case answer.Data == nil:
		return nil, "/data"
	case answer.Data.Delivery == nil:
		return nil, "/data/delivery"
	case answer.Data.Delivery.ID == DeliveryID{}:
		return nil, "/data/delivery/id"
	}
	return answer.Data.Delivery, ""
}

func pickLog(answer *logAnswer) (detail *WebhookLogDetail, missing string) {
	switch {
	case answer.Data == nil:
		return nil, "/data"
	case answer.Data.WebhookLog == nil:
		return nil, "/data/webhookLog"
	case answer.Data.WebhookLog.ID == DeliveryID{}:
		return nil, "/data/webhookLog/id"
	}
	return answer.Data.WebhookLog, ""
}

func pickLogs(answer *dataAnswer[gen.WebhookLogPage]) (page *gen.WebhookLogPage, missing string) {
	switch {
	case answer.Data == nil:
		return nil, "/data"
	case answer.Data.WebhookLogs == nil:
		return nil, "/data/webhookLogs"
	}
	for i := range answer.Data.WebhookLogs {
		if answer.Data.WebhookLogs[i].ID == (DeliveryID{}) {
			return nil, fmt.Sprintf("/data/webhookLogs/%d/id", i)
		}
	}
	return answer.Data, ""
}

// List returns one page of the deliveries that match, newest first (GET
// /core/webhook-logs). nil params are the first 20. See [WebhookLogs.All].
func (s *WebhookLogs) List(
	ctx context.Context, params *ListWebhookLogsParams, options ...Option,
) (*WebhookLogPage, error) {
	page, response, err := invoke(ctx, s.settings, operation{
		id: "listWebhookLogs",
		build: func(base string, _ io.Reader) (*http.Request, error) {
			return gen.NewListWebhookLogsRequest(base, params)
		},
	}, options, pickLogs)
	if err != nil {
		return nil, err
	}
	return &WebhookLogPage{Items: page.WebhookLogs, Count: page.Count, Next: orNil(page.Next), Response: response}, nil
}

// All yields every delivery that matches, newest first, from the params' cursor
// on (GET /core/webhook-logs). The params' limit is the size of a page. Pages
// are fetched as they are needed. An error, such as the end of the context, is
// the last thing that it yields.
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

// Get returns a delivery with the payload that was sent, byte for byte, and
// every attempt (GET /core/webhook-logs/{deliveryId}).
func (s *WebhookLogs) Get(ctx context.Context, id DeliveryID, options ...Option) (*WebhookLogDetail, error) {
	detail, _, err := invoke(ctx, s.settings, operation{
		id: "getWebhookLog",
		build: func(base string, _ io.Reader) (*http.Request, error) {
			return gen.NewGetWebhookLogRequest(base, id)
		},
	}, options, pickLog)
	return detail, err
}

// Retry queues one more attempt now, whatever the delivery's state (POST
// /core/webhook-logs/{deliveryId}/retry). The error is [ErrConflict] if the
// config is deleted or disabled, or if an attempt is under way. The operation is
// an extension of hookline.
func (s *WebhookLogs) Retry(ctx context.Context, id DeliveryID, options ...Option) (*QueuedDelivery, error) {
	delivery, _, err := invoke(ctx, s.settings, operation{
		id: "retryWebhookDelivery",
		build: func(base string, _ io.Reader) (*http.Request, error) {
			return gen.NewRetryWebhookDeliveryRequest(base, id)
		},
	}, options, pickDelivery)
	return delivery, err
}
