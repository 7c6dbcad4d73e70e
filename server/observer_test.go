package server_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

type spanKey struct{}

// recorder is an observer that keeps what it hears.
type recorder struct {
	mu      sync.Mutex
	started int
	results []server.Result
	spans   []any
}

func (o *recorder) RequestStarted(ctx context.Context, _ *http.Request) context.Context {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.started++
	return context.WithValue(ctx, spanKey{}, o.started)
}

func (o *recorder) RequestEnded(ctx context.Context, result server.Result) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.results = append(o.results, result)
	o.spans = append(o.spans, ctx.Value(spanKey{}))
}

func TestObserver(t *testing.T) {
	c := newClock()
	var observer recorder
	implementation := working()
	seen := make(chan any, 2)
	implementation.get = func(ctx context.Context, r serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
		c.advance(time.Second)
		seen <- ctx.Value(spanKey{})
		if r.WebhookConfigID == 8 {
			return nil, errMissing
		}
		return found(r.WebhookConfigID), nil
	}
	s := serve(t, implementation, server.WithObserver(&observer), server.WithClock(c.Now))
	got := s.do(getCall().with("X-Request-Id", callersID))
	failing := getCall()
	failing.path = configs + "/8"
	s.do(failing)
	s.do(createCall("{}"))
	s.do(call{method: "PURGE" + strings.Repeat("E", 5000), path: "/nothing"})
	s.front.Close()

	assert.Equal(t, 1, <-seen, "the implementation has the observer's context")
	assert.Equal(t, []any{1, 2, 3, 4}, observer.spans)
	require.Len(t, observer.results, 4)
	first := observer.results[0]
	assert.Contains(t, first.RemoteAddr, "127.0.0.1:")
	first.RemoteAddr = ""
	assert.Equal(t, server.Result{
		Method: http.MethodGet, Operation: "getWebhookConfig", Route: "/v4/core/webhook-config/{webhookConfigId}",
		Status: http.StatusOK, Size: int64(len(got.body)), Duration: time.Second, RequestID: uuid.MustParse(callersID),
	}, first)
	assert.Equal(t, server.FaultServer, observer.results[1].Fault)
	require.ErrorIs(t, observer.results[1].Err, errMissing)
	assert.Equal(t, server.FaultCaller, observer.results[2].Fault)
	assert.Equal(t, http.StatusBadRequest, observer.results[2].Status)
	require.Error(t, observer.results[2].Err)
	assert.Equal(t, "other", observer.results[3].Method, "what a caller makes up is no label")
	assert.Empty(t, observer.results[3].Route)
}
