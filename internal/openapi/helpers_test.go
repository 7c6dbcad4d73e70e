package openapi_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/internal/openapi"
)

// seedBody is the request of the API's own documentation.
const seedBody = `{
  "webhook_type": "CONNECTION_CHANGED",
  "name": "Connection webhook",
  "url": "https://example.com/webhooks/rootfi",
  "state": "ENABLED"
}
`

const deliveryID = "0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11"

// hooklines is the project's own document.
var hooklines = sync.OnceValues(func() (*openapi.Document, error) {
	return openapi.Load(context.Background(), hookline.OpenAPI(), openapi.Options{})
})

func defaultContract(tb testing.TB) *openapi.Document {
	tb.Helper()
	c, err := hooklines()
	require.NoError(tb, err)
	return c
}

func operationOf(tb testing.TB, c *openapi.Document, id string) *openapi.Operation {
	tb.Helper()
	operation, ok := c.Operation(id)
	require.True(tb, ok, "the contract has no operation %s", id)
	return operation
}

func operation(tb testing.TB, id string) *openapi.Operation {
	tb.Helper()
	return operationOf(tb, defaultContract(tb), id)
}

// jsonRequest is a request that is right but for its body, whatever the
// operation.
func jsonRequest(body string) *openapi.Request {
	return &openapi.Request{
		PathParams: map[string]string{"webhookConfigId": "12", "deliveryId": deliveryID},
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       []byte(body),
	}
}

// createBody is a valid create with more fields.
func createBody(fields string) string {
	if fields != "" {
		fields = "," + fields
	}
	return `{"webhook_type":"CONNECTION_CHANGED","name":"n","url":"https://example.com/hook"` + fields + `}`
}

// load prepares a document that says what follows the info object.
func load(tb testing.TB, rest string) *openapi.Document {
	tb.Helper()
	c, err := openapi.Load(tb.Context(), []byte(document(rest)), openapi.Options{})
	require.NoError(tb, err)
	return c
}

func document(rest string) string {
	return "openapi: 3.0.3\ninfo: {title: Things, version: '1'}\n" + strings.ReplaceAll(rest, "\t", "  ")
}

// bodyOperation is an operation whose request and whose 200 have that schema,
// in flow style.
func bodyOperation(tb testing.TB, schema string, components ...string) *openapi.Operation {
	tb.Helper()
	return operationOf(tb, load(tb, bodyDocument(schema, components...)), "op")
}

func bodyDocument(schema string, components ...string) string {
	rest := `
paths:
	/things:
		post:
			operationId: op
			requestBody: {required: true, content: {application/json: {schema: ` + schema + `}}}
			responses:
				'200': {description: ok, content: {application/json: {schema: ` + schema + `}}}
components:
	schemas:
		Unused: {}
`
	return rest + "\t\t" + strings.Join(components, "\n\t\t") + "\n"
}

// places are the pointers and codes of violations, in their order.
func places(violations []openapi.Violation) []string {
	all := []string{}
	for _, v := range violations {
		all = append(all, strings.TrimSpace(v.Pointer+" "+string(v.Code)))
	}
	return all
}
