package openapi_test

import (
	"encoding/json"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/internal/openapi"
)

func BenchmarkValidateCreate(b *testing.B) {
	benchmark(b, "createWebhookConfig", jsonRequest(seedBody), 0)
}

func BenchmarkValidateUpdate(b *testing.B) {
	request := jsonRequest(`{"state": "DISABLED", "topics": ["invoice.create", "invoice.update"],
		"headers": [{"name": "Authorization", "value": "Bearer secret"}], "signing_key": null}`)
	request.PathParams = map[string]string{"webhookConfigId": "12"}
	benchmark(b, "updateWebhookConfig", request, 0)
}

func BenchmarkValidateList(b *testing.B) {
	request := &openapi.Request{RawQuery: "limit=20&state=FAILED&fromDate=2026-05-15T00:00:00Z&webhookId=12"}
	benchmark(b, "listWebhookLogs", request, 0)
}

func BenchmarkValidateInvalid(b *testing.B) {
	benchmark(b, "createWebhookConfig", jsonRequest(`{"webhook_type": "CONNECTION_CHANGE", "nme": "x", "url": "ftp://x"}`), 4)
}

func benchmark(b *testing.B, id string, request *openapi.Request, violations int) {
	b.Helper()
	benchmarkOperation(b, operationOf(b, defaultContract(b), id), request, violations)
}

func benchmarkOperation(b *testing.B, operation *openapi.Operation, request *openapi.Request, violations int) {
	b.Helper()
	require.Len(b, operation.ValidateRequest(request), violations)
	b.ReportAllocs()
	for b.Loop() {
		if len(operation.ValidateRequest(request)) != violations {
			b.Fatal("the benchmark does not measure what it says")
		}
	}
}

// BenchmarkKinOpenAPI is what BenchmarkValidateCreate's body costs with
// kin-openapi's own validation, which checks less: the decoding is not strict
// and the formats are not enforced.
func BenchmarkKinOpenAPI(b *testing.B) {
	document, err := openapi3.NewLoader().LoadFromData(hookline.OpenAPI())
	require.NoError(b, err)
	schema := document.Components.Schemas["CreateWebhookConfigRequest"].Value
	b.ReportAllocs()
	for b.Loop() {
		var value any
		if err := json.Unmarshal([]byte(seedBody), &value); err != nil {
			b.Fatal(err)
		}
		if err := schema.VisitJSON(value, openapi3.MultiErrors(), openapi3.VisitAsRequest()); err != nil {
			b.Fatal(err)
		}
	}
}
