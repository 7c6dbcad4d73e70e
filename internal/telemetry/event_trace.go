package telemetry

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/hookline-go/hookline/internal/webhook"
)

// The attempts of an event are a trace of their own, whose ids follow from the
// event's: so a process finds the trace of an event that another one published
// hours ago, and nothing is stored for it. Its root is a span without duration
// that links to the publish, and the publish links to it.

// eventSpan returns the root span of an event's trace. Whether it is sampled is
// for [eventSampler] to say, which every process answers alike.
func eventSpan(event webhook.ID) trace.SpanContext {
	// The hash spreads what samplers look at; an id begins with its time.
	sum := sha256.Sum256(event[:])
	return trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID(sum[:16]), SpanID: trace.SpanID(sum[16:24]), TraceFlags: trace.FlagsSampled, Remote: true,
	})
}

// eventKey marks the contexts in which spans belong to an event's trace.
type eventKey struct{}

// inEventTrace returns a context whose next span is a child of the event's
// root.
func inEventTrace(ctx context.Context, event webhook.ID) context.Context {
	ctx = context.WithValue(ctx, eventKey{}, trace.SpanContext{})
	return trace.ContextWithRemoteSpanContext(ctx, eventSpan(event))
}

// asEventRoot returns a context whose next span is the event's root.
func asEventRoot(ctx context.Context, event webhook.ID) context.Context {
	ctx = context.WithValue(ctx, eventKey{}, eventSpan(event))
	return trace.ContextWithSpanContext(ctx, trace.SpanContext{})
}

// ids gives spans random ids, and the roots of events theirs.
type ids struct{}

func newIDs() sdktrace.IDGenerator { return ids{} }

// NewIDs implements [sdktrace.IDGenerator].
func (i ids) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	if root, ok := ctx.Value(eventKey{}).(trace.SpanContext); ok && root.IsValid() {
		return root.TraceID(), root.SpanID()
	}
	var id trace.TraceID
	fillRandom(id[:8])
	fillRandom(id[8:])
	return id, i.NewSpanID(ctx, id)
}

// NewSpanID implements [sdktrace.IDGenerator].
func (ids) NewSpanID(context.Context, trace.TraceID) (id trace.SpanID) {
	fillRandom(id[:])
	return id
}

// fillRandom fills eight bytes. Ids of spans are no secrets.
func fillRandom(b []byte) {
	binary.BigEndian.PutUint64(b, rand.Uint64()) //nolint:gosec // see above
}

// eventSampler has every span of an event's trace sampled like its root, for
// which only the trace's id counts.
type eventSampler struct{ sdktrace.Sampler }

// ShouldSample implements [sdktrace.Sampler].
func (s eventSampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if p.ParentContext.Value(eventKey{}) != nil {
		p.ParentContext = trace.ContextWithSpanContext(p.ParentContext, trace.SpanContext{})
	}
	return s.Sampler.ShouldSample(p)
}

// samplerFromEnvironment reads OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG
// as OpenTelemetry's specification has them. The SDK reads them too, but does
// not give its sampler away.
func samplerFromEnvironment() (sdktrace.Sampler, error) {
	kind := os.Getenv("OTEL_TRACES_SAMPLER")
	ratio := 1.0
	if argument := os.Getenv("OTEL_TRACES_SAMPLER_ARG"); argument != "" {
		var err error
		if ratio, err = strconv.ParseFloat(argument, 64); err != nil || ratio < 0 || ratio > 1 {
			return nil, fmt.Errorf("OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1, not %q", argument)
		}
	}
	switch kind {
	case "", "parentbased_always_on":
		return sdktrace.ParentBased(sdktrace.AlwaysSample()), nil
	case "parentbased_always_off":
		return sdktrace.ParentBased(sdktrace.NeverSample()), nil
	case "parentbased_traceidratio":
		return sdktrace.ParentBased(sdktrace.TraceIDRatioBased(ratio)), nil
	case "always_on":
		return sdktrace.AlwaysSample(), nil
	case "always_off":
		return sdktrace.NeverSample(), nil
	case "traceidratio":
		return sdktrace.TraceIDRatioBased(ratio), nil
	default:
		return nil, fmt.Errorf("OTEL_TRACES_SAMPLER %q is none that hookline knows", kind)
	}
}
