package api

import (
	"context"

	"github.com/oapi-codegen/nullable"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

// ListWebhookLogs returns a page of the caller's organisation's delivery logs,
// newest first.
func (s *Service) ListWebhookLogs(
	ctx context.Context, request serverapi.ListWebhookLogsRequestObject,
) (serverapi.ListWebhookLogsResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	page, err := s.store.Deliveries(ctx, organisationID, filterFrom(&request.Params))
	if err != nil {
		return nil, err
	}
	return serverapi.ListWebhookLogs200JSONResponse{
		WebhookLogsFoundJSONResponse: serverapi.WebhookLogsFoundJSONResponse{
			Body: gen.WebhookLogListResponse{Data: logPage(&page)},
		},
	}, nil
}

func filterFrom(params *gen.ListWebhookLogsParams) webhook.DeliveryFilter {
	filter := webhook.DeliveryFilter{
		Limit:     int(valueOr(params.Limit, webhook.DefaultPageLimit)),
		State:     webhook.DeliveryState(valueOr(params.State, "")),
		From:      params.FromDate,
		To:        params.ToDate,
		WebhookID: params.WebhookID,
		SyncID:    valueOr(params.SyncID, ""),
	}
	if params.Cursor != nil {
		filter.Cursor = webhook.ID(*params.Cursor)
	}
	return filter
}

func logPage(page *webhook.DeliveryPage) gen.WebhookLogPage {
	logs := make([]gen.WebhookLog, len(page.Deliveries))
	for i := range page.Deliveries {
		logs[i] = logBody(&page.Deliveries[i])
	}
	next := nullable.NewNullNullable[gen.DeliveryID]()
	if !page.Next.IsZero() {
		next.Set(gen.DeliveryID(page.Next))
	}
	return gen.WebhookLogPage{WebhookLogs: logs, Count: page.Count, Next: next}
}
