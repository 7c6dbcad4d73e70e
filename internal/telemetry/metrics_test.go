package telemetry

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/webhook"
	"github.com/hookline-go/hookline/server"
)

// lanesOf is a queue that has what a test says.
type lanesOf []delivery.LaneBacklog

func (l lanesOf) Backlog(context.Context) ([]delivery.LaneBacklog, error) {
	if l == nil {
		return nil, errors.New("the database does not answer")
	}
	return l, nil
}

func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	return answer.Body.String()
}

// TestMetrics has one of everything happen.
func TestMetrics(t *testing.T) {
	t.Parallel()
	m := NewMetrics("1.2.3")
	require.NoError(t, m.Register(NewQueueCollector(lanesOf{{Lane: webhook.LaneSlow, Due: 3, OldestAge: 90 * time.Second}})))
	event := webhook.ID(uuid.Must(uuid.NewV7()))
	ended := func(kind delivery.Kind, took time.Duration, outcome *webhook.Outcome) {
		result := &delivery.Result{Kind: kind, Attempt: webhook.Attempt{Duration: took, CreatedAt: event.Time().Add(4 * time.Second)}}
		m.AttemptEnded(m.AttemptStarted(t.Context(), nil), &delivery.Ended{
			Dispatch: &webhook.Dispatch{EventID: event}, Result: result, Outcome: outcome,
		})
	}
	ended(delivery.KindDelivered, time.Second, &webhook.Outcome{State: webhook.DeliveryDelivered})
	ended(delivery.KindReset, time.Second, &webhook.Outcome{State: webhook.DeliveryPending})
	ended(delivery.KindTimeout, 15*time.Second, &webhook.Outcome{State: webhook.DeliveryFailed, Disable: webhook.ReasonEndpointFailing})
	ended(delivery.KindLocal, time.Second, nil)
	published := m.PublishStarted(t.Context(), &webhook.Event{})
	m.PublishEnded(published, webhook.Publication{Deliveries: 7}, nil)
	m.PublishEnded(published, webhook.Publication{}, errors.New("refused"))
	m.Stored("publish", time.Millisecond)
	m.HTTP().RequestEnded(t.Context(), server.Result{Operation: "getWebhookConfig", Status: http.StatusNotFound})
	got := scrape(t, m)
	for _, line := range []string{
		`hookline_delivery_attempts_total{outcome="delivered"} 1`,
		`hookline_delivery_attempts_total{outcome="timeout"} 1`,
		`hookline_delivery_attempts_total{outcome="local"} 1`,
		`hookline_delivery_attempt_duration_seconds_count 3`,
		`hookline_deliveries_total{state="delivered"} 1`,
		`hookline_deliveries_total{state="failed"} 1`,
		`hookline_delivery_latency_seconds_sum 5`,
		`hookline_delivery_latency_seconds_bucket{le="5"} 1`,
		`hookline_configs_disabled_total{reason="` + webhook.ReasonEndpointFailing + `"} 1`,
		`hookline_events_published_total 1`,
		`hookline_events_matched_total 7`,
		`hookline_queue_due_deliveries{lane="slow"} 3`,
		`hookline_queue_oldest_due_age_seconds{lane="slow"} 90`,
		`hookline_http_requests_total{class="4xx",operation="getWebhookConfig"} 1`,
		`hookline_database_operation_duration_seconds_count{operation="publish"} 1`,
		`hookline_build_info{version="1.2.3"} 1`,
		`go_build_info{`,
	} {
		assert.Contains(t, got, line)
	}
}

// TestMetricsConventions holds names, units and help to Prometheus' rules.
func TestMetricsConventions(t *testing.T) {
	t.Parallel()
	m := NewMetrics("1.2.3")
	require.NoError(t, m.Register(NewQueueCollector(lanesOf{{Lane: webhook.LaneSlow}})))
	m.HTTP().RequestEnded(t.Context(), server.Result{Status: http.StatusOK})
	problems, err := testutil.GatherAndLint(m.registry)
	require.NoError(t, err)
	assert.Empty(t, problems)
}

// A database that does not answer costs its own metrics only.
func TestMetricsWithoutDatabase(t *testing.T) {
	t.Parallel()
	m := NewMetrics("1.2.3")
	require.NoError(t, m.Register(NewQueueCollector(lanesOf(nil))))
	got := scrape(t, m)
	assert.NotContains(t, got, "hookline_queue")
	assert.Contains(t, got, "hookline_build_info")
}
