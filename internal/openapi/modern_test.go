package openapi_test

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

// modernCases are schemas of JSON Schema 2020-12, with bodies and what is wrong
// with them.
var modernCases = []struct {
	name, schema string
	bodies       map[string]string
}{
	{"types with null", `{"type": ["string", "null"]}`, map[string]string{`"a"`: "", `null`: "", `1`: " type"}},
	{"const", `{"const": {"a": [1]}}`, map[string]string{`{"a": [1.0]}`: "", `{"a": [2]}`: " enum"}},
	{"exclusive bounds", `{"exclusiveMinimum": 1, "maximum": 5, "exclusiveMaximum": 4}`, map[string]string{
		`2`: "", `1`: " minimum", `4`: " maximum", `6`: " maximum, maximum",
	}},
	{"condition", `{"if": {"properties": {"k": {"const": "a"}}, "required": ["k"]}, "then": {"required": ["x"]}, "else": {"required": ["y"]}}`, map[string]string{
		`{"k": "a", "x": 1}`: "", `{"y": 1}`: "", `{"k": "a"}`: "/x required", `{"k": "b"}`: "/y required", `1`: "",
	}},
	{"dependencies", `{"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"minProperties": 3}}}`, map[string]string{
		`{}`: "", `{"a": 1, "b": 1}`: "", `{"a": 1}`: "/b required", `{"c": 1}`: " min_properties",
	}},
	{"tuple", `{"prefixItems": [{"type": "integer"}, {"type": "string"}], "items": {"type": "boolean"}}`, map[string]string{
		`[1, "a", true]`: "", `[1]`: "", `["a", 1, 2]`: "/0 type,/1 type,/2 type",
	}},
	{"closed tuple", `{"prefixItems": [{}], "items": false}`, map[string]string{`[1]`: "", `[1, 2]`: "/1 not_allowed"}},
	{"contains", `{"contains": {"type": "integer"}, "minContains": 2, "maxContains": 3}`, map[string]string{
		`[1, 2, "a"]`: "", `[1]`: " contains", `[1, 2, 3, 4]`: " contains", `[]`: " contains",
	}},
	{"names", `{"propertyNames": {"pattern": "^[a-z]+$"}, "patternProperties": {"^n": {"type": "integer"}}, "additionalProperties": {"type": "string"}}`, map[string]string{
		`{"n": 1, "m": "x"}`: "", `{"n": "x"}`: "/n type", `{"m": 1}`: "/m type", `{"A": "x"}`: "/A property_name",
	}},
	{"false", `{"properties": {"old": false}}`, map[string]string{`{}`: "", `{"old": 1}`: "/old not_allowed"}},
	{"unevaluated fields", `{"allOf": [{"properties": {"a": {}}}], "anyOf": [{"required": ["b"], "properties": {"b": {}}}, {"required": ["c"], "properties": {"c": {}}}], "unevaluatedProperties": false}`, map[string]string{
		`{"a": 1, "b": 1}`: "", `{"c": 1}`: "", `{"b": 1, "c": 1}`: "", `{"b": 1, "d": 1}`: "/d unknown_field",
	}},
	{"unevaluated items", `{"prefixItems": [{}], "contains": {"type": "string"}, "unevaluatedItems": {"type": "boolean"}}`, map[string]string{
		`[1, "a", true]`: "", `["a", 2]`: "/1 type", `["a", "b", true]`: "",
	}},
	{"reference with siblings", `{"$defs": {"n": {"type": "integer"}}, "$id": "https://example.com/s", "$ref": "#/$defs/n", "minimum": 3}`, map[string]string{
		`3`: "", `2`: " minimum", `"a"`: " type",
	}},
	{"anchors", `{"$id": "https://example.com/s", "properties": {"t": {"$ref": "#tree"}}, "$defs": {"t": {"$anchor": "tree", "items": {"$ref": "#tree"}, "type": "array"}}}`, map[string]string{
		`{"t": [[], [[]]]}`: "", `{"t": [[1]]}`: "/t/0/0 type",
	}},
}

func modernOperation(tb testing.TB, schema string) *openapi.Operation {
	tb.Helper()
	document := `{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"post": {"operationId": "op", ` +
		`"requestBody": {"required": true, "content": {"application/json": {"schema": ` + schema + `}}}}}}}`
	d, err := openapi.Load(tb.Context(), []byte(document), openapi.Options{})
	require.NoError(tb, err)
	return operationOf(tb, d, "op")
}

// TestModern compares places and codes with those that are expected, and
// verdicts with those of another implementation, on the bodies of all cases.
func TestModern(t *testing.T) {
	all := map[string]bool{}
	for _, c := range modernCases {
		for body := range c.bodies {
			all[body] = true
		}
	}
	for _, c := range modernCases {
		t.Run(c.name, func(t *testing.T) {
			op := modernOperation(t, c.schema)
			for body, want := range c.bodies {
				got := []string{}
				for _, v := range op.ValidateRequest(jsonRequest(body)) {
					got = append(got, v.Pointer+" "+string(v.Code))
				}
				slices.Sort(got)
				wanted := []string{}
				if want != "" {
					wanted = strings.Split(want, ",")
				}
				slices.Sort(wanted)
				assert.Equal(t, wanted, got, "%s", body)
			}
			oracle := compileOracle(t, c.schema)
			for _, body := range slices.Sorted(maps.Keys(all)) {
				value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
				require.NoError(t, err)
				assert.Equal(t, oracle.Validate(value) == nil, len(op.ValidateRequest(jsonRequest(body))) == 0, "%s", body)
			}
		})
	}
}

func compileOracle(tb testing.TB, schema string) *jsonschema.Schema {
	tb.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(schema)))
	require.NoError(tb, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(tb, compiler.AddResource("https://example.com/case.json", value))
	compiled, err := compiler.Compile("https://example.com/case.json")
	require.NoError(tb, err)
	return compiled
}

// FuzzModern holds the verdicts on any body against those of another
// implementation.
func FuzzModern(f *testing.F) {
	operations, compiled := make([]*openapi.Operation, len(modernCases)), make([]*jsonschema.Schema, len(modernCases))
	for i, c := range modernCases {
		operations[i], compiled[i] = modernOperation(f, c.schema), compileOracle(f, c.schema)
		for body := range c.bodies {
			f.Add([]byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, violations, ok := openapi.Decode(body)
		if !ok || len(violations) > 0 || hasLargeNumber(body) {
			return
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		require.NoError(t, err)
		for i := range operations {
			found := operations[i].ValidateRequest(jsonRequest(string(body)))
			require.Equal(t, compiled[i].Validate(value) == nil, len(found) == 0, "%s: %s: %v", modernCases[i].name, body, found)
		}
	})
}

// TestNewest reads what OpenAPI 3.2 adds.
func TestNewest(t *testing.T) {
	d, err := openapi.Load(t.Context(), []byte(`
openapi: 3.2.0
info: {title: t, version: '1'}
paths:
  /x:
    query:
      operationId: find
      requestBody: {content: {application/json: {schema: {type: [object, 'null']}}}}
      responses: {'200': {description: ok}}
    additionalOperations:
      COPY: {operationId: copy, responses: {'200': {description: ok}}}
`), openapi.Options{})
	require.NoError(t, err)
	router, err := openapi.NewRouter(d)
	require.NoError(t, err)
	for method, want := range map[string]string{"QUERY": "find", "COPY": "copy"} {
		match, err := router.Match(method, "/x")
		require.NoError(t, err)
		assert.Equal(t, want, match.Operation.ID)
	}
	_, err = router.Match(http.MethodGet, "/x")
	var failure *openapi.MatchError
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, []string{"COPY", "QUERY"}, failure.Methods)
}

// BenchmarkModern is BenchmarkValidateCreate's body with the same rules as 3.1
// writes them.
func BenchmarkModern(b *testing.B) {
	const properties = `{"webhook_type": {"enum": ["INTEGRATION", "CONNECTION_CHANGED"]}, "name": {"type": "string", "minLength": 1, "maxLength": 255},
		"url": {"type": "string", "format": "uri", "maxLength": 2048}, "state": {"enum": ["ENABLED", "DISABLED"]}}`
	for name, version := range map[string]string{"3.0": "3.0.3", "3.1": "3.1.0"} {
		b.Run(name, func(b *testing.B) {
			schema := `{"type": "object", "additionalProperties": false, "required": ["webhook_type", "name", "url"], "properties": ` + properties + `}`
			document := `{"openapi": "` + version + `", "info": {"title": "t", "version": "1"}, "paths": {"/x": {"post": {"operationId": "op", ` +
				`"responses": {"200": {"description": "ok"}}, "requestBody": {"content": {"application/json": {"schema": ` + schema + `}}}}}}}`
			d, err := openapi.Load(b.Context(), []byte(document), openapi.Options{})
			require.NoError(b, err)
			benchmarkOperation(b, operationOf(b, d, "op"), jsonRequest(seedBody), 0)
		})
	}
}
