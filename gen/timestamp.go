package gen

import (
	"fmt"
	"time"
)

// TimestampLayout is how the API writes a moment: UTC, with exactly three
// fractional digits (docs/upstream.md, WebhookConfig).
const TimestampLayout = "2006-01-02T15:04:05.000Z"

// Timestamp is a moment as the API writes it. It is the one type of this
// package that is written by hand, because time.Time drops the trailing zeros
// of a fraction when it is encoded, and the API never does.
//
// Encoding rounds down to the millisecond. Decoding accepts any RFC 3339 time.
// The zero value is the zero time.Time.
type Timestamp struct{ time.Time }

// NewTimestamp returns t as the API knows it: in UTC, rounded down to the
// millisecond.
func NewTimestamp(t time.Time) Timestamp {
	return Timestamp{t.UTC().Truncate(time.Millisecond)}
}

// String returns the moment in TimestampLayout.
func (t Timestamp) String() string {
	return t.UTC().Format(TimestampLayout)
}

// MarshalText returns the moment in TimestampLayout.
func (t Timestamp) MarshalText() ([]byte, error) {
	return t.UTC().AppendFormat(nil, TimestampLayout), nil
}

// UnmarshalText parses an RFC 3339 time.
func (t *Timestamp) UnmarshalText(text []byte) error {
	parsed, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("a timestamp must be an RFC 3339 time: %w", err)
	}
	t.Time = parsed
	return nil
}

// MarshalJSON returns the moment in TimestampLayout as a JSON string.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(nil, `"`+TimestampLayout+`"`), nil
}

// UnmarshalJSON parses a JSON string that holds an RFC 3339 time.
func (t *Timestamp) UnmarshalJSON(data []byte) error {
	if err := t.Time.UnmarshalJSON(data); err != nil {
		return fmt.Errorf("a timestamp must be an RFC 3339 time: %w", err)
	}
	return nil
}
