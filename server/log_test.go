package server_test

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

func TestAccessLog(t *testing.T) {
	c := newClock()
	implementation := working()
	implementation.get = func(
		_ context.Context, r serverapi.GetWebhookConfigRequestObject,
	) (serverapi.GetWebhookConfigResponseObject, error) {
		c.advance(1500 * time.Millisecond)
		return found(r.WebhookConfigID), nil
	}
	s := serve(t, implementation, server.WithClock(c.Now))
	got := s.do(getCall().with("X-Request-Id", callersID))
	s.do(getCall().with("api_key", "wrong"))
	s.do(call{method: "PURGE", path: "/no/such/path?a=b"})
	lines := s.logged(accessLine)
	require.Len(t, lines, 3)
	for _, line := range lines {
		assert.Equal(t, "INFO", line["level"])
		assert.Regexp(t, `^127\.0\.0\.1:\d+$`, line["remote"])
		assert.Equal(t, []string{
			"bytes", "duration", "level", "method", "msg", "operation", "remote", "request_id", "route", "status", "time",
		}, slices.Sorted(maps.Keys(line)))
	}
	first := lines[0]
	delete(first, "time")
	delete(first, "remote")
	assert.Equal(t, map[string]any{
		"level": "INFO", "msg": "request", "method": "GET", "route": "/v4/core/webhook-config/{webhookConfigId}",
		"operation": "getWebhookConfig", "status": 200.0, "bytes": float64(len(got.body)), "duration": 1.5e9, "request_id": callersID,
	}, first)
	assert.InDelta(t, 401, lines[1]["status"], 0)
	assert.Equal(t, "getWebhookConfig", lines[1]["operation"])
	assert.Equal(t, []any{"other", "", "", 404.0}, []any{lines[2]["method"], lines[2]["route"], lines[2]["operation"], lines[2]["status"]})
}

// TestQuietLog has a logger that wants errors only.
func TestQuietLog(t *testing.T) {
	var s *service
	s = serve(t, failing(errMissing), server.WithLogger(slog.New(slog.NewJSONHandler(
		writerFunc(func(data []byte) (int, error) { return s.log.Write(data) }), &slog.HandlerOptions{Level: slog.LevelError}))))
	s.do(getCall())
	assert.Empty(t, s.logged(accessLine))
	assert.Len(t, s.logged(failureLine), 1)
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(data []byte) (int, error) { return f(data) }

// TestSecretsStayInside sends secrets wherever they can stand, rightly and
// wrongly, and looks for them in every problem and in the log.
func TestSecretsStayInside(t *testing.T) {
	const secret = "s3cr3t-hunter2"
	valid := `{"webhook_type":"SYNC_STARTED","name":"n","url":"https://example.com/"`
	calls := []call{
		createCall(valid + `,"signing_key":"` + secret + `","headers":[{"name":"A","value":"` + secret + `"}]}`),
		createCall(valid + `,"signing_key":["` + secret + `"]}`),
		createCall(valid + `,"signing_key":"` + strings.Repeat(secret, 100) + `"}`),
		createCall(valid + `,"headers":[{"name":"A","value":"` + secret + `\u0000"}]}`),
		createCall(valid + `,"headers":[{"name":"A b","value":"` + secret + `"}],"state":"` + secret + `"}`),
		createCall(valid + `,"url":"https://user:` + secret + `@example.com/"}`),
		createCall(valid + `,"signing_key":"` + secret),
		createCall(valid + `,"signing_key":"` + secret + `"} "` + secret + `"`),
		createCall(valid + `,"name":"\ud800` + secret + `"}`),
		createCall(valid).with("Content-Type", secret),
		createCall(valid).with("Content-Encoding", secret),
		createCall(valid).with("api_key", secret+"-wrong"),
		createCall(valid).with("Authorization", secret).with("X-Request-Id", secret).with("Cookie", secret),
		{operation: "listWebhookConfigs", method: http.MethodGet, path: configs + "?limit=" + secret},
		{operation: "listWebhookConfigs", method: http.MethodGet, path: configs + "?cursor=1&cursor=" + secret},
		{operation: "listWebhookLogs", method: http.MethodGet, path: logs + "?syncId=" + secret}, // panics
		{operation: "getWebhookConfig", method: http.MethodGet, path: configs + "/" + secret},
		{operation: "getWebhookConfig", method: http.MethodGet, path: configs + "/%" + "37?a=" + secret},
		{method: http.MethodGet, path: "/" + secret},
		{method: http.MethodPatch, path: configs + "?" + "x=" + secret},
	}
	s := serve(t, working(), server.WithAuthenticator(server.AuthenticatorFunc(
		func(ctx context.Context, key string) (context.Context, error) {
			if key != secret {
				return nil, server.ErrUnauthenticated
			}
			return ctx, nil
		})))
	for _, c := range calls {
		if len(c.header["Api_key"]) == 0 {
			c = c.with("api_key", secret)
		}
		got := s.do(c)
		if got.status >= http.StatusBadRequest {
			// The name of an unknown parameter is told, its value is not.
			assert.NotContains(t, got.body, secret, "%s %s", c.method, c.path)
		}
	}
	assert.Len(t, s.logged(accessLine), len(calls))
	assert.NotContains(t, s.log.buffer.String(), secret)
}
