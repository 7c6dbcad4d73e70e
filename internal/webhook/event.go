package webhook

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Event is something that happened and that configs can want to hear of.
type Event struct {
	// ID is assigned by the store. Receivers get it as webhook-id, the same on
	// every attempt.
	ID              ID
	OrganisationID  int64
	Type            Type
	IntegrationType IntegrationType // "" is none
	Topic           string          // "" is none
	SyncID          string          // "" is none
	// Payload is the body to send, byte for byte.
	Payload []byte
}

// TestEvent is what a test delivery to a config sends.
func TestEvent(organisationID, configID int64) Event {
	return Event{
		OrganisationID: organisationID, Payload: fmt.Appendf(nil, `{"event":"webhook.test","webhook_id":%d}`, configID),
	}
}

// Publication is the receipt of a published event.
type Publication struct {
	EventID ID
	// Deliveries is how many configs the event is delivered to.
	Deliveries int64
}

// Wants reports whether a config of the event's organisation is to receive it:
// an enabled one of its type, and for [TypeIntegration] of its integration
// type, that lists its topic or no topics at all. A listed topic that ends in
// ".*" stands for all that begin with what is before the "*".
func (c *Config) Wants(e *Event) bool {
	switch {
	case c.State != StateEnabled || c.Type != e.Type:
		return false
	case e.Type == TypeIntegration && c.IntegrationType != e.IntegrationType:
		return false
	}
	return len(c.Topics) == 0 || slices.ContainsFunc(c.Topics, func(topic string) bool { return matches(topic, e.Topic) })
}

func matches(pattern, topic string) bool {
	if prefix, isPattern := topicPrefix(pattern); isPattern {
		return strings.HasPrefix(topic, prefix)
	}
	return topic != "" && topic == pattern
}

// Idempotency makes a request that creates something safe to repeat. The zero
// value is none.
type Idempotency struct {
	// Key is the caller's. It is the organisation's own, and the operation's.
	Key       string
	Operation string
	// Hash is of the request, to tell when a key comes with another one.
	Hash [32]byte
}

// IdempotencyRetention is how long a key is kept (openapi.yaml,
// IdempotencyKey).
const IdempotencyRetention = 24 * time.Hour

// Lane is where a job waits for its turn.
type Lane string

// The lanes. What waits in one does not delay what waits in another.
const (
	// LaneDeliveries is for endpoints that answer promptly.
	LaneDeliveries Lane = "deliveries"
	// LaneBulk is for the same endpoints, when their organisation has queued
	// more in a short time than its fair share of [LaneDeliveries].
	LaneBulk Lane = "bulk"
	// LaneSlow is for endpoints that answer slowly, even if with success.
	LaneSlow Lane = "slow"
	// LaneFailing is for endpoints that keep failing.
	LaneFailing Lane = "failing"
)

// Job asks for one attempt of a delivery.
type Job struct {
	DeliveryID     ID
	OrganisationID int64
	ConfigID       int64
	// Attempt is the number that the attempt will have. A job whose number is
	// not the delivery's next one has been overtaken and does nothing.
	Attempt int
	Lane    Lane
	// At is when the attempt is due.
	At time.Time
}

// NextJob asks for the delivery's next attempt.
func (d Delivery) NextJob(lane Lane, at time.Time) Job {
	return Job{
		DeliveryID: d.ID, OrganisationID: d.OrganisationID, ConfigID: d.WebhookID,
		Attempt: d.AttemptCount + 1, Lane: lane, At: at,
	}
}

// Recovery asks for all failed deliveries of a config in a window of time to be
// queued again.
type Recovery struct {
	OrganisationID int64
	ConfigID       int64
	// Since and Until bound when the deliveries were made, both inclusive, at
	// the precision that the API shows.
	Since, Until time.Time
	// FailedBefore leaves out what has failed again since the recovery began.
	FailedBefore time.Time
}

// Filter selects the failed deliveries of the window.
func (r *Recovery) Filter() DeliveryFilter {
	return DeliveryFilter{State: DeliveryFailed, WebhookID: &r.ConfigID, From: &r.Since, To: &r.Until}
}

// NewDelivery returns the delivery of an event to a config, without what the
// store assigns.
func NewDelivery(event *Event, config *Config) Delivery {
	return Delivery{
		OrganisationID: event.OrganisationID, EventID: event.ID, State: DeliveryPending,
		WebhookID: config.ID, WebhookName: config.Name, WebhookURL: config.URL,
		EventType: string(event.Type), Integration: string(event.IntegrationType), SyncID: event.SyncID,
	}
}

// Dispatch is one attempt to make: what to send, where, and how it is signed.
type Dispatch struct {
	DeliveryID     ID
	EventID        ID
	OrganisationID int64
	ConfigID       int64
	ConfigName     string
	URL            string
	Payload        []byte
	Headers        []Header
	// SigningKeys sign the payload, each of them. There are several while a
	// key is being replaced, the current one first, and none for a config
	// without a key.
	SigningKeys     []Secret
	SignatureHeader string
	// Attempt is the number of this attempt, and Worker has it under way.
	Attempt int
	Worker  int64
	// Retries is how many retries of the schedule the delivery has had.
	Retries int
	// Failing says that the endpoint keeps failing.
	Failing bool
}

// NewDispatch returns the next attempt of a delivery, to where its config
// wants it now, without the payload.
func NewDispatch(d *Delivery, config *Config, now time.Time) Dispatch {
	return Dispatch{
		DeliveryID: d.ID, EventID: d.EventID, OrganisationID: d.OrganisationID,
		ConfigID: d.WebhookID, ConfigName: config.Name, URL: config.URL,
		Headers: config.Headers, SigningKeys: config.SigningKeysAt(now),
		SignatureHeader: config.SignatureHeader, Attempt: d.AttemptCount + 1, Worker: d.Worker, Retries: d.Retries,
		Failing: config.Lane() == LaneFailing,
	}
}

// Outcome is what one attempt led to, and what is to follow from it.
type Outcome struct {
	// Attempt has no id and no number yet: the store assigns them.
	Attempt Attempt
	// State is DELIVERED, FAILED, or PENDING for another attempt at RetryAt.
	State   DeliveryState
	RetryAt time.Time
	// Reason says why a delivery is given up.
	Reason string
	// Disable is the reason for which the config is to be disabled, or "".
	Disable string
}
