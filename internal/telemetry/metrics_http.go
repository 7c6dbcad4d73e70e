package telemetry

import (
	"context"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/hookline-go/hookline/server"
)

// HTTPMetrics count the requests that the service answers. They are safe for
// concurrent use.
type HTTPMetrics struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newHTTPMetrics(factory promauto.Factory) *HTTPMetrics {
	return &HTTPMetrics{
		requests: factory.NewCounterVec(prometheus.CounterOpts{
			Name: "hookline_http_requests_total", Help: "Requests answered, by operation (empty for other paths) and class of the status, such as 2xx.",
		}, []string{"operation", "class"}),
		duration: factory.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hookline_http_request_duration_seconds", Help: "How long answers took, by operation.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"operation"}),
	}
}

// RequestStarted implements server.Observer.
func (m *HTTPMetrics) RequestStarted(ctx context.Context, _ *http.Request) context.Context {
	return ctx
}

// RequestEnded implements server.Observer.
func (m *HTTPMetrics) RequestEnded(_ context.Context, result server.Result) {
	m.requests.WithLabelValues(result.Operation, class(result.Status)).Inc()
	m.duration.WithLabelValues(result.Operation).Observe(result.Duration.Seconds())
}

// class returns the class of a status (RFC 9110, section 15).
func class(status int) string {
	const hundred = 100
	return strconv.Itoa(status/hundred) + "xx"
}
