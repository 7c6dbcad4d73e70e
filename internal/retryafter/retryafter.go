// Package retryafter reads and writes the Retry-After header (RFC 9110, section
// 10.2.3). Server, receiver, SDK and deliveries share it.
package retryafter

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Name is the header.
const Name = "Retry-After"

// Longest is the wait that stands for any number of seconds too large for a
// time.Duration.
const Longest = time.Duration(math.MaxInt64)

// Parse reads a header's value: whole seconds, or a date, which is compared
// with now. A date that has passed is no wait. ok is false for anything else, a
// sign and a fraction included.
func Parse(value string, now time.Time) (wait time.Duration, ok bool) {
	value = strings.Trim(value, " \t")
	if value != "" && strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > int64(Longest/time.Second) {
			return Longest, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(date.Sub(now), 0), true
}

// Set asks the other side to wait, rounded up to whole seconds.
func Set(header http.Header, wait time.Duration) {
	seconds := int64(max(wait, 0) / time.Second)
	if wait > time.Duration(seconds)*time.Second {
		seconds++
	}
	header.Set(Name, strconv.FormatInt(seconds, 10))
}
