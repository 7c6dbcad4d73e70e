package main

import (
	"os"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestDerive(t *testing.T) {
	derived, err := derive([]byte(`
openapi: 3.0.3
components:
  links: {next: {operationId: list}}
  schemas:
    Key:
      type: string
      x-secret: true
      maxLength: &most 512
      not: &masked {type: string, pattern: '^\*+$'}
    State: {type: string, enum: [ON, OFF], x-enumNames: [StateOn, StateOff]}
    StateOrNull: {type: string, nullable: true, enum: [ON, OFF, null], x-go-type: State}
    Request:
      properties:
        key: {type: string, maxLength: *most, not: *masked}
        state: {default: ON, allOf: [{$ref: '#/components/schemas/State'}]}
        both: {allOf: [{$ref: '#/components/schemas/State'}, {type: string}]}
        before: {$ref: '#/components/schemas/StateOrNull'}
        X-Kept: {type: string}
`))
	require.NoError(t, err)
	var got, want any
	require.NoError(t, yaml.Unmarshal(derived, &got))
	require.NoError(t, yaml.Unmarshal([]byte(`
openapi: 3.0.3
components:
  schemas:
    Key: {type: string, maxLength: 512}
    State: {type: string, enum: [ON, OFF]}
    Request:
      properties:
        key: {type: string, maxLength: 512}
        state: {$ref: '#/components/schemas/State'}
        both: {allOf: [{$ref: '#/components/schemas/State'}, {type: string}]}
        before: {nullable: true, allOf: [{$ref: '#/components/schemas/State'}]}
        X-Kept: {type: string}
`), &want))
	assert.Equal(t, want, got)

	for _, bad := range []string{"", "a: [", "[]"} {
		_, err := derive([]byte(bad))
		assert.Error(t, err, bad)
	}
}

// TestDerived sees to it that openapi.client.yaml is up to date and valid, and
// describes the operations and schemas of the contract.
func TestDerived(t *testing.T) {
	contract, err := os.ReadFile("../../openapi.yaml")
	require.NoError(t, err)
	recorded, err := os.ReadFile("../../openapi.client.yaml")
	require.NoError(t, err)
	derived, err := derive(contract)
	require.NoError(t, err)
	assert.Equal(t, string(derived), string(recorded), "run make generate")

	whole, plain := document(t, contract), document(t, recorded)
	require.NoError(t, plain.Validate(t.Context()))
	require.Equal(t, whole.Paths.Len(), plain.Paths.Len())
	for path, item := range whole.Paths.Map() {
		for method, operation := range item.Operations() {
			assert.Equal(t, operation.OperationID, plain.Paths.Value(path).GetOperation(method).OperationID)
		}
	}
	require.NotEmpty(t, whole.Components.Schemas)
	for name, schema := range whole.Components.Schemas {
		if !slices.Contains(schema.Value.Enum, nil) {
			assert.Contains(t, plain.Components.Schemas, name)
		}
	}
}

func document(t *testing.T, data []byte) *openapi3.T {
	t.Helper()
	loaded, err := openapi3.NewLoader().LoadFromData(data)
	require.NoError(t, err)
	return loaded
}
