package webhook

import "time"

// StreamPosition is a place in the order in which an organisation's events were
// stored. The zero value is no place.
type StreamPosition struct {
	// Commit orders transactions. What it is depends on the store.
	Commit uint64
	// Event orders the events of one transaction.
	Event ID
}

// StreamedEvent is an event with its place in the stream.
type StreamedEvent struct {
	Event

	CreatedAt time.Time
	Position  StreamPosition
}

// StreamFilter selects events of a stream. The zero value selects all.
type StreamFilter struct {
	Type  Type
	Topic string // a topic, or a pattern as configs list them
}

// Selects reports whether the filter lets an event through.
func (f *StreamFilter) Selects(e *Event) bool {
	return (f.Type == "" || f.Type == e.Type) && (f.Topic == "" || matches(f.Topic, e.Topic))
}
