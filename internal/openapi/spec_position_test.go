package openapi_test

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/internal/openapi"
)

// TestPositionsAgreeWithKinOpenAPI holds the positions of keywords against
// those that kin-openapi's loader keeps.
func TestPositionsAgreeWithKinOpenAPI(t *testing.T) {
	index, err := openapi.IndexSpec(hookline.OpenAPI(), openapi.Options{})
	require.NoError(t, err)
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	document, err := loader.LoadFromData(hookline.OpenAPI())
	require.NoError(t, err)
	checked := 0
	for name, schema := range document.Components.Schemas {
		origin := schema.Value.Origin
		require.NotNil(t, origin, name)
		at := "#/components/schemas/" + name
		where, ok := index.Position(at)
		assert.True(t, ok)
		assert.Equal(t, []int{origin.Key.Line, origin.Key.Column}, []int{where.Line, where.Column}, at)
		for _, field := range origin.Fields {
			where, ok := index.Position(at + "/" + field.Name)
			assert.True(t, ok)
			assert.Equal(t, []int{field.Line, field.Column}, []int{where.Line, where.Column}, at+"/"+field.Name)
			checked++
		}
	}
	t.Log(checked, "keywords")
	assert.Greater(t, checked, 80)
}
