package telemetry

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/webhook"
)

// tracingInto returns a tracing as of a process of its own.
func tracingInto(t *testing.T, recorder *tracetest.SpanRecorder, sampler sdktrace.Sampler) *Tracing {
	t.Helper()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder),
		sdktrace.WithIDGenerator(newIDs()), sdktrace.WithSampler(eventSampler{sampler}))
	t.Cleanup(func() { assert.NoError(t, provider.Shutdown(context.WithoutCancel(t.Context()))) })
	return newTracing(provider.Tracer(name))
}

// TestEventsAreSampledAlike has one process publish and another one deliver,
// with a sampler that takes half: each event has all of its spans, or none.
func TestEventsAreSampledAlike(t *testing.T) {
	t.Parallel()
	recorder := tracetest.NewSpanRecorder()
	half := sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0.5))
	publisher, worker := tracingInto(t, recorder, half), tracingInto(t, recorder, half)
	const events = 400
	for range events {
		id := webhook.ID(uuid.Must(uuid.NewV7()))
		publisher.PublishEnded(publisher.PublishStarted(t.Context(), &webhook.Event{}), webhook.Publication{EventID: id}, nil)
		ctx := worker.AttemptStarted(t.Context(), &webhook.Dispatch{EventID: id, URL: "https://hook.example/"})
		worker.AttemptEnded(ctx, &delivery.Ended{Result: &delivery.Result{Kind: delivery.KindDelivered}})
	}
	spans := map[trace.TraceID][]string{}
	for _, span := range recorder.Ended() {
		if span.Name() != "publish" && span.SpanContext().IsSampled() {
			spans[span.SpanContext().TraceID()] = append(spans[span.SpanContext().TraceID()], span.Name())
		}
	}
	for _, names := range spans {
		require.ElementsMatch(t, []string{"event", "deliver"}, names)
	}
	assert.InDelta(t, events/2, len(spans), events/8)
}

// BenchmarkAttemptSpan is what tracing costs an attempt.
func BenchmarkAttemptSpan(b *testing.B) {
	provider := sdktrace.NewTracerProvider(sdktrace.WithIDGenerator(newIDs()), sdktrace.WithSampler(eventSampler{sdktrace.AlwaysSample()}))
	tracing := newTracing(provider.Tracer(name))
	d := &webhook.Dispatch{EventID: webhook.ID(uuid.Must(uuid.NewV7())), URL: "https://hook.example/"}
	ended := &delivery.Ended{Dispatch: d, Result: &delivery.Result{Kind: delivery.KindDelivered}}
	b.ReportAllocs()
	for b.Loop() {
		tracing.AttemptEnded(tracing.AttemptStarted(b.Context(), d), ended)
	}
}
