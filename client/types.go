package client

import (
	"fmt"

	"github.com/hookline-go/hookline/gen"
)

// What the operations take.
type (
	// CreateWebhookConfigRequest is a config to create. Optional fields are
	// pointers: see [Ptr].
	CreateWebhookConfigRequest = gen.CreateWebhookConfigRequest
	// UpdateWebhookConfigRequest is a change of a config. A field that is left
	// out stays as it is. Those that may be null are set with [Value] and
	// cleared with [Null], the others are pointers: see [Ptr].
	UpdateWebhookConfigRequest = gen.UpdateWebhookConfigRequest
	// RecoverWebhookDeliveriesRequest is a window of time, by when the
	// deliveries were made. Until is now where it is nil.
	RecoverWebhookDeliveriesRequest = gen.RecoverWebhookDeliveriesRequest
	// PublishWebhookEventRequest is an event. The payload is a JSON object of
	// at most 256 KiB. It is sent without the white space between its tokens,
	// and otherwise as it is.
	PublishWebhookEventRequest = gen.PublishWebhookEventRequest
	// ListWebhookConfigsParams selects a page of configs. Limit is 1 to 100,
	// and 20 where it is nil.
	ListWebhookConfigsParams = gen.ListWebhookConfigsParams
	// ListWebhookLogsParams selects a page of deliveries. Limit is 1 to 100,
	// and 20 where it is nil. Both dates are inclusive. Filters combine with
	// and.
	ListWebhookLogsParams = gen.ListWebhookLogsParams
	// StreamWebhookEventsParams selects what [Events.Stream] yields, and where
	// it begins.
	StreamWebhookEventsParams = gen.StreamWebhookEventsParams
)

// What the operations return.
type (
	// WebhookConfig is a config as the API answers it. The signing key is never
	// part of it.
	WebhookConfig = gen.WebhookConfig
	// WebhookHeader is a header that is sent with every delivery. Its value is
	// a secret.
	WebhookHeader = gen.WebhookHeader
	// WebhookLog is one delivery, the sending of one event to one config.
	WebhookLog = gen.WebhookLog
	// WebhookLogDetail is one delivery with the payload that was sent and every
	// attempt.
	WebhookLogDetail = gen.WebhookLogDetail
	// WebhookAttempt is one attempt to deliver.
	WebhookAttempt = gen.WebhookAttempt
	// WebhookEvent is an event that was published.
	WebhookEvent = gen.WebhookEvent
	// WebhookStreamEvent is an event of [Events.Stream]. The payload is the text
	// that receivers get as the body, byte for byte.
	WebhookStreamEvent = gen.WebhookStreamEvent
	// WebhookRecovery says how many deliveries are queued again.
	WebhookRecovery = gen.WebhookRecovery
	// QueuedDelivery is a delivery that waits for an attempt.
	QueuedDelivery = gen.QueuedDelivery
	// Violation is one place where a request breaks the contract.
	Violation = gen.Violation
	// DeliveryID is the id of a delivery, a UUID. See [ParseDeliveryID].
	DeliveryID = gen.DeliveryID
	// Timestamp is a moment as the API writes it: UTC, in milliseconds.
	Timestamp = gen.Timestamp
)

// WebhookType says which events a config wants.
type WebhookType = gen.WebhookType

// The types of webhooks.
const (
	// WebhookTypeIntegration is for the events native to one integration;
	// integration_type is required with it.
	WebhookTypeIntegration = gen.WebhookTypeIntegration
	// WebhookTypeDataModelChanges is for unified records created, updated or
	// deleted.
	WebhookTypeDataModelChanges = gen.WebhookTypeDataModelChanges
	// WebhookTypeConnectionChanged is for connections made, dropped or expired.
	WebhookTypeConnectionChanged = gen.WebhookTypeConnectionChanged
	// WebhookTypeSyncStarted is for the begin of a sync.
	WebhookTypeSyncStarted = gen.WebhookTypeSyncStarted
	// WebhookTypeSyncCompleted is for the end of a sync.
	WebhookTypeSyncCompleted = gen.WebhookTypeSyncCompleted
)

// IntegrationType is an integration that the v4 API supports.
type IntegrationType = gen.IntegrationType

// The integrations.
const (
	IntegrationTypeStripe            = gen.IntegrationTypeStripe
	IntegrationTypeNetsuite          = gen.IntegrationTypeNetsuite
	IntegrationTypeXero              = gen.IntegrationTypeXero
	IntegrationTypeZohoBooks         = gen.IntegrationTypeZohoBooks
	IntegrationTypeWafeq             = gen.IntegrationTypeWafeq
	IntegrationTypeQuickbooks        = gen.IntegrationTypeQuickbooks
	IntegrationTypeQuickbooksSandbox = gen.IntegrationTypeQuickbooksSandbox
	IntegrationTypeBigCommerce       = gen.IntegrationTypeBigCommerce
	IntegrationTypeWooCommerce       = gen.IntegrationTypeWooCommerce
	// IntegrationTypeOodooAccounting is Odoo. The API spells it so.
	IntegrationTypeOodooAccounting = gen.IntegrationTypeOodooAccounting
	IntegrationTypeShopify         = gen.IntegrationTypeShopify
	IntegrationTypeFreshbooks      = gen.IntegrationTypeFreshbooks
)

// WebhookConfigState says whether a config receives events.
type WebhookConfigState = gen.WebhookConfigState

// The states of a config.
const (
	WebhookConfigStateEnabled  = gen.WebhookConfigStateEnabled
	WebhookConfigStateDisabled = gen.WebhookConfigStateDisabled
)

// DeliveryState says where a delivery stands.
type DeliveryState = gen.DeliveryState

// The states of a delivery.
const (
	// DeliveryStatePending waits for its first or its next attempt.
	DeliveryStatePending = gen.DeliveryStatePending
	// DeliveryStateProcessing has an attempt under way.
	DeliveryStateProcessing = gen.DeliveryStateProcessing
	// DeliveryStateDelivered had a successful attempt.
	DeliveryStateDelivered = gen.DeliveryStateDelivered
	// DeliveryStateFailed had none, and there is no attempt left.
	DeliveryStateFailed = gen.DeliveryStateFailed
)

// ViolationIn is the part of a request that a violation is in.
type ViolationIn = gen.ViolationIn

// The parts of a request.
const (
	ViolationInBody   = gen.ViolationInBody
	ViolationInQuery  = gen.ViolationInQuery
	ViolationInPath   = gen.ViolationInPath
	ViolationInHeader = gen.ViolationInHeader
)

// ParseDeliveryID reads a delivery's id, a UUID such as
// 0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11.
func ParseDeliveryID(text string) (DeliveryID, error) {
	var id DeliveryID
	if err := id.UnmarshalText([]byte(text)); err != nil {
		return DeliveryID{}, fmt.Errorf("client: a delivery's id must be a UUID: %w", err)
	}
	return id, nil
}
