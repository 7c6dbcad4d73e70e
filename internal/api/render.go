package api

import (
	"errors"
	"time"

	"github.com/oapi-codegen/nullable"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/internal/webhook"
)

// configResponse puts a config into its envelope. The server adds the request
// id.
func configResponse(config *webhook.Config) gen.WebhookConfigResponse {
	return gen.WebhookConfigResponse{Data: gen.WebhookConfigData{Data: configBody(config)}}
}

// configBody renders a config as the API answers it: with the values of its
// headers (seed), without its signing key.
func configBody(config *webhook.Config) gen.WebhookConfig {
	return gen.WebhookConfig{
		RootfiID:             config.ID,
		RootfiCreatedAt:      gen.NewTimestamp(config.CreatedAt),
		RootfiUpdatedAt:      gen.NewTimestamp(config.UpdatedAt),
		RootfiOrganisationID: config.OrganisationID,
		WebhookType:          gen.WebhookType(config.Type),
		IntegrationType:      textOrNull(gen.IntegrationType(config.IntegrationType)),
		Name:                 config.Name,
		URL:                  config.URL,
		State:                gen.WebhookConfigState(config.State),
		Topics:               config.Topics,
		Headers:              headersOrNull(config.Headers),
		SignatureHeader:      textOrNull(config.SignatureHeader),
	}
}

func headersFrom(headers []gen.WebhookHeader) []webhook.Header {
	if headers == nil {
		return nil
	}
	domain := make([]webhook.Header, len(headers))
	for i, header := range headers {
		domain[i] = webhook.Header{Name: header.Name, Value: webhook.Secret(header.Value)}
	}
	return domain
}

func headersOrNull(headers []webhook.Header) nullable.Nullable[[]gen.WebhookHeader] {
	if headers == nil {
		return nullable.NewNullNullable[[]gen.WebhookHeader]()
	}
	rendered := make([]gen.WebhookHeader, len(headers))
	for i, header := range headers {
		rendered[i] = gen.WebhookHeader{Name: header.Name, Value: header.Value.Reveal()}
	}
	return nullable.NewNullableWithValue(rendered)
}

func logBody(delivery *webhook.Delivery) gen.WebhookLog {
	return gen.WebhookLog{
		ID:               gen.DeliveryID(delivery.ID),
		WebhookName:      delivery.WebhookName,
		WebhookURL:       delivery.WebhookURL,
		State:            gen.DeliveryState(delivery.State),
		LatestStatusCode: statusOrNull(delivery.LatestStatusCode),
		AttemptCount:     int32(delivery.AttemptCount), //nolint:gosec // a delivery has a handful of attempts
		EventType:        textOrNull(delivery.EventType),
		Integration:      textOrNull(delivery.Integration),
		SyncID:           textOrNull(delivery.SyncID),
		CreatedAt:        gen.NewTimestamp(delivery.CreatedAt),
		UpdatedAt:        gen.NewTimestamp(delivery.UpdatedAt),
	}
}

// errStoredPayload reports a stored payload that is no JSON.
var errStoredPayload = errors.New("a stored payload is not JSON")

// textOrNull renders the domain's empty text as the API's null.
func textOrNull[T ~string](text T) nullable.Nullable[T] {
	if text == "" {
		return nullable.NewNullNullable[T]()
	}
	return nullable.NewNullableWithValue(text)
}

func statusOrNull(status *int) nullable.Nullable[int32] {
	if status == nil {
		return nullable.NewNullNullable[int32]()
	}
	return nullable.NewNullableWithValue(int32(*status)) //nolint:gosec // an HTTP status has three digits
}

func timestampOrNull(moment *time.Time) nullable.Nullable[gen.Timestamp] {
	if moment == nil {
		return nullable.NewNullNullable[gen.Timestamp]()
	}
	return nullable.NewNullableWithValue(gen.NewTimestamp(*moment))
}

func pointerOrNull[T any](value *T) nullable.Nullable[T] {
	if value == nil {
		return nullable.NewNullNullable[T]()
	}
	return nullable.NewNullableWithValue(*value)
}

func valueOr[T any](value *T, fallback T) T {
	if value == nil {
		return fallback
	}
	return *value
}
