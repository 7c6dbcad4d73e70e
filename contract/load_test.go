package contract_test

import (
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/contract"
)

const oddDocument = `openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    post:
      operationId: a
      requestBody: {content: {application/json: {schema: {$ref: 'b.yaml#/B'}}}}
      responses: {'200': {description: ok}}
`

func TestLoadOptions(t *testing.T) {
	_, err := contract.Load(t.Context(), []byte(oddDocument))
	require.ErrorContains(t, err, `line 7, column 58: the reference "b.yaml#/B" is not resolved`)

	c, err := contract.Load(t.Context(), []byte(oddDocument), contract.Tolerant())
	require.NoError(t, err)
	require.Len(t, c.Problems(), 1)
	assert.Equal(t, 7, c.Problems()[0].Line)

	files := fstest.MapFS{"api/b.yaml": {Data: []byte("B: {type: string, maxLength: 3}")}}
	c, err = contract.Load(t.Context(), []byte(oddDocument), contract.WithFiles(files, "api/a.yaml"), contract.WithLimits(6, 1))
	require.NoError(t, err)
	assert.Empty(t, c.Problems())
	operation, ok := c.Operation("a")
	require.True(t, ok)
	for body, want := range map[string]contract.Code{
		`"abcd"`: contract.CodeMaxLength, `"abcde"`: contract.CodeBodyTooLarge, `[[1]]`: contract.CodeTooDeep,
	} {
		violations := operation.ValidateRequest(&contract.Request{
			Header: map[string][]string{"Content-Type": {"application/json"}}, Body: []byte(body),
		})
		require.Len(t, violations, 1, "%s", body)
		assert.Equal(t, want, violations[0].Code)
	}
}

// TestFromDocument loads what oapi-codegen embeds.
func TestFromDocument(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromData(hookline.OpenAPI())
	require.NoError(t, err)
	c, err := contract.FromDocument(t.Context(), document)
	require.NoError(t, err)
	assert.Len(t, c.Operations(), len(defaultContract(t).Operations()))
}
