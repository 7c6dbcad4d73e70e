package telemetry

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOpenTelemetryVariables has the environment ask for this and that.
func TestOpenTelemetryVariables(t *testing.T) {
	for name, test := range map[string]struct {
		variables    map[string]string
		traces, logs bool
		mistake      string
	}{
		"nothing":               {},
		"an endpoint":           {map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, true, true, ""},
		"one for traces":        {map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1"}, true, false, ""},
		"logs by their default": {map[string]string{"OTEL_LOGS_EXPORTER": "otlp"}, false, true, ""},
		"no logs": {
			map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_LOGS_EXPORTER": "none"}, true, false, "",
		},
		"disabled": {
			map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}, false, false, "",
		},
		"another exporter": {map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, false, false, "OTEL_TRACES_EXPORTER"},
		"another protocol": {
			map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, false, false, "OTEL_EXPORTER_OTLP_PROTOCOL",
		},
		"no ratio": {
			map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_TRACES_SAMPLER_ARG": "half"}, false, false, "OTEL_TRACES_SAMPLER_ARG",
		},
		"an unknown sampler": {
			map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_TRACES_SAMPLER": "dice"}, false, false, "OTEL_TRACES_SAMPLER",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, unset := range []string{"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_EXPORTER", "OTEL_LOGS_EXPORTER", "OTEL_SDK_DISABLED"} {
				t.Setenv(unset, "")
			}
			for variable, value := range test.variables {
				t.Setenv(variable, value)
			}
			o, err := NewOpenTelemetry(t.Context(), "1.2.3", slog.New(slog.DiscardHandler))
			if test.mistake != "" {
				require.ErrorContains(t, err, test.mistake)
				return
			}
			require.NoError(t, err)
			_, traces := o.Tracing()
			assert.Equal(t, test.traces, traces)
			assert.Equal(t, test.logs, o.logs != nil)
			assert.NoError(t, o.Shutdown(t.Context()))
		})
	}
}
