package validate_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/hookline-go/hookline/internal/validate"
)

const coveredDocument = `openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: 'https://things.example.com/'}]
paths:
  /things/{kind}:
    parameters: [{$ref: '#/components/parameters/kind'}]
    post:
      operationId: addThing
      parameters:
        - {name: n, in: query, schema: {type: integer}}
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: sid, in: cookie, schema: {type: string}}
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses:
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        4XX: {description: no}
  /other: {get: {operationId: other, responses: {default: {description: ok}}}}
components:
  parameters: {kind: {name: kind, in: path, required: true, schema: {type: string, enum: [a, b]}}}
  schemas:
    Thing:
      type: object
      properties:
        id: {type: integer, readOnly: true}
        size: {type: integer, enum: [1, 2]}
        colour: {type: string, enum: [red, green]}
        parts: {type: array, items: {$ref: '#/components/schemas/Thing'}}
      additionalProperties: {type: object, properties: {x: {type: string}}}
`

// TestCoverage tells what no request exercises.
func TestCoverage(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "api.yaml", coveredDocument)
	writeFile(t, "used.json", `[
 {"method": "POST", "path": "https://things.example.com/things/a?n=1", "headers": {"x-trace": "t", "Content-Type": "application/json"},
  "body": {"size": 1, "other": {"x": "secret"}}, "response": {"status": 201, "body": {"id": 1, "parts": [{"colour": "red"}]}}},
 {"method": "POST", "path": "https://things.example.com/things/a", "body": {"size": 1, "colour": "red"}}
]`)
	result := run(t, validate.Options{Paths: []string{"used.json"}, Spec: "api.yaml", Coverage: true})
	var out bytes.Buffer
	require.NoError(t, result.Coverage.Write(&out, "-"))
	assert.Equal(t, `coverage of api.yaml by 2 requests
  operations    1 of    2   50 %
  parameters    3 of    4   75 %
  fields        5 of    9   55 %
  values        3 of   10   30 %
  statuses      1 of    3   33 %
other: no request
addThing: not exercised
  status 4XX
  parameter cookie sid
  value path kind = "b"
  value request body /colour = "green"
  field request body /parts
  value request body /size = 2
  field response 201 /*/x
  field response 201 /colour
  value response 201 /colour = "green"
  value response 201 /colour = "red"
  field response 201 /size
  value response 201 /size = 1
  value response 201 /size = 2
`, out.String())

	out.Reset()
	require.NoError(t, result.Coverage.Write(&out, "a.json"))
	var document struct {
		Requests int
		Totals   []struct {
			Kind         string
			Covered, All int
		}
		Operations []struct {
			ID    string
			Items []struct{ Count int }
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &document))
	assert.Equal(t, 2, document.Requests)
	assert.Len(t, document.Totals, 5)
	assert.Equal(t, "addThing", document.Operations[1].ID)

	out.Reset()
	require.NoError(t, result.Coverage.Write(&out, "a.html"))
	assert.NotContains(t, out.String(), "secret")
	_, err := html.Parse(strings.NewReader(out.String()))
	require.NoError(t, err)
	assert.Contains(t, out.String(), "<code>POST /things/{kind}</code> addThing: 2 requests")
	assert.NotContains(t, out.String(), "<script")
}
