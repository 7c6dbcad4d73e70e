package app

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/webhook"
)

// metrics are what an operator watches. Labels have a handful of values, none
// of which a caller chooses.
type metrics struct {
	registry *prometheus.Registry
	attempts *prometheus.CounterVec
	duration prometheus.Histogram
	disabled *prometheus.CounterVec
	http     *httpMetrics

	onAttempt func()
}

func newMetrics(onAttempt func()) *metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	factory := promauto.With(registry)
	return &metrics{
		registry: registry, onAttempt: onAttempt, http: newHTTPMetrics(factory),
		attempts: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "hookline_delivery_attempts_total", Help: "Attempts to deliver, by outcome; 'local' and 'interrupted' were given back, and are made again.",
		}, []string{"outcome"}),
		duration: factory.NewHistogram(prometheus.HistogramOpts{
			Name: "hookline_delivery_attempt_duration_seconds", Help: "How long attempts to deliver took.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15, 30},
		}),
		disabled: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "hookline_configs_disabled_total", Help: "Webhook configs disabled because their deliveries failed.",
		}, []string{"reason"}),
	}
}

// AttemptStarted implements [delivery.Observer].
func (*metrics) AttemptStarted(ctx context.Context, _ *webhook.Dispatch) context.Context { return ctx }

// AttemptEnded implements [delivery.Observer].
func (m *metrics) AttemptEnded(_ context.Context, e *delivery.Ended) {
	m.attempts.WithLabelValues(string(e.Result.Kind)).Inc()
	if e.Outcome != nil {
		m.duration.Observe(e.Result.Duration.Seconds())
		if e.Outcome.Disable != "" {
			m.disabled.WithLabelValues(e.Outcome.Disable).Inc()
		}
	}
	if m.onAttempt != nil {
		m.onAttempt()
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
