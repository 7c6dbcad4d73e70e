// Package benchmarks compares hookline with what it would be built on
// otherwise. It is a module of its own, so that the libraries of the comparison
// are nobody else's dependencies.
package benchmarks

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/labstack/echo/v4"
	middleware "github.com/oapi-codegen/echo-middleware"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

// seedRequest is the body of the seed's request (docs/upstream.md).
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
	return serverapi.CreateWebhookConfig201JSONResponse{
		WebhookConfigCreatedJSONResponse: serverapi.WebhookConfigCreatedJSONResponse{
			Body: gen.WebhookConfigResponse{Data: gen.WebhookConfigData{Data: gen.WebhookConfig{
				RootfiID: 12, RootfiOrganisationID: 1, WebhookType: request.Body.WebhookType, Name: request.Body.Name,
				URL: request.Body.URL, State: *request.Body.State, Topics: []string{},
			}}},
		},
	}, nil
}

// BenchmarkShell is a create through package server.
func BenchmarkShell(b *testing.B) {
	benchmarkShell(b, server.WithLogger(slog.New(slog.DiscardHandler)))
}

// BenchmarkShellLogged is BenchmarkShell with an access log and a rate limit.
func BenchmarkShellLogged(b *testing.B) {
	benchmarkShell(b, server.WithRateLimit(1e9, 1e9), server.WithLogger(slog.New(slog.NewJSONHandler(io.Discard, nil))))
}

func benchmarkShell(b *testing.B, options ...server.Option) {
	b.Helper()
	anyKey := func(ctx context.Context, _ string) (context.Context, error) { return ctx, nil }
	handler, err := server.New(trivial{}, append(options, server.WithAuthenticator(server.AuthenticatorFunc(anyKey)))...)
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, handler)
}

// BenchmarkPlain is the same create through the strict handler behind
// oapi-codegen's echo middleware: validation and authentication, without the
// request id, the deadline, the strict decoding and the log of package server.
func BenchmarkPlain(b *testing.B) {
	document, err := openapi3.NewLoader().LoadFromData(hookline.OpenAPI())
	if err != nil {
		b.Fatal(err)
	}
	document.Servers = openapi3.Servers{{URL: "/v4"}}
	e := echo.New()
	e.Use(middleware.OapiRequestValidatorWithOptions(document, &middleware.Options{
		SilenceServersWarning: true,
		Options: openapi3filter.Options{
			MultiError:         true,
			AuthenticationFunc: func(context.Context, *openapi3filter.AuthenticationInput) error { return nil },
		},
	}))
	serverapi.RegisterHandlersWithBaseURL(e, serverapi.NewStrictHandler(trivial{}, nil), "/v4")
	benchmark(b, e)
}

// BenchmarkHarness is what the benchmark itself costs: a handler that reads the
// body and answers 201.
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
