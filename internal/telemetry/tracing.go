package telemetry

import (
	"context"
	"net/http"
	"net/url"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/webhook"
	"github.com/hookline-go/hookline/server"
)

// Attributes of our own.
const (
	eventID      = attribute.Key("hookline.event.id")
	deliveryID   = attribute.Key("hookline.delivery.id")
	configID     = attribute.Key("hookline.config.id")
	organisation = attribute.Key("hookline.organisation.id")
	attemptNo    = attribute.Key("hookline.attempt.number")
	outcome      = attribute.Key("hookline.attempt.outcome")
	deliveries   = attribute.Key("hookline.deliveries")
	eventType    = attribute.Key("hookline.event.type")
	requestID    = attribute.Key("hookline.request.id")
)

// Tracing makes spans of requests, publishes and attempts. It is safe for
// concurrent use.
type Tracing struct {
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
}

func newTracing(tracer trace.Tracer) *Tracing {
	return &Tracing{tracer: tracer, propagator: propagation.TraceContext{}}
}

// probes are asked so often that their spans would hide the others.
var probes = map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true}

// RequestStarted implements [server.Observer]: a span in the caller's trace
// (W3C traceparent).
func (t *Tracing) RequestStarted(ctx context.Context, r *http.Request) context.Context {
	if probes[r.URL.Path] {
		return ctx
	}
	ctx = t.propagator.Extract(ctx, propagation.HeaderCarrier(r.Header))
	ctx, _ = t.tracer.Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
	return ctx
}

// RequestEnded implements [server.Observer].
func (t *Tracing) RequestEnded(ctx context.Context, result server.Result) {
	span := trace.SpanFromContext(ctx)
	span.SetName(result.Method)
	span.SetAttributes(semconv.HTTPRequestMethodKey.String(result.Method), semconv.HTTPResponseStatusCode(result.Status),
		requestID.String(result.RequestID.String()))
	if result.Route != "" {
		span.SetName(result.Method + " " + result.Route)
		span.SetAttributes(semconv.HTTPRoute(result.Route))
	}
	if result.Status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, http.StatusText(result.Status))
	}
	span.End()
}

// PublishStarted implements [PublishObserver].
func (t *Tracing) PublishStarted(ctx context.Context, e *webhook.Event) context.Context {
	ctx, _ = t.tracer.Start(ctx, "publish", trace.WithSpanKind(trace.SpanKindProducer), trace.WithAttributes(
		organisation.Int64(e.OrganisationID), eventType.String(string(e.Type))))
	return ctx
}

// PublishEnded implements [PublishObserver]. It also makes the root of the
// trace in which the event's attempts are.
func (t *Tracing) PublishEnded(ctx context.Context, p webhook.Publication, err error) {
	publish := trace.SpanFromContext(ctx)
	defer publish.End()
	if err != nil {
		publish.SetStatus(codes.Error, string(webhook.CodeOf(err)))
		return
	}
	id := eventID.String(p.EventID.String())
	publish.SetAttributes(id, deliveries.Int64(p.Deliveries))
	publish.AddLink(trace.Link{SpanContext: eventSpan(p.EventID)})
	_, root := t.tracer.Start(asEventRoot(ctx, p.EventID), "event", trace.WithAttributes(id, deliveries.Int64(p.Deliveries)),
		trace.WithLinks(trace.Link{SpanContext: publish.SpanContext()}))
	root.End()
}

// AttemptStarted implements [delivery.Observer].
func (t *Tracing) AttemptStarted(ctx context.Context, d *webhook.Dispatch) context.Context {
	host := ""
	if u, err := url.Parse(d.URL); err == nil {
		host = u.Hostname()
	}
	ctx, _ = t.tracer.Start(inEventTrace(ctx, d.EventID), "deliver", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		eventID.String(d.EventID.String()), deliveryID.String(d.DeliveryID.String()), organisation.Int64(d.OrganisationID),
		configID.Int64(d.ConfigID), attemptNo.Int(d.Attempt), semconv.HTTPRequestMethodPost, semconv.ServerAddress(host)))
	return ctx
}

// AttemptEnded implements [delivery.Observer].
func (t *Tracing) AttemptEnded(ctx context.Context, e *delivery.Ended) {
	span := trace.SpanFromContext(ctx)
	span.SetAttributes(outcome.String(string(e.Result.Kind)))
	if e.Result.StatusCode != nil {
		span.SetAttributes(semconv.HTTPResponseStatusCode(*e.Result.StatusCode))
	}
	if !e.Result.Success {
		span.SetStatus(codes.Error, e.Result.ErrorMessage)
	}
	span.End()
}
