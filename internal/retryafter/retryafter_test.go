package retryafter_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/retryafter"
)

func TestParse(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"0": 0, "1": time.Second, " 90\t": 90 * time.Second, "9223372036": 9223372036 * time.Second,
		"9223372037": retryafter.Longest, "99999999999999999999999": retryafter.Longest,
		now.Add(time.Minute).Format(http.TimeFormat):  time.Minute,
		now.Add(-time.Minute).Format(http.TimeFormat): 0,
		now.Add(time.Minute).Format(time.RFC850):      time.Minute,
		now.Add(time.Minute).Format(time.ANSIC):       time.Minute,
		"Thu, 26 Nov 2026 12:00:01 GMT":               time.Second,
	} {
		wait, ok := retryafter.Parse(value, now)
		assert.True(t, ok, value)
		assert.Equal(t, want, wait, value)
	}
	for _, value := range []string{"", " ", "-1", "+1", "1.5", "1s", "soon", "2026-11-26T12:00:01Z", "１"} {
		wait, ok := retryafter.Parse(value, now)
		assert.False(t, ok, value)
		assert.Zero(t, wait, value)
	}
}

func TestSet(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		-time.Second: "0", 0: "0", 1: "1", time.Second: "1", time.Second + 1: "2", 90 * time.Minute: "5400",
		retryafter.Longest: "9223372037",
	} {
		header := http.Header{}
		retryafter.Set(header, wait)
		assert.Equal(t, want, header.Get(retryafter.Name), wait)
	}
}
