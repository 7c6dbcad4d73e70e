package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"golang.org/x/time/rate"
)

// name is that of the instrumentation, and of the service unless OTEL_SERVICE_NAME
// says otherwise.
const name = "hookline"

// OpenTelemetry exports traces and logs, as far as the OTEL_ variables of the
// environment ask for it. One that exports nothing costs nothing.
type OpenTelemetry struct {
	traces *sdktrace.TracerProvider // nil if none are exported
	logs   *sdklog.LoggerProvider   // nil if none are exported
}

// NewOpenTelemetry returns what the environment asks for: traces if
// OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set, or
// OTEL_TRACES_EXPORTER is "otlp"; logs by the same variables of logs; nothing
// if OTEL_SDK_DISABLED is "true", and none of a kind whose exporter is "none".
// The protocol is http/protobuf. Other variables are those of OpenTelemetry's
// SDK. The caller shuts it down.
//
// What the exporters complain about goes to logger, without the words of the
// collector: it is set for the whole process.
func NewOpenTelemetry(ctx context.Context, version string, logger *slog.Logger) (*OpenTelemetry, error) {
	o := &OpenTelemetry{}
	traces, err := wanted("TRACES")
	if err != nil {
		return nil, err
	}
	logs, err := wanted("LOGS")
	if err != nil || !traces && !logs {
		return o, err
	}
	complainTo(logger)
	described, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName(name), semconv.ServiceVersion(version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES cannot be used: %w", err)
	}
	if traces {
		err = o.exportTraces(ctx, described)
	}
	if logs && err == nil {
		err = o.exportLogs(ctx, described)
	}
	if err != nil {
		return nil, errors.Join(err, o.Shutdown(ctx))
	}
	return o, nil
}

// complaintsEvery is how often the log repeats that an export fails.
const complaintsEvery = time.Minute

// complainTo has OpenTelemetry's own complaints logged, a line a minute at most.
// They would go to standard error, and can repeat what a collector answered.
func complainTo(logger *slog.Logger) {
	sometimes := rate.Sometimes{First: 1, Interval: complaintsEvery}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		sometimes.Do(func() {
			logger.Warn("traces or logs cannot be exported; see whether the collector of OTEL_EXPORTER_OTLP_ENDPOINT answers",
				slog.String("type", fmt.Sprintf("%T", err)))
		})
	}))
	otel.SetLogger(logr.Discard())
}

func (o *OpenTelemetry) exportTraces(ctx context.Context, described *resource.Resource) error {
	sampler, err := samplerFromEnvironment()
	if err != nil {
		return err
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return fmt.Errorf("set up the export of traces: %w", err)
	}
	o.traces = sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(described),
		sdktrace.WithIDGenerator(newIDs()), sdktrace.WithSampler(eventSampler{sampler}))
	return nil
}

func (o *OpenTelemetry) exportLogs(ctx context.Context, described *resource.Resource) error {
	exporter, err := otlploghttp.New(ctx)
	if err != nil {
		return fmt.Errorf("set up the export of logs: %w", err)
	}
	o.logs = sdklog.NewLoggerProvider(
		sdklog.WithProcessor(sdklog.NewBatchProcessor(exporter)), sdklog.WithResource(described))
	return nil
}

// Shutdown exports what is left, until ctx ends.
func (o *OpenTelemetry) Shutdown(ctx context.Context) (err error) {
	if o.traces != nil {
		err = o.traces.Shutdown(ctx)
	}
	if o.logs != nil {
		err = errors.Join(err, o.logs.Shutdown(ctx))
	}
	return err
}

// Tracing returns the listener that makes spans, and whether there is one.
func (o *OpenTelemetry) Tracing() (*Tracing, bool) {
	if o.traces == nil {
		return nil, false
	}
	return newTracing(o.traces.Tracer(name)), true
}

// Logger returns a logger whose lines also name their span, and are exported if
// logs are.
func (o *OpenTelemetry) Logger(logger *slog.Logger) *slog.Logger {
	handler := logger.Handler()
	if o.traces != nil {
		handler = spanHandler{handler}
	}
	if o.logs != nil {
		handler = slog.NewMultiHandler(handler, leveled{otelslog.NewHandler(name, otelslog.WithLoggerProvider(o.logs)), logger.Handler()})
	}
	return slog.New(handler)
}

// wanted tells whether the environment asks for a kind of signal.
func wanted(kind string) (bool, error) {
	if os.Getenv("OTEL_SDK_DISABLED") == "true" {
		return false, nil
	}
	exporter := os.Getenv("OTEL_" + kind + "_EXPORTER")
	switch exporter {
	case "none":
		return false, nil
	case "":
		if os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_"+kind+"_ENDPOINT") == "" {
			return false, nil
		}
	case "otlp":
	default:
		return false, fmt.Errorf("OTEL_%s_EXPORTER must be otlp or none, not %q", kind, exporter)
	}
	for _, variable := range []string{"OTEL_EXPORTER_OTLP_" + kind + "_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := os.Getenv(variable); protocol != "" && protocol != "http/protobuf" {
			return false, fmt.Errorf("%s must be http/protobuf, not %q", variable, protocol)
		}
	}
	return true, nil
}
