package app

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/api"
	"github.com/hookline-go/hookline/internal/reference"
	"github.com/hookline-go/hookline/server"
)

// newHandler puts the HTTP shell around the operations, with the contract and
// the health checks beside them.
func (a *App) newHandler() (http.Handler, error) {
	engine, err := contract.Default()
	if err != nil {
		return nil, err
	}
	routes, err := a.routes(engine)
	if err != nil {
		return nil, err
	}
	implementation, access := a.operations()
	options := slices.Concat(routes, access)
	options = append(options,
		server.WithLogger(a.config.Logger),
		server.WithObserver(a.metrics.HTTP()),
		server.WithTimeout(a.config.RequestTimeout),
		server.WithClock(a.config.Clock),
	)
	if tracing, ok := a.exports.Tracing(); ok {
		options = append(options, server.WithObserver(tracing))
	}
	if a.config.Dev {
		options = append(options, server.WithLoopbackOnly())
	}
	handler, err := server.New(implementation, options...)
	if err != nil || a.config.Wrap == nil {
		return handler, err
	}
	return a.wrap(handler, engine), nil
}

// operations returns the API and who may call it. A process that only delivers
// implements none of it.
func (a *App) operations() (serverapi.StrictServerInterface, []server.Option) {
	if a.config.Role == RoleWorker {
		a.endStreams = func() {}
		return server.Unimplemented{}, []server.Option{server.WithoutAuthentication()}
	}
	options := []server.Option{
		server.WithAuthenticator(&authenticator{store: a.store, dev: a.config.Dev}),
		server.WithErrorMapper(api.Problem),
	}
	if a.config.RateLimit > 0 {
		options = append(options, server.WithRateLimit(a.config.RateLimit, a.config.RateBurst))
	}
	service := api.New(a.publishing(), api.Options{
		CheckURL: a.guard.CheckURL, CheckSigningKey: checkSigningKey, SigningKeyOverlap: a.config.SigningKeyOverlap, Now: a.config.Clock,
	})
	a.endStreams = service.EndStreams
	return service, append(options, server.WithOperationTimeout("streamWebhookEvents", 0))
}

// routes are the paths beside the operations.
func (a *App) routes(engine *contract.Contract) ([]server.Option, error) {
	json, err := engine.JSON()
	if err != nil {
		return nil, err
	}
	page, err := newReference()
	if err != nil {
		return nil, err
	}
	get := func(path string, handler http.HandlerFunc) server.Option {
		return server.WithRoute(http.MethodGet, path, handler)
	}
	options := []server.Option{
		get("/docs", page.ServeHTTP),
		get("/docs/style.css", document("text/css; charset=utf-8", reference.Style())),
		get("/openapi.yaml", document("application/yaml", hookline.OpenAPI())),
		get("/openapi.client.yaml", document("application/yaml", hookline.ClientOpenAPI())),
		get("/openapi.json", document("application/json", json)),
		get("/healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok\n") }),
		get("/readyz", a.ready),
	}
	pages, err := a.console()
	if err != nil {
		return nil, err
	}
	options = append(options, pages...)
	if a.config.Metrics {
		options = append(options, get("/metrics", a.metrics.Handler().ServeHTTP))
	}
	return options, nil
}

// wrap puts the configured handler around the API, and leaves the paths beside
// it alone.
func (a *App) wrap(service http.Handler, engine *contract.Contract) http.Handler {
	wrapped := a.config.Wrap(service, func(r *http.Request) string {
		match, err := engine.Match(r.Method, r.URL.EscapedPath())
		if err != nil {
			return ""
		}
		return match.Operation.ID
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, server.DefaultBasePath+"/") {
			wrapped.ServeHTTP(w, r)
			return
		}
		service.ServeHTTP(w, r)
	})
}

// pingTimeout is how long the database may take to show that it is ready.
const pingTimeout = 2 * time.Second

// ready tells a load balancer whether to send requests: not while the service
// stops, its database does not answer, or writes fail.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), pingTimeout)
	defer cancel()
	switch {
	case a.draining.Load():
		answer(w, http.StatusServiceUnavailable, "stopping\n")
	case a.store.Ping(ctx) != nil:
		answer(w, http.StatusServiceUnavailable, "the database does not answer\n")
	case a.store.CheckWrites(ctx) != nil:
		answer(w, http.StatusServiceUnavailable, "the database cannot be written to\n")
	default:
		answer(w, http.StatusOK, "ready\n")
	}
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // a caller that is gone needs no answer
}

func document(mediaType string, data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(data) // likewise
	}
}
