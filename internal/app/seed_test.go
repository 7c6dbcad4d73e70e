package app_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// seedRequest and seedKeys are those of the seed (docs/upstream.md).
const seedRequest = `
{
  "webhook_type": "CONNECTION_CHANGED",
  "name": "Connection webhook",
  "url": "https://example.com/webhooks/rootfi",
  "state": "ENABLED"
}
`

var seedKeys = []string{
	"headers", "integration_type", "name", "rootfi_created_at", "rootfi_id", "rootfi_organisation_id",
	"rootfi_updated_at", "signature_header", "state", "topics", "url", "webhook_type",
}

func TestSeedRequest(t *testing.T) {
	s := newService(t)
	got := s.do(call{
		operation: "createWebhookConfig", method: http.MethodPost, path: "/v4/core/webhook-config", body: seedRequest,
	})
	assert.Equal(t, http.StatusCreated, got.status)
	envelope := got.json(t)
	assert.Equal(t, []string{"data", "request_id"}, slices.Sorted(maps.Keys(envelope)))
	assert.Equal(t, got.header.Get("X-Request-Id"), envelope["request_id"])
	assert.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, envelope["request_id"])
	inner, ok := envelope["data"].(map[string]any)
	assert.True(t, ok)
	assert.Equal(t, []string{"data"}, slices.Sorted(maps.Keys(inner)))

	config := got.config(t)
	assert.Equal(t, seedKeys, slices.Sorted(maps.Keys(config)))
	milliseconds := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
	assert.Regexp(t, milliseconds, config["rootfi_created_at"])
	assert.Regexp(t, milliseconds, config["rootfi_updated_at"])
	delete(config, "rootfi_created_at")
	delete(config, "rootfi_updated_at")
	assert.Equal(t, map[string]any{
		"rootfi_id": 1.0, "rootfi_organisation_id": 1.0, "webhook_type": "CONNECTION_CHANGED", "integration_type": nil,
		"name": "Connection webhook", "url": "https://example.com/webhooks/rootfi", "state": "ENABLED",
		"topics": []any{}, "headers": nil, "signature_header": "X-RootFi-Signature",
	}, config)
}
