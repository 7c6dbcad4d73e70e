package app_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/app"
)

// TestPayloadAsPublished reads payloads back byte for byte, as they are signed.
func TestPayloadAsPublished(t *testing.T) {
	s := newService(t)
	require.Equal(t, http.StatusCreated, s.do(create(withField("webhook_type", `"SYNC_STARTED"`))).status)
	for _, payload := range []string{
		`{"html":"<b>&amp;</b>"}`, `{ "a" : [ 1 , 2.50 ] ,` + "\n\t" + `"b":1e3}`, `{"escaped":"\u003c\/\u00e9","raw":"é` + "\u2028" + `"}`,
		`{"payload":null,"x":"\"payload\":null"}`, `{}`,
	} {
		published := s.do(call{
			operation: "publishWebhookEvent", method: http.MethodPost, path: "/v4/core/webhook-events",
			body: `{"webhook_type":"SYNC_STARTED","payload":` + payload + `}`,
		})
		require.Equal(t, http.StatusAccepted, published.status, "%s", published.body)
		list := s.do(call{operation: "listWebhookLogs", method: http.MethodGet, path: logs + "?limit=1"})
		var page struct {
			Data struct {
				WebhookLogs []struct{ ID string } `json:"webhookLogs"`
			}
		}
		require.NoError(t, json.Unmarshal(list.body, &page))
		got := s.do(call{operation: "getWebhookLog", method: http.MethodGet, path: logs + "/" + page.Data.WebhookLogs[0].ID})
		assert.Contains(t, string(got.body), `,"payload":`+payload+`}}`)
		assert.Equal(t, got.header.Get("X-Request-Id"), got.json(t)["request_id"])
	}
}

// TestDevelopmentModeIsLocal has pages of other hosts try the well-known key.
func TestDevelopmentModeIsLocal(t *testing.T) {
	s := newService(t)
	for _, path := range []string{configs, "/openapi.json", "/healthz"} {
		assert.Equal(t, http.StatusOK, s.do(call{method: http.MethodGet, path: path}).status, path)
		foreign := s.do(call{method: http.MethodGet, path: path, header: map[string]string{"Origin": "http://evil.example"}})
		assert.Equal(t, http.StatusForbidden, foreign.status, path)
		assert.Contains(t, string(foreign.body), `"code":"forbidden"`)
	}
}

// TestPathsBesideTheAPI are answered as those of the API are.
func TestPathsBesideTheAPI(t *testing.T) {
	s := newService(t)
	for path, mediaType := range map[string]string{
		"/openapi.yaml": "application/yaml", "/openapi.client.yaml": "application/yaml", "/openapi.json": "application/json",
		"/healthz": "text/plain; charset=utf-8", "/readyz": "text/plain; charset=utf-8",
	} {
		got := s.do(call{method: http.MethodGet, path: path})
		assert.Equal(t, http.StatusOK, got.status, path)
		assert.Equal(t, mediaType, got.header.Get("Content-Type"))
		assert.NotEmpty(t, got.header.Get("X-Request-Id"))
		refused := s.do(call{method: http.MethodPost, path: path})
		assert.Equal(t, http.StatusMethodNotAllowed, refused.status, path)
		assert.Equal(t, "application/problem+json", refused.header.Get("Content-Type"))
	}
	for _, path := range []string{"/nothing", "/metrics", "/healthz/", "//healthz"} {
		assert.Equal(t, http.StatusNotFound, s.do(call{method: http.MethodGet, path: path}).status, path)
	}
}

// TestWorkerHasNoAPI asks a process that only delivers.
func TestWorkerHasNoAPI(t *testing.T) {
	s := newService(t, func(c *app.Config) { c.Role = app.RoleWorker })
	assert.Equal(t, http.StatusOK, s.do(call{method: http.MethodGet, path: "/healthz"}).status)
	got := s.do(call{method: http.MethodGet, path: configs})
	assert.Equal(t, http.StatusNotImplemented, got.status)
	assert.Contains(t, string(got.body), `"code":"not_implemented"`)
}

// TestRequestMetrics counts requests by operation and status.
func TestRequestMetrics(t *testing.T) {
	s := newService(t, func(c *app.Config) { c.Metrics = true })
	s.do(call{operation: "listWebhookConfigs", method: http.MethodGet, path: configs})
	s.do(call{operation: "listWebhookConfigs", method: http.MethodGet, path: configs, header: map[string]string{"api_key": "wrong"}})
	s.do(call{method: http.MethodGet, path: "/nothing"})
	body := string(s.do(call{method: http.MethodGet, path: "/metrics"}).body)
	assert.Contains(t, body, `hookline_http_requests_total{class="2xx",operation="listWebhookConfigs"} 1`)
	assert.Contains(t, body, `hookline_http_requests_total{class="4xx",operation="listWebhookConfigs"} 1`)
	assert.Contains(t, body, `hookline_http_requests_total{class="4xx",operation=""} 1`)
	assert.Contains(t, body, `hookline_http_request_duration_seconds_count{operation="listWebhookConfigs"} 2`)
}
