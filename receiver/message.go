package receiver

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Headers of a delivery, in the canonical form that keys of [http.Header] have.
// The first three are of Standard Webhooks; the fourth carries the same value
// as the third in the vendor's API (the config's signature_header).
const (
	HeaderID              = "Webhook-Id"
	HeaderTimestamp       = "Webhook-Timestamp"
	HeaderSignature       = "Webhook-Signature"
	HeaderRootFiSignature = "X-Rootfi-Signature"
)

// MaxIDLength is how many bytes a webhook-id may have. hookline's are UUIDs, of
// 36.
const MaxIDLength = 256

// maxTimestamp is the last second of the year 9999.
const maxTimestamp = 253402300799

// message is what a delivery's headers say beside the signatures. Its values
// have been checked, but not verified.
type message struct {
	id        string
	timestamp int64  // seconds since the Unix epoch
	stamp     string // the timestamp as a Scheme has it, in its unit; "" without one
}

func parseMessage(header http.Header) (message, error) {
	id, err := single(header, HeaderID)
	if err != nil {
		return message{}, err
	}
	if !validID(id) {
		return message{}, ErrMalformedID
	}
	text, err := single(header, HeaderTimestamp)
	if err != nil {
		return message{}, err
	}
	timestamp, err := parseTimestamp(text)
	return message{id: id, timestamp: timestamp}, err
}

// single returns the value of a header that must be there once. The name is one
// of ours, so an error may show it.
func single(header http.Header, name string) (string, error) {
	values := header[name]
	switch {
	case len(values) > 1:
		return "", fmt.Errorf("%w: %s", ErrDuplicateHeader, name)
	case len(values) == 0 || values[0] == "":
		return "", fmt.Errorf("%w: %s", ErrMissingHeader, name)
	default:
		return values[0], nil
	}
}

func validID(id string) bool {
	if id == "" || len(id) > MaxIDLength {
		return false
	}
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c > '~' || c == '.' {
			return false
		}
	}
	return true
}

// parseTimestamp takes one spelling of a number only, so that what was signed
// can be made from the number.
func parseTimestamp(text string) (int64, error) {
	seconds, err := strconv.ParseUint(text, 10, 63) // unsigned: it takes no sign
	if err != nil || seconds > maxTimestamp || text[0] == '0' && text != "0" {
		return 0, ErrMalformedTimestamp // strconv's error quotes the text
	}
	return int64(seconds), nil
}

func checkTimestamp(timestamp int64, now time.Time, tolerance time.Duration) error {
	switch at := time.Unix(timestamp, 0); {
	case now.Sub(at) > tolerance:
		return ErrTimestampTooOld
	case at.Sub(now) > tolerance:
		return ErrTimestampTooNew
	default:
		return nil
	}
}
