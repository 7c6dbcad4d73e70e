package server

import (
	"context"
	"errors"

	"github.com/hookline-go/hookline/gen/serverapi"
)

// ErrNotImplemented is the error of an operation that an implementation leaves
// out. It is answered 501 with the code not_implemented.
var ErrNotImplemented = errors.New("server: the operation is not implemented")

// Unimplemented answers every operation with ErrNotImplemented. An implementation
// embeds it, has the operations that it serves, and goes on compiling when the
// contract gets another one.
type Unimplemented struct{}

var _ serverapi.StrictServerInterface = Unimplemented{}

// CreateWebhookConfig returns ErrNotImplemented.
func (Unimplemented) CreateWebhookConfig(
	context.Context, serverapi.CreateWebhookConfigRequestObject,
) (serverapi.CreateWebhookConfigResponseObject, error) {
	return nil, ErrNotImplemented
}

// DeleteWebhookConfig returns ErrNotImplemented.
func (Unimplemented) DeleteWebhookConfig(
	context.Context, serverapi.DeleteWebhookConfigRequestObject,
) (serverapi.DeleteWebhookConfigResponseObject, error) {
	return nil, ErrNotImplemented
}

// GetWebhookConfig returns ErrNotImplemented.
func (Unimplemented) GetWebhookConfig(
	context.Context, serverapi.GetWebhookConfigRequestObject,
) (serverapi.GetWebhookConfigResponseObject, error) {
	return nil, ErrNotImplemented
}

// GetWebhookLog returns ErrNotImplemented.
func (Unimplemented) GetWebhookLog(
	context.Context, serverapi.GetWebhookLogRequestObject,
) (serverapi.GetWebhookLogResponseObject, error) {
	return nil, ErrNotImplemented
}

// ListWebhookConfigs returns ErrNotImplemented.
func (Unimplemented) ListWebhookConfigs(
	context.Context, serverapi.ListWebhookConfigsRequestObject,
) (serverapi.ListWebhookConfigsResponseObject, error) {
	return nil, ErrNotImplemented
}

// ListWebhookLogs returns ErrNotImplemented.
func (Unimplemented) ListWebhookLogs(
	context.Context, serverapi.ListWebhookLogsRequestObject,
) (serverapi.ListWebhookLogsResponseObject, error) {
	return nil, ErrNotImplemented
}

// PublishWebhookEvent returns ErrNotImplemented.
func (Unimplemented) PublishWebhookEvent(
	context.Context, serverapi.PublishWebhookEventRequestObject,
) (serverapi.PublishWebhookEventResponseObject, error) {
	return nil, ErrNotImplemented
}

// RecoverWebhookDeliveries returns ErrNotImplemented.
func (Unimplemented) RecoverWebhookDeliveries(
	context.Context, serverapi.RecoverWebhookDeliveriesRequestObject,
) (serverapi.RecoverWebhookDeliveriesResponseObject, error) {
	return nil, ErrNotImplemented
}

// RetryWebhookDelivery returns ErrNotImplemented.
func (Unimplemented) RetryWebhookDelivery(
	context.Context, serverapi.RetryWebhookDeliveryRequestObject,
) (serverapi.RetryWebhookDeliveryResponseObject, error) {
	return nil, ErrNotImplemented
}

// StreamWebhookEvents returns ErrNotImplemented.
func (Unimplemented) StreamWebhookEvents(
	context.Context, serverapi.StreamWebhookEventsRequestObject,
) (serverapi.StreamWebhookEventsResponseObject, error) {
	return nil, ErrNotImplemented
}

// TestWebhookConfig returns ErrNotImplemented.
func (Unimplemented) TestWebhookConfig(
	context.Context, serverapi.TestWebhookConfigRequestObject,
) (serverapi.TestWebhookConfigResponseObject, error) {
	return nil, ErrNotImplemented
}

// UpdateWebhookConfig returns ErrNotImplemented.
func (Unimplemented) UpdateWebhookConfig(
	context.Context, serverapi.UpdateWebhookConfigRequestObject,
) (serverapi.UpdateWebhookConfigResponseObject, error) {
	return nil, ErrNotImplemented
}
