package client

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"

	"github.com/hookline-go/hookline/gen"
)

// WebhookConfigs calls the operations on webhook configs, which say which events
// are sent where.
type WebhookConfigs struct{ settings *settings }

// dataAnswer is the envelope of most answers.
type dataAnswer[T any] struct {
	Data *T `json:"data"`
}

// configAnswer is the double envelope of one config.
type configAnswer = dataAnswer[dataAnswer[WebhookConfig]]

func pickConfig(answer *configAnswer) (config *WebhookConfig, missing string) {
	switch {
	case answer.Data == nil:
		return nil, "/data"
	case answer.Data.Data == nil:
		return nil, "/data/data"
	case answer.Data.Data.RootfiID == 0:
		return nil, "/data/data/rootfi_id"
	}
	return answer.Data.Data, ""
}

func pickConfigs(answer *dataAnswer[gen.WebhookConfigPage]) (page *gen.WebhookConfigPage, missing string) {
	switch {
	case answer.Data == nil:
		return nil, "/data"
	case answer.Data.Data == nil:
		return nil, "/data/data"
	}
	for i := range answer.Data.Data {
		if answer.Data.Data[i].RootfiID == 0 {
			return nil, fmt.Sprintf("/data/data/%d/rootfi_id", i)
		}
	}
	return answer.Data, ""
}

// recoveryAnswer tells a number that is missing from 0.
type recoveryAnswer = dataAnswer[struct {
	Deliveries *int64 `json:"deliveries"`
}]

func pickRecovery(answer *recoveryAnswer) (recovery *WebhookRecovery, missing string) {
	switch {
	case answer.Data == nil:
		return nil, "/data"
	case answer.Data.Deliveries == nil:
		return nil, "/data/deliveries"
	}
	return &WebhookRecovery{Deliveries: *answer.Data.Deliveries}, ""
}

// Create creates a config (POST /core/webhook-config). One of type INTEGRATION
// needs an IntegrationType. The request carries an Idempotency-Key: see
// [WithIdempotencyKey] and [WithPOSTRetries].
func (s *WebhookConfigs) Create(
	ctx context.Context, config CreateWebhookConfigRequest, options ...Option,
) (*WebhookConfig, error) {
	created, _, err := invoke(ctx, s.settings, operation{
		id: "createWebhookConfig", keyed: true, fixed: true, body: &config,
		build: func(base string, body io.Reader) (*http.Request, error) {
			return gen.NewCreateWebhookConfigRequestWithBody(base, nil, mediaTypeJSON, body)
		},
	}, options, pickConfig)
	return created, err
}

// List returns one page of the configs, newest first (GET /core/webhook-config).
// nil params are the first 20. See [WebhookConfigs.All].
func (s *WebhookConfigs) List(
	ctx context.Context, params *ListWebhookConfigsParams, options ...Option,
) (*WebhookConfigPage, error) {
	page, response, err := invoke(ctx, s.settings, operation{
		id: "listWebhookConfigs",
		build: func(base string, _ io.Reader) (*http.Request, error) {
			return gen.NewListWebhookConfigsRequest(base, params)
		},
	}, options, pickConfigs)
	if err != nil {
		return nil, err
	}
	return &WebhookConfigPage{Items: page.Data, Count: page.Count, Next: orNil(page.Next), Response: response}, nil
}

// All yields every config, newest first, from the params' cursor on (GET
// /core/webhook-config). The params' limit is the size of a page. Pages are
// fetched as they are needed. An error, such as the end of the context, is the
// last thing that it yields.
func (s *WebhookConfigs) All(
	ctx context.Context, params *ListWebhookConfigsParams, options ...Option,
) iter.Seq2[*WebhookConfig, error] {
	var p ListWebhookConfigsParams
	if params != nil {
		p = *params
	}
	return all(ctx, p.Cursor, func(cursor *int64) (*WebhookConfigPage, error) {
		page := p
		page.Cursor = cursor
		return s.List(ctx, &page, options...)
	})
}

// Get returns a config by its RootfiID (GET
// /core/webhook-config/{webhookConfigId}).
func (s *WebhookConfigs) Get(ctx context.Context, id int64, options ...Option) (*WebhookConfig, error) {
	config, _, err := invoke(ctx, s.settings, operation{
		id: "getWebhookConfig",
		build: func(base string, _ io.Reader) (*http.Request, error) {
			return gen.NewGetWebhookConfigRequest(base, id)
		},
	}, options, pickConfig)
	return config, err
}

// Update changes the fields that are set and leaves the others as they are (PUT
// /core/webhook-config/{webhookConfigId}). [Null] clears a field.
func (s *WebhookConfigs) Update(
	ctx context.Context, id int64, change UpdateWebhookConfigRequest, options ...Option,
) (*WebhookConfig, error) {
	config, _, err := invoke(ctx, s.settings, operation{
		id: "updateWebhookConfig", body: &change,
		build: func(base string, body io.Reader) (*http.Request, error) {
			return gen.NewUpdateWebhookConfigRequestWithBody(base, id, mediaTypeJSON, body)
		},
	}, options, pickConfig)
	return config, err
}

// Delete deletes a config (DELETE /core/webhook-config/{webhookConfigId}). Its
// delivery logs stay.
func (s *WebhookConfigs) Delete(ctx context.Context, id int64, options ...Option) error {
	return perform(ctx, s.settings, operation{
		id: "deleteWebhookConfig",
		build: func(base string, _ io.Reader) (*http.Request, error) {
			return gen.NewDeleteWebhookConfigRequest(base, id)
		},
	}, options)
}

// Test sends a test delivery to an enabled config, whatever its topics (POST
// /core/webhook-config/{webhookConfigId}/test). The error is [ErrConflict] if
// the config is disabled. The operation is an extension of hookline.
func (s *WebhookConfigs) Test(ctx context.Context, id int64, options ...Option) (*QueuedDelivery, error) {
	delivery, _, err := invoke(ctx, s.settings, operation{
		id: "testWebhookConfig",
		build: func(base string, _ io.Reader) (*http.Request, error) {
			return gen.NewTestWebhookConfigRequest(base, id)
		},
	}, options, pickDelivery)
	return delivery, err
}

// Recover queues again every delivery of an enabled config that failed in a
// window of time (POST /core/webhook-config/{webhookConfigId}/recover). The error
// is [ErrConflict] if the config is disabled. The operation is an extension of
// hookline.
func (s *WebhookConfigs) Recover(
	ctx context.Context, id int64, window RecoverWebhookDeliveriesRequest, options ...Option,
) (*WebhookRecovery, error) {
	recovery, _, err := invoke(ctx, s.settings, operation{
		id: "recoverWebhookDeliveries", body: &window,
		build: func(base string, body io.Reader) (*http.Request, error) {
			return gen.NewRecoverWebhookDeliveriesRequestWithBody(base, id, mediaTypeJSON, body)
		},
	}, options, pickRecovery)
	return recovery, err
}

// orNil is a nullable field as a pointer.
func orNil[T any](field Nullable[T]) *T {
	v, err := field.Get()
	if err != nil {
		return nil
	}
	return &v
}
