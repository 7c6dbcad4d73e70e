package contract_test

import "github.com/hookline-go/hookline/contract"

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
		event("no payload", `{"webhook_type":"SYNC_STARTED"}`, bad("/payload", contract.CodeRequired, publish+"/required", "{")),
		event("payload a list", `{"webhook_type":"SYNC_STARTED","payload":[]}`,
			bad("/payload", contract.CodeType, "WebhookPayload/type", "[]")),
		event("payload null", `{"webhook_type":"SYNC_STARTED","payload":null}`,
			bad("/payload", contract.CodeType, "WebhookPayload/type", "null")),
		event("payload over 256 KiB", `{"webhook_type":"SYNC_STARTED","payload":`+large+`}`,
			bad("/payload", contract.CodeMaxBytes, "WebhookPayload/x-max-bytes", `{"text"`)),
		event("duplicate key in the payload", `{"webhook_type":"SYNC_STARTED","payload":{"a":1,"a":2}}`,
			bad("/payload/a", contract.CodeDuplicateKey, "", `"a":2`)),
		event("INTEGRATION without integration", `{"webhook_type":"INTEGRATION","payload":{}}`,
			bad("/integration_type", contract.CodeConditional, publish+"/not", "{")),
		event("unknown field", `{"webhook_type":"SYNC_STARTED","payload":{},"topics":["a"]}`,
			bad("/topics", contract.CodeUnknownField, publish+"/additionalProperties", `"topics"`, "topic")),
		event("topic with a blank", `{"webhook_type":"SYNC_STARTED","payload":{},"topic":"a b"}`,
			bad("/topic", contract.CodePattern, "WebhookTopic/pattern", `"a b"`)),
		recovered("no since", `{}`, bad("/since", contract.CodeRequired, recovery+"/required", "{")),
		recovered("a day", `{"since":"2026-05-15"}`,
			bad("/since", contract.CodeFormat, recovery+"/properties/since/format", `"2026`)),
		{
			name: "retry: bad id", operation: "retryWebhookDelivery", path: map[string]string{"deliveryId": "1"},
			want: []want{{in: contract.InPath, pointer: "/deliveryId", code: contract.CodeFormat, schema: schemas + "DeliveryID/format"}},
		},
		{
			name: "test: bad id", operation: "testWebhookConfig", path: map[string]string{"webhookConfigId": "0"},
			want: []want{{in: contract.InPath, pointer: "/webhookConfigId", code: contract.CodeMinimum, schema: schemas + "WebhookConfigID/minimum"}},
		},
	}
}
