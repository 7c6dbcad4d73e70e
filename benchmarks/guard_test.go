package benchmarks

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/labstack/echo/v4"
	echomiddleware "github.com/oapi-codegen/echo-middleware"
	nethttpmiddleware "github.com/oapi-codegen/nethttp-middleware"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/server"
)

// guardCases are requests, and whether they keep to the contract.
var guardCases = []struct {
	name, method, path, body string
	valid                    bool
}{
	{"create", http.MethodPost, "/v4/core/webhook-config", seedRequest, true},
	{"mistake", http.MethodPost, "/v4/core/webhook-config", `{"webhook_type": "CONNECTION_CHANGE", "name": "n", "url": "https://example.com/"}`, false},
	{"list", http.MethodGet, "/v4/core/webhook-logs?limit=20&state=FAILED&fromDate=2026-05-15T00:00:00Z&webhookId=12", "", true},
}

// BenchmarkGuard is a request through a validating middleware, in front of a
// handler that does nothing: hookline's, and those that it takes the place of.
func BenchmarkGuard(b *testing.B) {
	for _, c := range guardCases {
		for _, g := range guards(b) {
			if g.name == "harness" && !c.valid {
				continue
			}
			b.Run(c.name+"/"+g.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					request := httptest.NewRequestWithContext(b.Context(), c.method, c.path, bytes.NewReader([]byte(c.body)))
					request.Header.Set("api_key", "dev-key")
					if c.body != "" {
						request.Header.Set("Content-Type", "application/json")
					}
					recorder := httptest.NewRecorder()
					g.handler.ServeHTTP(recorder, request)
					if valid := recorder.Code == http.StatusNoContent; valid != c.valid {
						b.Fatalf("%d %s", recorder.Code, recorder.Body)
					}
				}
			})
		}
	}
}

type namedGuard struct {
	name    string
	handler http.Handler
}

func guards(b *testing.B) []namedGuard {
	b.Helper()
	inner := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	c, err := contract.Default()
	if err != nil {
		b.Fatal(err)
	}
	anybody := contract.WithAuthentication(func(ctx context.Context, _ *http.Request, _ *contract.Scheme) (context.Context, error) {
		return ctx, nil
	})
	own, err := contract.Middleware(c, anybody)
	if err != nil {
		b.Fatal(err)
	}
	ownEcho, err := server.Middleware(c, anybody)
	if err != nil {
		b.Fatal(err)
	}
	filter := openapi3filter.Options{MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	theirEcho := echomiddleware.OapiRequestValidatorWithOptions(document(b), &echomiddleware.Options{SilenceServersWarning: true, Options: filter})
	theirs := nethttpmiddleware.OapiRequestValidatorWithOptions(document(b), &nethttpmiddleware.Options{SilenceServersWarning: true, Options: filter})
	return []namedGuard{
		{"harness", inner}, {"contract.Middleware", own(inner)}, {"server.Middleware", onEcho(ownEcho)},
		{"nethttp-middleware", theirs(inner)}, {"echo-middleware", onEcho(theirEcho)}, {"openapi3filter", filtered(b, &filter, inner)},
	}
}

func document(b *testing.B) *openapi3.T {
	b.Helper()
	d, err := openapi3.NewLoader().LoadFromData(hookline.OpenAPI())
	if err != nil {
		b.Fatal(err)
	}
	d.Servers = openapi3.Servers{{URL: "/v4"}}
	return d
}

func onEcho(middleware echo.MiddlewareFunc) http.Handler {
	e := echo.New()
	e.Use(middleware)
	e.Any("/*", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	return e
}

func filtered(b *testing.B, options *openapi3filter.Options, next http.Handler) http.Handler {
	b.Helper()
	router, err := gorillamux.NewRouter(document(b))
	if err != nil {
		b.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route, params, err := router.FindRoute(r)
		if err == nil {
			err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
				Request: r, PathParams: params, Route: route, Options: options,
			})
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
