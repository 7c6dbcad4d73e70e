package app

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/webhook"
)

func TestMetrics(t *testing.T) {
	attempts := 0
	m := newMetrics(func() { attempts++ })
	ended := func(kind delivery.Kind, took time.Duration, outcome *webhook.Outcome) {
		result := &delivery.Result{Kind: kind, Attempt: webhook.Attempt{Duration: took}}
		m.AttemptEnded(t.Context(), &delivery.Ended{Dispatch: &webhook.Dispatch{}, Result: result, Outcome: outcome})
	}
	ended(delivery.KindDelivered, 20*time.Millisecond, &webhook.Outcome{State: webhook.DeliveryDelivered})
	ended(delivery.KindTimeout, 15*time.Second, &webhook.Outcome{State: webhook.DeliveryFailed, Disable: webhook.ReasonEndpointFailing})
	ended(delivery.KindLocal, time.Second, nil)
	answer := httptest.NewRecorder()
	m.handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	for _, line := range []string{
		`hookline_delivery_attempts_total{outcome="delivered"} 1`,
		`hookline_delivery_attempts_total{outcome="timeout"} 1`,
		`hookline_delivery_attempts_total{outcome="local"} 1`,
		`hookline_delivery_attempt_duration_seconds_count 2`,
		`hookline_configs_disabled_total{reason="` + webhook.ReasonEndpointFailing + `"} 1`,
	} {
		assert.Contains(t, answer.Body.String(), line)
	}
	assert.Equal(t, 3, attempts)
}
