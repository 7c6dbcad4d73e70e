// Package store holds what the stores of every database share: how times,
// lists and secrets are kept in a row. The stores themselves are in the
// folders below, and package storetest is the suite that each must pass.
package store

import (
	"encoding/json"
	"fmt"
	"time"

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

// MicrosOrNil is the inverse of [TimeOrNil].
func MicrosOrNil(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	return new(Micros(*t))
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

// Later returns the later of the two, for items whose times never go back.
func Later(previous, now time.Time) time.Time {
	if now.Before(previous) {
		return previous
	}
	return Time(Micros(now))
}

// IDRange returns the bounds of the ids of what was made between from and to,
// both inclusive at the precision that the API shows, nil for none: ids from
// low on and below high, "" where there is no bound.
func IDRange(from, to *time.Time) (low, high string) {
	if from != nil {
		low = FirstID(from.UnixMilli())
	}
	if to != nil {
		high = FirstID(to.UnixMilli() + 1)
	}
	return low, high
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

// NotFound returns the error for an item that is missing, or that belongs to
// another organisation.
func NotFound(item string) error {
	return &webhook.Error{Code: webhook.CodeNotFound, Message: item + " not found"}
}

// Overtaken returns the error for a job that has nothing to do any more.
func Overtaken() error {
	return &webhook.Error{Code: webhook.CodeOvertaken, Message: "the attempt has been overtaken"}
}

// AttemptUnderWay returns the error for a delivery that a worker has.
func AttemptUnderWay() error {
	return &webhook.Error{Code: webhook.CodeAttemptUnderWay, Message: "An attempt is under way. Its outcome comes first."}
}

// ConfigDisabled returns the error for what needs an enabled config.
func ConfigDisabled() error {
	return &webhook.Error{Code: webhook.CodeConfigDisabled, Message: "The config is disabled. Enable it first."}
}

// ConfigDeleted returns the error for a delivery whose config is gone.
func ConfigDeleted() error {
	return &webhook.Error{Code: webhook.CodeConfigDeleted, Message: "The config of the delivery was deleted."}
}
