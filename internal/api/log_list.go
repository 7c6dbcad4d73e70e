package api

import (
	"context"

	"github.com/google/uuid"
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
	body, err := logPage(&page)
	if err != nil {
		return nil, err
	}
	return serverapi.ListWebhookLogs200JSONResponse{
		WebhookLogsFoundJSONResponse: serverapi.WebhookLogsFoundJSONResponse{
			Body: gen.WebhookLogListResponse{Data: body},
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
		filter.Cursor = params.Cursor.String()
	}
	return filter
}

func logPage(page *webhook.DeliveryPage) (gen.WebhookLogPage, error) {
	logs := make([]gen.WebhookLog, len(page.Deliveries))
	for i := range page.Deliveries {
		log, err := logBody(&page.Deliveries[i])
		if err != nil {
			return gen.WebhookLogPage{}, err
		}
		logs[i] = log
	}
	next := nullable.NewNullNullable[gen.DeliveryID]()
	if page.Next != "" {
		id, err := uuid.Parse(page.Next)
		if err != nil {
			return gen.WebhookLogPage{}, storedID(err)
		}
		next.Set(id)
	}
	return gen.WebhookLogPage{WebhookLogs: logs, Count: page.Count, Next: next}, nil
}
