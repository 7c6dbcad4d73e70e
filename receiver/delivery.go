package receiver

import (
	"encoding/json"
	"net/http"
	"time"
)

// Delivery is one attempt to deliver an event, verified.
type Delivery struct {
	// ID is webhook-id: the event's, the same on every attempt. hookline gives
	// the deliveries of one event to several configs the same ID. It is empty
	// where a [Scheme] has none.
	ID string
	// Timestamp is webhook-timestamp: when the sender made this attempt, in
	// UTC, to the second. It is the zero time where a [Scheme] has none.
	Timestamp time.Time
	// ReceivedAt is when this attempt arrived, by the handler's clock.
	ReceivedAt time.Time
	// Payload is the body, byte by byte. It is a valid JSON object.
	Payload json.RawMessage
	// Header has all headers of the request. Only webhook-id and
	// webhook-timestamp are signed; a config's own headers are as trustworthy
	// as the connection.
	Header http.Header
}

// EventType returns what the payload says that happened: its member `event`, as
// the vendor's payloads have it (connection.changed), or else `type`, as
// Standard Webhooks recommends. It is "" if neither is a string. Each call
// decodes the top level of the payload.
func (d Delivery) EventType() string {
	var members map[string]json.RawMessage // a struct would take `Event` and `EVENT` too
	if json.Unmarshal(d.Payload, &members) != nil {
		return ""
	}
	for _, name := range []string{"event", "type"} {
		var value *string
		if json.Unmarshal(members[name], &value) == nil && value != nil {
			return *value
		}
	}
	return ""
}
