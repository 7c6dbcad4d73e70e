package telemetry

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/webhook"
)

// Metrics are what an operator watches. They listen to attempts and publishes,
// and [Metrics.HTTP] to requests. They are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	attempts   *prometheus.CounterVec
	duration   prometheus.Histogram
	deliveries *prometheus.CounterVec
	latency    prometheus.Histogram
	disabled   *prometheus.CounterVec
	published  prometheus.Counter
	matched    prometheus.Counter
	http       *HTTPMetrics
	storing    *prometheus.HistogramVec
}

// nativeBuckets is the growth factor of a native histogram's buckets, which
// scrapers that know them get beside the classic ones.
const nativeBuckets = 1.1

// NewMetrics returns the metrics of a service of that version.
func NewMetrics(version string) *Metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewBuildInfoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	factory := promauto.With(registry)
	factory.NewGaugeVec(prometheus.GaugeOpts{
		Name: "hookline_build_info", Help: "1, with the version of the service.",
	}, []string{"version"}).WithLabelValues(version).Set(1)
	m := &Metrics{registry: registry, http: newHTTPMetrics(factory)}
	m.registerAttempts(factory)
	m.registerEvents(factory)
	m.storing = factory.NewHistogramVec(prometheus.HistogramOpts{
		Name: "hookline_database_operation_duration_seconds", Help: "How long operations on the database took, the wait for their turn included.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"operation"})
	return m
}

func (m *Metrics) registerAttempts(factory promauto.Factory) {
	m.attempts = factory.NewCounterVec(prometheus.CounterOpts{
		Name: "hookline_delivery_attempts_total",
		Help: "Attempts to deliver, by outcome; 'local' and 'interrupted' were given back, and are made again.",
	}, []string{"outcome"})
	m.duration = factory.NewHistogram(prometheus.HistogramOpts{
		Name: "hookline_delivery_attempt_duration_seconds", Help: "How long attempts to deliver took.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 15, 30},
	})
	m.deliveries = factory.NewCounterVec(prometheus.CounterOpts{
		Name: "hookline_deliveries_total",
		Help: "Deliveries that an attempt settled, by state: 'delivered' or 'failed'.",
	}, []string{"state"})
	m.latency = factory.NewHistogram(prometheus.HistogramOpts{
		Name: "hookline_delivery_latency_seconds", Help: "Time from the publish of an event to the end of the attempt that delivered it, retries included.",
		Buckets:                     []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400},
		NativeHistogramBucketFactor: nativeBuckets,
	})
	m.disabled = factory.NewCounterVec(prometheus.CounterOpts{
		Name: "hookline_configs_disabled_total", Help: "Webhook configs disabled because their deliveries failed.",
	}, []string{"reason"})
}

func (m *Metrics) registerEvents(factory promauto.Factory) {
	m.published = factory.NewCounter(prometheus.CounterOpts{
		Name: "hookline_events_published_total", Help: "Events accepted with 202.",
	})
	m.matched = factory.NewCounter(prometheus.CounterOpts{
		Name: "hookline_events_matched_total", Help: "Deliveries that published events led to: configs that wanted them.",
	})
}

// HTTP returns the metrics that listen to requests.
func (m *Metrics) HTTP() *HTTPMetrics { return m.http }

// Register adds what is collected when somebody asks.
func (m *Metrics) Register(all ...prometheus.Collector) error {
	for _, c := range all {
		if err := m.registry.Register(c); err != nil {
			return err
		}
	}
	return nil
}

// Stored notes how long an operation on the database took. The operation is a
// word of the code.
func (m *Metrics) Stored(operation string, took time.Duration) {
	m.storing.WithLabelValues(operation).Observe(took.Seconds())
}

// AttemptStarted implements [delivery.Observer].
func (*Metrics) AttemptStarted(ctx context.Context, _ *webhook.Dispatch) context.Context { return ctx }

// AttemptEnded implements [delivery.Observer].
func (m *Metrics) AttemptEnded(_ context.Context, e *delivery.Ended) {
	m.attempts.WithLabelValues(string(e.Result.Kind)).Inc()
	if e.Outcome == nil {
		return
	}
	m.duration.Observe(e.Result.Duration.Seconds())
	switch e.Outcome.State {
	case webhook.DeliveryDelivered:
		m.deliveries.WithLabelValues("delivered").Inc()
		ended := e.Result.CreatedAt.Add(e.Result.Duration)
		m.latency.Observe(max(0, ended.Sub(e.Dispatch.EventID.Time()).Seconds()))
	case webhook.DeliveryFailed:
		m.deliveries.WithLabelValues("failed").Inc()
	case webhook.DeliveryPending, webhook.DeliveryProcessing:
		// Another attempt follows.
	}
	if e.Outcome.Disable != "" {
		m.disabled.WithLabelValues(e.Outcome.Disable).Inc()
	}
}

// PublishStarted implements [PublishObserver].
func (*Metrics) PublishStarted(ctx context.Context, _ *webhook.Event) context.Context { return ctx }

// PublishEnded implements [PublishObserver].
func (m *Metrics) PublishEnded(_ context.Context, p webhook.Publication, err error) {
	if err == nil {
		m.published.Inc()
		m.matched.Add(float64(p.Deliveries))
	}
}

// Handler serves the metrics. OpenMetrics is offered to scrapers that ask for
// it.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}
