package app

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hookline-go/hookline/internal/delivery"
)

// metrics are what an operator watches. Labels have a handful of values, none
// of which a caller chooses.
type metrics struct {
	registry *prometheus.Registry
	attempts *prometheus.CounterVec
	duration prometheus.Histogram
	disabled *prometheus.CounterVec

	onAttempt func()
}

func newMetrics(onAttempt func()) *metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	factory := promauto.With(registry)
	return &metrics{
		registry: registry, onAttempt: onAttempt,
		attempts: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "hookline_delivery_attempts_total", Help: "Attempts to deliver, by what became of them.",
		}, []string{"outcome"}),
		duration: factory.NewHistogram(prometheus.HistogramOpts{
			Name: "hookline_delivery_attempt_duration_seconds", Help: "How long attempts to deliver took.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15, 30},
		}),
		disabled: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "hookline_configs_disabled_total", Help: "Webhook configs disabled because of what became of their deliveries.",
		}, []string{"reason"}),
	}
}

// Attempted implements delivery.Metrics.
func (m *metrics) Attempted(kind delivery.Kind, took time.Duration) {
	m.attempts.WithLabelValues(string(kind)).Inc()
	m.duration.Observe(took.Seconds())
	if m.onAttempt != nil {
		m.onAttempt()
	}
}

// ConfigDisabled implements delivery.Metrics.
func (m *metrics) ConfigDisabled(reason string) { m.disabled.WithLabelValues(reason).Inc() }

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
