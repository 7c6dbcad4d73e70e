package validate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/internal/validate/report"
)

// oddDocument has a wrong example, a type that there is none of, and a reference
// to a file; the rest of it counts.
const oddDocument = `openapi: 3.1.0
info: {title: t, version: '1'}
servers: [{url: 'https://api.example.com'}]
paths:
  /x:
    post:
      operationId: x
      parameters:
        - {name: a, in: query, schema: {type: integer, default: five}}
        - {name: b, in: query, schema: {type: text}}
      requestBody:
        content:
          application/json: {schema: {$ref: 'parts/body.yaml#/Body'}}
          image/png: {schema: {type: string}}
      responses: {'200': {description: ok}}
    get: {$ref: 'none.yaml', responses: {'200': {description: ok}}}
`

func TestOddDocument(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "api.yaml", oddDocument)
	writeFile(t, "parts/body.yaml", "Body:\n  type: object\n  required: [n]\n  properties:\n    n: {const: 3}\n")
	writeFile(t, "a.sh", `curl "https://api.example.com/x?a=y&b=y" --json '{"n": 4}'
curl https://api.example.com/x -H 'Content-Type: image/png' --data x
`)
	result, err := validate.Run(t.Context(), validate.Options{Paths: []string{"a.sh"}, Spec: "api.yaml"})
	require.NoError(t, err)
	type finding struct {
		code, file string
		line       int
	}
	got := []finding{}
	for _, f := range result.Findings {
		got = append(got, finding{f.Code, f.Place.File, f.Place.Line})
	}
	assert.Equal(t, []finding{
		{"document", "api.yaml", 9}, {"document", "api.yaml", 10}, {"type", "a.sh", 1}, {"enum", "a.sh", 1},
	}, got)
	assert.Equal(t, "parts/body.yaml", result.Findings[3].Spec.File)
	assert.Equal(t, 5, result.Findings[3].Spec.Line)
	assert.Equal(t, 2, result.Summary.Warnings)
	assert.Equal(t, map[string]int{"image/png": 1}, result.Summary.NotLookedAt)
	assert.Contains(t, result.Summary.Line(), "not looked at: 1 body (image/png)")

	for severity, want := range map[report.Severity]int{"off": 0, "error": 2} {
		result, err = validate.Run(t.Context(), validate.Options{
			Paths: []string{"a.sh"}, Spec: "api.yaml", Severities: map[string]report.Severity{"document": severity},
		})
		require.NoError(t, err)
		assert.Equal(t, 2+want, result.Summary.Errors)
		assert.Zero(t, result.Summary.Warnings)
	}
}
