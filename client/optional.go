package client

import "github.com/oapi-codegen/nullable"

// Nullable is a field that can be absent, null or a value. The zero value is
// absent.
type Nullable[T any] = nullable.Nullable[T]

// Ptr returns a pointer to v, for optional fields:
//
//	client.CreateWebhookConfigRequest{State: client.Ptr(client.WebhookConfigStateDisabled), ...}
func Ptr[T any](v T) *T { return new(v) }

// Value returns a nullable field that is v:
//
//	client.UpdateWebhookConfigRequest{SigningKey: client.Value("whsec_...")}
func Value[T any](v T) Nullable[T] { return nullable.NewNullableWithValue(v) }

// Null returns a nullable field that is null:
//
//	client.UpdateWebhookConfigRequest{Headers: client.Null[[]client.WebhookHeader]()}
func Null[T any]() Nullable[T] { return nullable.NewNullNullable[T]() }

// OrZero returns the value of a nullable field, or the zero value of its type
// where it is null or absent. The field's own Get, IsNull and IsSpecified tell
// these apart.
func OrZero[T any](field Nullable[T]) T {
	v, err := field.Get()
	if err != nil {
		var zero T
		return zero
	}
	return v
}
