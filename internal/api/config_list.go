package api

import (
	"context"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

// ListWebhookConfigs returns a page of the caller's organisation's configs,
// newest first.
func (s *Service) ListWebhookConfigs(
	ctx context.Context, request serverapi.ListWebhookConfigsRequestObject,
) (serverapi.ListWebhookConfigsResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	page, err := s.store.Configs(ctx, organisationID, webhook.ConfigFilter{
		Limit:  int(valueOr(request.Params.Limit, webhook.DefaultPageLimit)),
		Cursor: request.Params.Cursor,
	})
	if err != nil {
		return nil, err
	}
	configs := make([]gen.WebhookConfig, len(page.Configs))
	for i := range page.Configs {
		configs[i] = configBody(&page.Configs[i])
	}
	return serverapi.ListWebhookConfigs200JSONResponse{
		WebhookConfigsFoundJSONResponse: serverapi.WebhookConfigsFoundJSONResponse{
			Body: gen.WebhookConfigListResponse{
				Data: gen.WebhookConfigPage{Data: configs, Count: page.Count, Next: pointerOrNull(page.Next)},
			},
		},
	}, nil
}
