package app_test

import (
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/store/sqlite"
	"github.com/hookline-go/hookline/internal/webhook"
)

func create(body string) call {
	return call{operation: "createWebhookConfig", method: http.MethodPost, path: configs, body: body}
}

func update(id int, body string) call {
	return call{operation: "updateWebhookConfig", method: http.MethodPut, path: fmt.Sprintf("%s/%d", configs, id), body: body}
}

// TestUpdate walks through what an absent field, a null and a value mean.
func TestUpdate(t *testing.T) {
	s := newService(t)
	full := `{"webhook_type":"INTEGRATION","integration_type":"STRIPE","name":"n","url":"https://example.com/",` +
		`"topics":["a","b"],"signing_key":"hunter22","headers":[{"name":"A","value":"b"}]}`
	require.Equal(t, http.StatusCreated, s.do(create(full)).status)
	want := s.do(update(1, `{}`)).config(t)
	for _, step := range []struct {
		body   string
		change map[string]any
	}{
		{`{"name":"m"}`, map[string]any{"name": "m"}},
		{`{"state":"DISABLED"}`, map[string]any{"state": "DISABLED"}},
		{`{"topics":["c"]}`, map[string]any{"topics": []any{"c"}}},
		{`{"topics":null}`, map[string]any{"topics": []any{}}},
		{`{"headers":[]}`, map[string]any{"headers": []any{}}},
		{`{"headers":[{"name":"C","value":"d"}]}`, map[string]any{"headers": []any{map[string]any{"name": "C", "value": "d"}}}},
		{`{"headers":null}`, map[string]any{"headers": nil}},
		{`{"signing_key":null}`, nil},
		{`{"integration_type":"XERO"}`, map[string]any{"integration_type": "XERO"}},
		{`{"webhook_type":"SYNC_STARTED"}`, map[string]any{"webhook_type": "SYNC_STARTED"}},
		{`{"integration_type":null}`, map[string]any{"integration_type": nil}},
		{`{"webhook_type":"INTEGRATION","integration_type":"SHOPIFY","url":"http://[2606:4700::1]:8080/a?b=c"}`, map[string]any{
			"webhook_type": "INTEGRATION", "integration_type": "SHOPIFY", "url": "http://[2606:4700::1]:8080/a?b=c",
		}},
	} {
		got := s.do(update(1, step.body))
		require.Equal(t, http.StatusOK, got.status, "%s: %s", step.body, got.body)
		maps.Copy(want, step.change)
		config := got.config(t)
		assert.Greater(t, config["rootfi_updated_at"], want["rootfi_updated_at"])
		want["rootfi_updated_at"] = config["rootfi_updated_at"]
		assert.Equal(t, want, config, step.body)
	}
	refused := s.do(update(1, `{"name":"lost","integration_type":null}`))
	assert.Equal(t, http.StatusUnprocessableEntity, refused.status)
	unchanged := s.do(call{operation: "getWebhookConfig", method: http.MethodGet, path: configs + "/1"})
	assert.Equal(t, want, unchanged.config(t), "a refused update must change nothing")
	assert.NotContains(t, s.log.String(), "hunter22")
}

// TestListConfigs pages through configs while others arrive.
func TestListConfigs(t *testing.T) {
	s := newService(t)
	for i := range 5 {
		require.Equal(t, http.StatusCreated, s.do(create(withField("name", fmt.Sprintf(`"%d"`, i)))).status)
	}
	var names []any
	for cursor := ""; ; {
		got := s.do(call{operation: "listWebhookConfigs", method: http.MethodGet, path: configs + "?limit=2" + cursor})
		require.Equal(t, http.StatusOK, got.status, "%s", got.body)
		page, ok := got.json(t)["data"].(map[string]any)
		require.True(t, ok)
		items, ok := page["data"].([]any)
		require.True(t, ok)
		for _, item := range items {
			config, ok := item.(map[string]any)
			require.True(t, ok)
			names = append(names, config["name"])
		}
		if page["next"] == nil {
			break
		}
		cursor = fmt.Sprintf("&cursor=%v", page["next"])
		require.Equal(t, http.StatusCreated, s.do(create(withField("name", `"late"`))).status)
	}
	assert.Equal(t, []any{"4", "3", "2", "1", "0"}, names)
}

// TestLogs reads delivery logs that stand in the database.
func TestLogs(t *testing.T) {
	s := newService(t)
	keys, err := keyring.Open(s.config.EncryptionKeyFile)
	require.NoError(t, err)
	database, err := sqlite.Open(t.Context(), s.config.Database, keys)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, database.Close()) })
	delivery, err := database.ImportDelivery(t.Context(), webhook.DeliveryDetail{
		Delivery: webhook.Delivery{
			OrganisationID: 1, WebhookID: 7, WebhookName: "Connection webhook", WebhookURL: "https://example.com/webhooks/rootfi",
			State: webhook.DeliveryDelivered, LatestStatusCode: new(204), EventType: "CONNECTION_CHANGED",
		},
		Payload: []byte(`{"event":"connection.changed", "company_id":496}`),
		Attempts: []webhook.Attempt{
			{ErrorMessage: "connection refused", CreatedAt: time.Now()},
			{Success: true, StatusCode: new(204), Duration: 24 * time.Millisecond, ResponseBody: []byte("ok"), CreatedAt: time.Now()},
		},
	})
	require.NoError(t, err)

	got := s.do(call{operation: "getWebhookLog", method: http.MethodGet, path: logs + "/" + delivery.ID.String()})
	require.Equal(t, http.StatusOK, got.status, "%s", got.body)
	assert.Contains(t, string(got.body), `"attemptCount":2`)
	assert.Contains(t, string(got.body), `"latestStatusCode":204`)
	assert.Contains(t, string(got.body), `"errorMessage":"connection refused"`)
	assert.Contains(t, string(got.body), `"company_id":496`)
	assert.Contains(t, string(got.body), `"durationMs":24`)
	assert.Contains(t, string(got.body), `"responseBody":"ok"`)
	assert.Contains(t, string(got.body), `"nextAttemptAt":null`)

	now := time.Now().UTC().Format(time.RFC3339)
	for query, count := range map[string]int{
		"": 1, "?state=DELIVERED": 1, "?state=FAILED": 0, "?webhookId=7": 1, "?webhookId=8": 0, "?syncId=s": 0,
		"?fromDate=2020-01-01T00:00:00Z": 1, "?toDate=2020-01-01T00:00:00%2B02:00": 0, "?fromDate=2999-01-01T00:00:00Z": 0,
		"?state=DELIVERED&webhookId=7&fromDate=2020-01-01T00:00:00Z&toDate=2999-01-01T00:00:00.5Z&limit=1": 1,
		"?fromDate=" + now + "&toDate=2020-01-01T00:00:00Z":                                                0,
	} {
		got := s.do(call{operation: "listWebhookLogs", method: http.MethodGet, path: logs + query})
		require.Equal(t, http.StatusOK, got.status, "%s: %s", query, got.body)
		assert.Contains(t, string(got.body), fmt.Sprintf(`"count":%d`, count), query)
	}
}
