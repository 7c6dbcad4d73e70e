package client

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/hookline-go/hookline/internal/retryafter"
)

// retryAfter is how long the server asks to wait, or 0 if it does not:
// Retry-After, or X-RateLimit-Reset for a 429 without it.
func retryAfter(response *Response) time.Duration {
	if wait, ok := retryafter.Parse(first(response.Header, retryafter.Name), time.Now()); ok {
		return wait
	}
	if response.StatusCode == http.StatusTooManyRequests && !response.RateLimit.Reset.IsZero() {
		return max(0, time.Until(response.RateLimit.Reset))
	}
	return 0
}

// secondsLong stops at the longest duration, so that nothing overflows.
func secondsLong(seconds int64) time.Duration {
	return time.Duration(min(max(0, seconds), math.MaxInt64/int64(time.Second))) * time.Second
}

// The smallest numbers that are read as seconds and as milliseconds since the
// Unix epoch. Smaller ones are seconds from now: the vendor does not document
// which it is, and there are servers of each kind.
const (
	epochSeconds      = 500_000_000
	epochMilliseconds = 500_000_000_000
)

// parseReset reads X-RateLimit-Reset. The zero time is a value that is missing
// or no number.
func parseReset(text string) time.Time {
	number, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || number < 0:
		return time.Time{}
	case number >= epochMilliseconds:
		return time.UnixMilli(number).UTC()
	case number >= epochSeconds:
		return time.Unix(number, 0).UTC()
	default:
		return time.Now().Add(secondsLong(number)).UTC()
	}
}
