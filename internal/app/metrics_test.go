package app

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/delivery"
)

func TestMetrics(t *testing.T) {
	attempts := 0
	m := newMetrics(func() { attempts++ })
	m.Attempted(delivery.KindDelivered, 20*time.Millisecond)
	m.Attempted(delivery.KindTimeout, 15*time.Second)
	m.ConfigDisabled(delivery.DisabledFailing)
	answer := httptest.NewRecorder()
	m.handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	for _, line := range []string{
		`hookline_delivery_attempts_total{outcome="delivered"} 1`,
		`hookline_delivery_attempts_total{outcome="timeout"} 1`,
		`hookline_delivery_attempt_duration_seconds_count 2`,
		`hookline_configs_disabled_total{reason="` + delivery.DisabledFailing + `"} 1`,
	} {
		assert.Contains(t, answer.Body.String(), line)
	}
	assert.Equal(t, 2, attempts)
}
