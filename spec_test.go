package hookline_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/contract"
)

func load(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(hookline.OpenAPI())
	require.NoError(t, err)
	return document
}

// TestSpec sees to it that the document is valid OpenAPI 3.0.3, examples
// included.
func TestSpec(t *testing.T) {
	document := load(t)
	require.NoError(t, document.Validate(t.Context()))
	assert.Equal(t, "3.0.3", document.OpenAPI)
}

// TestSpecExamples sees to it that every body has examples, and that they keep
// to the contract as the engine reads it.
func TestSpecExamples(t *testing.T) {
	engine, err := contract.Default()
	require.NoError(t, err)
	for template, item := range load(t).Paths.Map() {
		for method, source := range item.Operations() {
			operation, ok := engine.Operation(source.OperationID)
			require.True(t, ok, "%s %s has no operationId", method, template)
			checkRequestExamples(t, operation, source)
			checkResponseExamples(t, operation, source)
		}
	}
}

func checkRequestExamples(t *testing.T, operation *contract.Operation, source *openapi3.Operation) {
	t.Helper()
	if source.RequestBody == nil {
		return
	}
	for mediaType, content := range source.RequestBody.Value.Content {
		require.NotEmpty(t, content.Examples, "%s: the request has no example", operation.ID)
		for name, example := range content.Examples {
			parameters := map[string]string{}
			for _, p := range []string{"webhookConfigId", "deliveryId"} {
				parameters[p] = "12"
			}
			violations := operation.ValidateRequest(&contract.Request{
				PathParams: parameters,
				Header:     http.Header{"Content-Type": {mediaType}},
				Body:       encode(t, example.Value.Value),
			})
			assert.Empty(t, violations, "%s: example %s", operation.ID, name)
		}
	}
}

func checkResponseExamples(t *testing.T, operation *contract.Operation, source *openapi3.Operation) {
	t.Helper()
	for status, response := range source.Responses.Map() {
		code, err := strconv.Atoi(status)
		require.NoError(t, err)
		assert.Contains(t, response.Value.Headers, "X-Request-Id", "%s: %s", operation.ID, status)
		for mediaType, content := range response.Value.Content {
			require.NotEmpty(t, content.Examples, "%s: %s has no example", operation.ID, status)
			for name, example := range content.Examples {
				violations := operation.ValidateResponse(&contract.Response{
					Status: code,
					Header: http.Header{"Content-Type": {mediaType}},
					Body:   encode(t, example.Value.Value),
				})
				assert.Empty(t, violations, "%s: %s: example %s", operation.ID, status, name)
			}
		}
	}
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	return data
}
