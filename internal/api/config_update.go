package api

import (
	"context"

	"github.com/oapi-codegen/nullable"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

// UpdateWebhookConfig changes the fields that the body names, in one
// transaction.
func (s *Service) UpdateWebhookConfig(
	ctx context.Context, request serverapi.UpdateWebhookConfigRequestObject,
) (serverapi.UpdateWebhookConfigResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	patch := patchFrom(request.Body)
	key, _ := patch.SigningKey.Get() // empty, if it is not to be set
	if err := s.check(patch.URL, key); err != nil {
		return nil, err
	}
	config, err := s.store.UpdateConfig(ctx, organisationID, request.WebhookConfigID, func(c *webhook.Config) error {
		return patch.Apply(c, s.options.Now(), s.options.SigningKeyOverlap)
	})
	if err != nil {
		return nil, err
	}
	return serverapi.UpdateWebhookConfig200JSONResponse{
		WebhookConfigFoundJSONResponse: serverapi.WebhookConfigFoundJSONResponse{Body: configResponse(&config)},
	}, nil
}

// check refuses what deliveries could never use: a URL, and a key unless it is
// empty.
func (s *Service) check(url *string, key webhook.Secret) error {
	if url != nil {
		if err := s.options.CheckURL(*url); err != nil {
			return err
		}
	}
	if key == "" {
		return nil
	}
	return s.options.CheckSigningKey(key)
}

func patchFrom(body *gen.UpdateWebhookConfigRequest) webhook.Patch {
	return webhook.Patch{
		Type:  convert[webhook.Type](body.WebhookType),
		Name:  body.Name,
		URL:   body.URL,
		State: convert[webhook.State](body.State),
		IntegrationType: optional(body.IntegrationType, func(t gen.IntegrationType) webhook.IntegrationType {
			return webhook.IntegrationType(t)
		}),
		Topics:     optional(body.Topics, func(topics []gen.WebhookTopic) []string { return topics }),
		Headers:    optional(body.Headers, headersFrom),
		SigningKey: optional(body.SigningKey, func(key string) webhook.Secret { return webhook.Secret(key) }),
	}
}

// convert changes the string type of an optional field.
func convert[To, From ~string](value *From) *To {
	if value == nil {
		return nil
	}
	converted := To(*value)
	return &converted
}

// optional translates a field of the API, which is absent, null or a value,
// into the domain's.
func optional[From, To any](field nullable.Nullable[From], translate func(From) To) webhook.Optional[To] {
	if field.IsNull() {
		return webhook.Null[To]()
	}
	value, err := field.Get()
	if err != nil { // absent
		return webhook.Optional[To]{}
	}
	return webhook.Set(translate(value))
}
