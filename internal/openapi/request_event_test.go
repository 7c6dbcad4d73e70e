package openapi_test

import "github.com/hookline-go/hookline/internal/openapi"

// eventCases are bad requests of the operations that go beyond the vendor's
// API.
func eventCases() []requestCase {
	const publish, recovery = "PublishWebhookEventRequest", "RecoverWebhookDeliveriesRequest"
	event := func(name, body string, wants ...want) requestCase {
		return requestCase{name: "event: " + name, operation: "publishWebhookEvent", body: body, want: wants}
	}
	recovered := func(name, body string, wants ...want) requestCase {
		return requestCase{
			name: "recover: " + name, operation: "recoverWebhookDeliveries", body: body, want: wants,
			path: map[string]string{"webhookConfigId": "1"},
		}
	}
	large := `{"text":"` + text(256<<10) + `"}`
	return []requestCase{
		event("no payload", `{"webhook_type":"SYNC_STARTED"}`, bad("/payload", openapi.CodeRequired, publish+"/required", "{")),
		event("payload a list", `{"webhook_type":"SYNC_STARTED","payload":[]}`,
			bad("/payload", openapi.CodeType, "WebhookPayload/type", "[]")),
		event("payload null", `{"webhook_type":"SYNC_STARTED","payload":null}`,
			bad("/payload", openapi.CodeType, "WebhookPayload/type", "null")),
		event("payload over 256 KiB", `{"webhook_type":"SYNC_STARTED","payload":`+large+`}`,
			bad("/payload", openapi.CodeMaxBytes, "WebhookPayload/x-max-bytes", `{"text"`)),
		event("duplicate key in the payload", `{"webhook_type":"SYNC_STARTED","payload":{"a":1,"a":2}}`,
			bad("/payload/a", openapi.CodeDuplicateKey, "", `"a":2`)),
		event("INTEGRATION without integration", `{"webhook_type":"INTEGRATION","payload":{}}`,
			bad("/integration_type", openapi.CodeConditional, publish+"/not", "{")),
		event("unknown field", `{"webhook_type":"SYNC_STARTED","payload":{},"topics":["a"]}`,
			bad("/topics", openapi.CodeUnknownField, publish+"/additionalProperties", `"topics"`, "topic")),
		event("topic with a blank", `{"webhook_type":"SYNC_STARTED","payload":{},"topic":"a b"}`,
			bad("/topic", openapi.CodePattern, "WebhookTopic/pattern", `"a b"`)),
		recovered("no since", `{}`, bad("/since", openapi.CodeRequired, recovery+"/required", "{")),
		recovered("a day", `{"since":"2026-05-15"}`,
			bad("/since", openapi.CodeFormat, recovery+"/properties/since/format", `"2026`)),
		{
			name: "retry: bad id", operation: "retryWebhookDelivery", path: map[string]string{"deliveryId": "1"},
			want: []want{{in: openapi.InPath, pointer: "/deliveryId", code: openapi.CodeFormat, schema: schemas + "DeliveryID/format"}},
		},
		{
			name: "test: bad id", operation: "testWebhookConfig", path: map[string]string{"webhookConfigId": "0"},
			want: []want{{in: openapi.InPath, pointer: "/webhookConfigId", code: openapi.CodeMinimum, schema: schemas + "WebhookConfigID/minimum"}},
		},
	}
}
