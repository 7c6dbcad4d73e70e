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

// IDRange returns the bounds of the ids of what was made between from and to,
// both inclusive at the precision that the API shows, nil for none: ids from
// low on and below high, zero where there is no bound.
func IDRange(from, to *time.Time) (low, high webhook.ID) {
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
	return &webhook.Error{Code: webhook.CodeNotFound, Message: "There is no " + item + " with this id."}
}
