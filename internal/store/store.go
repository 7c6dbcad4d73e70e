// Package store holds what the stores of every database share: how times,
// lists and secrets are kept in a row. The stores themselves are in the
// folders below, and package storetest is the suite that each must pass.
package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/hookline-go/hookline/internal/webhook"
)

// shownPrecision is that of the API's timestamps.
const shownPrecision = time.Millisecond

// Micros returns t as stored: microseconds since 1970 UTC, rounded down.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Time returns the UTC time of a stored number of microseconds.
func Time(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// TimeOrNil returns the UTC time of a nullable column.
func TimeOrNil(micros *int64) *time.Time {
	if micros == nil {
		return nil
	}
	t := Time(*micros)
	return &t
}

// NextUpdate returns when an item that was last updated at previous is updated
// at now. The result is later than previous even for callers who see
// milliseconds only, also when the clock stands still or goes back.
func NextUpdate(previous, now time.Time) time.Time {
	earliest := previous.Truncate(shownPrecision).Add(shownPrecision)
	if now.Before(earliest) {
		return earliest.UTC()
	}
	return Time(Micros(now))
}

// FromMicros returns the first stored microsecond that an inclusive lower
// bound admits.
func FromMicros(from time.Time) int64 { return Micros(from.Truncate(shownPrecision)) }

// BeforeMicros returns the first stored microsecond that an inclusive upper
// bound excludes. Callers copy bounds from the API's timestamps, so the whole
// millisecond of to is included.
func BeforeMicros(to time.Time) int64 {
	return Micros(to.Truncate(shownPrecision).Add(shownPrecision))
}

// EncodeTopics returns topics as a JSON array.
func EncodeTopics(topics []string) (string, error) {
	if topics == nil {
		topics = []string{}
	}
	encoded, err := json.Marshal(topics)
	if err != nil {
		return "", fmt.Errorf("encode topics: %w", err)
	}
	return string(encoded), nil
}

// DecodeTopics is the inverse of [EncodeTopics]. It never returns nil topics.
func DecodeTopics(encoded string) ([]string, error) {
	topics := []string{}
	if err := json.Unmarshal([]byte(encoded), &topics); err != nil {
		return nil, fmt.Errorf("decode topics: %w", err)
	}
	return topics, nil
}

// NewID returns a UUID of version 7. Within a process each is greater than
// those before.
func NewID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return id.String(), nil
}

// ParseID returns the canonical form of a UUID. The error's code is
// [webhook.CodeInvalid] and its message leaves the submitted text out.
func ParseID(id string) (string, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return "", &webhook.Error{Code: webhook.CodeInvalid, Message: "the id is not a UUID"}
	}
	return parsed.String(), nil
}

// NotFound returns the error for an item that is missing, or that belongs to
// another organisation.
func NotFound(item string) error {
	return &webhook.Error{Code: webhook.CodeNotFound, Message: item + " not found"}
}
