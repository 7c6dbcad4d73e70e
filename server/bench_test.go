package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

// seedRequest is the body of the document that started it all
// (seed/create-webhook-config.txt).
const seedRequest = `
{
  "webhook_type": "CONNECTION_CHANGED",
  "name": "Connection webhook",
  "url": "https://example.com/webhooks/rootfi",
  "state": "ENABLED"
}
`

// trivial answers a create with what it was sent, so that a benchmark measures
// what is around it.
type trivial struct {
	serverapi.StrictServerInterface
}

func (trivial) CreateWebhookConfig(
	_ context.Context, request serverapi.CreateWebhookConfigRequestObject,
) (serverapi.CreateWebhookConfigResponseObject, error) {
	created := config(12)
	created.WebhookType, created.Name, created.URL = request.Body.WebhookType, request.Body.Name, request.Body.URL
	return serverapi.CreateWebhookConfig201JSONResponse{
		WebhookConfigCreatedJSONResponse: serverapi.WebhookConfigCreatedJSONResponse{
			Body: gen.WebhookConfigResponse{Data: gen.WebhookConfigData{Data: created}},
		},
	}, nil
}

func anyKey(ctx context.Context, _ string) (context.Context, error) { return ctx, nil }

// BenchmarkCreate is a create through the whole shell. What BenchmarkHarness
// takes is the benchmark's own.
func BenchmarkCreate(b *testing.B) {
	handler, err := server.New(trivial{},
		server.WithAuthenticator(server.AuthenticatorFunc(anyKey)),
		server.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(b, err)
	benchmark(b, handler)
}

// BenchmarkCreateLogged is BenchmarkCreate with an access log and a rate limit.
func BenchmarkCreateLogged(b *testing.B) {
	handler, err := server.New(trivial{},
		server.WithAuthenticator(server.AuthenticatorFunc(anyKey)),
		server.WithRateLimit(1e9, 1e9),
		server.WithLogger(slog.New(slog.NewJSONHandler(io.Discard, nil)))) //nolint:sloglint // the formatting is measured
	require.NoError(b, err)
	benchmark(b, handler)
}

// BenchmarkHarness is the same requests to a handler that reads the body and
// answers 201.
func BenchmarkHarness(b *testing.B) {
	benchmark(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusCreated)
	}))
}

func benchmark(b *testing.B, handler http.Handler) {
	b.Helper()
	body := []byte(seedRequest)
	b.ReportAllocs()
	for b.Loop() {
		request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/v4/core/webhook-config", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("api_key", "dev-key")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusCreated {
			b.Fatalf("%d %s", recorder.Code, recorder.Body)
		}
	}
}
