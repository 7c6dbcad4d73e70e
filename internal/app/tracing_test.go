package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	collectlogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	collecttraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlplogs "go.opentelemetry.io/proto/otlp/logs/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
)

// collector keeps what is exported to it.
type collector struct {
	url string

	mu    sync.Mutex
	spans map[string]*traces.Span // by name
	lines []*otlplogs.LogRecord
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{spans: map[string]*traces.Span{}}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		switch r.URL.Path {
		case "/v1/traces":
			var request collecttraces.ExportTraceServiceRequest
			decodeExport(t, r, &request)
			c.addSpans(&request)
		case "/v1/logs":
			var request collectlogs.ExportLogsServiceRequest
			decodeExport(t, r, &request)
			for _, resource := range request.GetResourceLogs() {
				for _, scope := range resource.GetScopeLogs() {
					c.lines = append(c.lines, scope.GetLogRecords()...)
				}
			}
		}
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func (c *collector) addSpans(request *collecttraces.ExportTraceServiceRequest) {
	for _, resource := range request.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				c.spans[span.GetName()] = span
			}
		}
	}
}

func decodeExport(t *testing.T, r *http.Request, into proto.Message) {
	t.Helper()
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			t.Errorf("an export is not gzip: %v", err)
			return
		}
		body = unzipped
	}
	text, err := io.ReadAll(body)
	assert.NoError(t, err)
	assert.NoError(t, proto.Unmarshal(text, into))
}

// serve runs a service until the function that it returns is called.
func serve(t *testing.T, config app.Config) (stop func()) {
	t.Helper()
	service, err := app.New(t.Context(), config)
	require.NoError(t, err)
	listener, err := service.Listen(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- service.Serve(ctx, listener) }()
	stop = sync.OnceFunc(func() {
		cancel()
		assert.NoError(t, <-ended)
		assert.NoError(t, service.Close(t.Context()))
	})
	t.Cleanup(stop)
	return stop
}

// TestTraces follows an event from its publish, in the caller's trace, to the
// attempt of another process.
func TestTraces(t *testing.T) {
	const (
		callersTrace = "0af7651916cd43dd8448eb211c80319c"
		callersSpan  = "b7ad6b7169203331"
	)
	collected := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collected.url)
	arrived := make(chan http.Header, 1)
	endpoint := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived <- r.Header }))
	defer endpoint.Close()
	log := new(bytes.Buffer)
	shared := app.Config{
		Database: postgrestest.EmptyURL(t), EncryptionKeyFile: filepath.Join(t.TempDir(), "hookline.key"), Dev: true, OpenTelemetry: true,
	}

	// One process publishes.
	s := newService(t, func(c *app.Config) {
		*c = shared
		c.Role, c.Logger = app.RoleAPI, slog.New(slog.NewJSONHandler(log, nil))
	})
	s.do(call{method: http.MethodPost, path: configs, body: withField("url", `"`+endpoint.URL+`/secret-path?token=tOkEn"`)})
	published := s.do(call{
		method: http.MethodPost, path: "/v4/core/webhook-events", body: `{"webhook_type":"CONNECTION_CHANGED","payload":{"a":"tOkEn"}}`,
		header: map[string]string{"traceparent": "00-" + callersTrace + "-" + callersSpan + "-01"},
	})
	require.Equal(t, http.StatusAccepted, published.status)

	// And another one delivers.
	shared.Role, shared.Listen, shared.Logger = app.RoleWorker, "127.0.0.1:0", slog.New(slog.DiscardHandler)
	stop := serve(t, shared)
	assert.Empty(t, (<-arrived).Get("Traceparent"), "receivers learn nothing of traces")
	stop()
	s.close()

	collected.mu.Lock()
	defer collected.mu.Unlock()
	request, publish := collected.spans["POST /v4/core/webhook-events"], collected.spans["publish"]
	event, deliver := collected.spans["event"], collected.spans["deliver"]
	require.NotNil(t, request, "%v", slices.Collect(maps.Keys(collected.spans)))
	require.NotNil(t, publish)
	require.NotNil(t, event)
	require.NotNil(t, deliver)
	assert.Equal(t, callersTrace, hex.EncodeToString(request.GetTraceId()))
	assert.Equal(t, callersSpan, hex.EncodeToString(request.GetParentSpanId()))
	assert.Equal(t, request.GetSpanId(), publish.GetParentSpanId())
	if assert.Len(t, publish.GetLinks(), 1) && assert.Len(t, event.GetLinks(), 1) {
		assert.Equal(t, event.GetTraceId(), publish.GetLinks()[0].GetTraceId())
		assert.Equal(t, event.GetSpanId(), publish.GetLinks()[0].GetSpanId())
		assert.Equal(t, publish.GetSpanId(), event.GetLinks()[0].GetSpanId())
	}
	assert.Equal(t, event.GetTraceId(), deliver.GetTraceId(), "another process finds the event's trace")
	assert.Equal(t, event.GetSpanId(), deliver.GetParentSpanId())
	assert.Equal(t, traces.Span_SPAN_KIND_CLIENT, deliver.GetKind())
	for _, span := range collected.spans {
		assert.NotContains(t, span.String(), "tOkEn")
		assert.NotContains(t, span.String(), "secret-path")
	}
	assert.Contains(t, log.String(), `"trace_id":"`+callersTrace+`"`)
	assert.NotEmpty(t, collected.lines, "logs are exported too")
}

// TestNoTraces finds that nothing is exported unless the environment asks.
func TestNoTraces(t *testing.T) {
	collected := newCollector(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collected.url)
	t.Setenv("OTEL_SDK_DISABLED", "true")
	s := newService(t, func(c *app.Config) { c.OpenTelemetry = true })
	s.do(call{method: http.MethodGet, path: configs})
	s.close()
	assert.Empty(t, collected.spans)
	assert.Empty(t, collected.lines)
}
