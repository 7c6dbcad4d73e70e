package app

import (
	"context"
	"net/http"
	"time"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/contract"
)

// pingTimeout is how long the database may take to show that it is ready.
const pingTimeout = 2 * time.Second

// routes puts the contract and the health checks beside the API, which answers
// everything else, unknown paths included.
func (a *App) routes(operations http.Handler) (http.Handler, error) {
	engine, err := contract.Default()
	if err != nil {
		return nil, err
	}
	json, err := engine.JSON()
	if err != nil {
		return nil, err
	}
	if a.config.Wrap != nil {
		operations = a.config.Wrap(operations, func(r *http.Request) string {
			match, err := engine.Match(r.Method, r.URL.EscapedPath())
			if err != nil {
				return ""
			}
			return match.Operation.ID
		})
	}
	mux := http.NewServeMux()
	mux.Handle("/", operations)
	mux.Handle("GET /openapi.yaml", document("application/yaml", hookline.OpenAPI()))
	mux.Handle("GET /openapi.json", document("application/json", json))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", a.ready)
	if a.config.Metrics {
		mux.Handle("GET /metrics", a.metrics.handler())
	}
	return mux, nil
}

// ready tells a load balancer whether to send requests: not while the service
// stops, or its database does not answer.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), pingTimeout)
	defer cancel()
	switch {
	case a.draining.Load():
		answer(w, http.StatusServiceUnavailable, "stopping\n")
	case a.store.Ping(ctx) != nil:
		answer(w, http.StatusServiceUnavailable, "the database does not answer\n")
	default:
		answer(w, http.StatusOK, "ready\n")
	}
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) // a caller that is gone needs no answer
}

func document(mediaType string, data []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(data) // likewise
	}
}
