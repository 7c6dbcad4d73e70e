package openapi_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/internal/openapi"
)

// zooSchemas are schemas of every keyword, on which kin-openapi and this
// package must agree.
var zooSchemas = []string{
	"{type: string, minLength: 2, maxLength: 4, pattern: '^[a-c]+$', nullable: true}",
	"{type: integer, format: int32, minimum: -3, maximum: 10, multipleOf: 2}",
	"{type: number, minimum: 0, exclusiveMinimum: true, maximum: 2.5, exclusiveMaximum: true}",
	"{type: boolean, enum: [true]}",
	"{type: array, minItems: 1, maxItems: 3, uniqueItems: true, items: {type: string, enum: [a, b, '']}}",
	"{type: array, items: {type: array, items: {type: integer, format: int64, nullable: true}}}",
	"{type: object, required: [a], minProperties: 1, maxProperties: 2, properties: {a: {type: string}, b: {type: integer, format: int64}}}",
	"{type: object, properties: {a: {type: string}}, additionalProperties: false}",
	"{type: object, properties: {a: {type: string}}, additionalProperties: {type: boolean}}",
	"{type: object, required: [id, key], properties: {id: {type: string, readOnly: true}, key: {type: string, writeOnly: true}}}",
	"{allOf: [{$ref: '#/components/schemas/Base'}, {type: object, required: [id, name], properties: {name: {type: string}}}]}",
	"{nullable: true, allOf: [{$ref: '#/components/schemas/Base'}]}",
	"{anyOf: [{type: string, maxLength: 2}, {type: object, required: [a]}, {type: array, items: {type: boolean}}]}",
	"{oneOf: [{type: object, required: [a]}, {type: object, required: [b]}, {type: string}]}",
	"{oneOf: [{type: string, nullable: true}, {type: boolean, nullable: true}]}",
	"{type: object, properties: {e: {type: string, enum: [x, y]}}, not: {required: [e, f]}}",
	"{type: string, not: {enum: [a, b]}}",
	"{$ref: '#/components/schemas/Tree'}",
	"{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], " +
		"discriminator: {propertyName: kind, mapping: {Cat: '#/components/schemas/Cat', Dog: '#/components/schemas/Dog', d: '#/components/schemas/Dog'}}}",
	"{type: object, properties: {list: {type: array, items: {enum: [1, 2.5, [1], {a: 1}]}}}}",
	"{type: object, additionalProperties: {type: object, additionalProperties: {type: string, minLength: 1}}}",
	"{type: string, enum: [a, null]}",
	"{type: string, enum: [a], nullable: true}",
}

const zooComponents = `
components:
	schemas:
		Base: {type: object, required: [id], properties: {id: {type: integer, format: int64, readOnly: true}}}
		Tree: {type: object, required: [v], properties: {v: {type: integer, format: int32}, kids: {type: array, items: {$ref: '#/components/schemas/Tree'}}}, additionalProperties: false}
		Cat: {type: object, required: [kind], properties: {kind: {type: string}, lives: {type: integer, format: int32}}}
		Dog: {type: object, required: [kind, bark], properties: {kind: {type: string}, bark: {type: string}}}
`

// newZoo returns the schemas as operations zoo0, zoo1, …, and as kin-openapi
// has them.
func newZoo(tb testing.TB) (*openapi.Document, []*openapi3.Schema) {
	tb.Helper()
	var listed strings.Builder
	for i, schema := range zooSchemas {
		fmt.Fprintf(&listed, "\t/zoo%d: {post: {operationId: zoo%d, requestBody: {required: true, content: {application/json: {schema: %s}}}, "+
			"responses: {'200': {description: ok}}}}\n", i, i, schema)
	}
	paths := "paths:\n" + listed.String()
	c := load(tb, paths+zooComponents)
	parsed, err := openapi3.NewLoader().LoadFromData([]byte(document(paths + zooComponents)))
	require.NoError(tb, err)
	schemas := []*openapi3.Schema{}
	for i := range zooSchemas {
		body := parsed.Paths.Value(fmt.Sprintf("/zoo%d", i)).Post.RequestBody.Value
		schemas = append(schemas, body.Content["application/json"].Schema.Value)
	}
	return c, schemas
}

// accepted asks kin-openapi. Formats are left out: which of them are enforced
// is a matter of choice.
func accepted(schema *openapi3.Schema, value any) error {
	anyText := openapi3.NewCallbackValidator(func(string) error { return nil })
	anyInteger := openapi3.NewCallbackValidator(func(int64) error { return nil })
	return schema.VisitJSON(value, openapi3.MultiErrors(), openapi3.VisitAsRequest(),
		openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{"date": anyText, "date-time": anyText, "byte": anyText}),
		openapi3.WithIntegerFormatValidators(map[string]openapi3.IntegerFormatValidator{"int32": anyInteger, "int64": anyInteger}))
}

// compare sees to it that both take the body, or both refuse it. It leaves out
// the texts that are refused before any schema is looked at, and those that
// break nothing but formats.
func compare(tb testing.TB, o *openapi.Operation, schema *openapi3.Schema, body []byte) {
	tb.Helper()
	var value any
	if _, _, ok := openapi.Decode(body); !ok || json.Unmarshal(body, &value) != nil || hasLargeNumber(body) {
		return
	}
	violations := o.ValidateRequest(jsonRequest(string(body)))
	others := 0
	for _, v := range violations {
		if v.Code != openapi.CodeFormat {
			others++
		}
	}
	switch err := accepted(schema, value); {
	case len(violations) == 0:
		require.NoError(tb, err, "%s: kin-openapi refuses %q", o.ID, body)
	case others > 0:
		require.Error(tb, err, "%s: kin-openapi takes %q: %+v", o.ID, body, violations)
	}
}

var largeNumber = regexp.MustCompile(`[0-9]{16}|[0-9.][eE]`)

// hasLargeNumber tells whether floats may be too coarse for the text:
// kin-openapi sees only them.
func hasLargeNumber(body []byte) bool { return largeNumber.Match(body) }

func seeds() []string {
	all := []string{
		"null", "true", "false", "0", "2", "-4", "7", "12", "1.5", "2.5", `""`, `"a"`, `"ab"`, `"abc"`, `"abcab"`, `"d"`, "[]", "[true]", `["a"]`,
		`["a","a"]`, `["a","b",""]`, `["c"]`, "[[1,null],[]]", "[[1.5]]", "{}", `{"a":"x"}`, `{"a":1}`, `{"a":"x","b":1}`, `{"a":"x","b":1,"c":2}`,
		`{"b":1}`, `{"a":"x","c":true}`, `{"id":"1","key":"k"}`, `{"key":"k"}`, `{"name":"n"}`, `{"name":1,"id":7}`, `{"id":null,"name":"n"}`,
		`{"e":"x"}`, `{"e":"x","f":1}`, `{"e":"z"}`, `{"v":1,"kids":[{"v":2,"kids":[]},{}]}`, `{"v":1,"kids":[{"v":2}]}`, `{"v":1,"x":1}`,
		`{"kind":"Cat"}`, `{"kind":"Cat","lives":"9"}`, `{"kind":"d","bark":"w"}`, `{"kind":"Dog"}`, `{"kind":"Cow"}`, `{"kind":1}`,
		`{"list":[1,2.5,[1],{"a":1}]}`, `{"list":[2]}`, `{"list":[null]}`, `{"x":{"y":"z"}}`, `{"x":{"y":""}}`,
	}
	for _, c := range badRequests() {
		if strings.HasSuffix(c.operation, "eWebhookConfig") && c.body != "" {
			all = append(all, c.body)
		}
	}
	for _, c := range schemaCases {
		all = append(all, c.valid...)
		for body := range c.invalid {
			all = append(all, body)
		}
	}
	return all
}

// oracle is an operation with the schema that kin-openapi applies.
type oracle struct {
	operation *openapi.Operation
	schema    *openapi3.Schema
}

func oracles(tb testing.TB) []oracle {
	tb.Helper()
	engine := defaultContract(tb)
	parsed, err := openapi3.NewLoader().LoadFromData(hookline.OpenAPI())
	require.NoError(tb, err)
	require.NoError(tb, parsed.Validate(tb.Context(), openapi3.SetRegexCompiler(openapi.Matcher)))
	all := []oracle{
		{operationOf(tb, engine, "createWebhookConfig"), parsed.Components.Schemas["CreateWebhookConfigRequest"].Value},
		{operationOf(tb, engine, "updateWebhookConfig"), parsed.Components.Schemas["UpdateWebhookConfigRequest"].Value},
	}
	zoo, schemas := newZoo(tb)
	for i, schema := range schemas {
		all = append(all, oracle{operationOf(tb, zoo, fmt.Sprintf("zoo%d", i)), schema})
	}
	return all
}

func TestAgreesWithKinOpenAPI(t *testing.T) {
	for _, o := range oracles(t) {
		for _, body := range seeds() {
			compare(t, o.operation, o.schema, []byte(body))
		}
	}
}

// TestAgreesOnRandomBodies makes bodies of the words that the schemas know.
func TestAgreesOnRandomBodies(t *testing.T) {
	all := oracles(t)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same bodies each time
	taken := make([]int, len(all))
	for range 3000 {
		body, err := json.Marshal(randomValue(random, 0))
		require.NoError(t, err)
		for i, o := range all {
			compare(t, o.operation, o.schema, body)
			if len(o.operation.ValidateRequest(jsonRequest(string(body)))) == 0 {
				taken[i]++
			}
		}
	}
	for i, n := range taken {
		assert.Positive(t, n, "no body keeps to the schema of %s", all[i].operation.ID)
	}
}

var words = []string{
	"a", "b", "c", "e", "f", "id", "key", "name", "kind", "bark", "lives", "v", "kids", "list", "Cat", "Dog", "d", "x", "y", "", "ab",
	"webhook_type", "integration_type", "url", "state", "topics", "signing_key", "headers", "value", "INTEGRATION", "XERO",
	"SYNC_STARTED", "https://example.com", "ENABLED", "Host", "a b",
}

// beginnings are objects that random ones grow from, so that some keep to the
// schemas that ask for much.
var beginnings = []string{
	"{}", `{"a":"x"}`, `{"webhook_type":"SYNC_STARTED","name":"a","url":"https://example.com"}`, `{"v":1}`, `{"v":1,"kids":[{"v":2,"kids":[]}]}`,
	`{"kind":"Cat","lives":7}`, `{"kind":"d","bark":"a"}`, `{"id":"a","key":"b"}`, `{"webhook_type":"INTEGRATION","integration_type":null}`,
}

func randomValue(random *rand.Rand, depth int) any {
	kinds := 8
	if depth > 3 {
		kinds = 6
	}
	switch random.IntN(kinds) {
	case 0:
		return nil
	case 1:
		return random.IntN(2) == 0
	case 2:
		return random.IntN(16) - 4
	case 3:
		return float64(random.IntN(12)) / 4
	case 4, 5:
		return words[random.IntN(len(words))]
	case 6:
		items := []any{}
		for range random.IntN(4) {
			items = append(items, randomValue(random, depth+1))
		}
		return items
	default:
		return randomObject(random, depth)
	}
}

func randomObject(random *rand.Rand, depth int) any {
	members := map[string]any{}
	if json.Unmarshal([]byte(beginnings[random.IntN(len(beginnings))]), &members) != nil {
		return nil
	}
	for range random.IntN(4) {
		members[words[random.IntN(len(words))]] = randomValue(random, depth+1)
	}
	return members
}

func FuzzAgreesWithKinOpenAPI(f *testing.F) {
	all := oracles(f)
	for i, body := range seeds() {
		f.Add([]byte(body), uint8(i&0xff))
	}
	f.Add([]byte(seedBody), uint8(0))
	f.Fuzz(func(t *testing.T, body []byte, which uint8) {
		o := all[int(which)%len(all)]
		compare(t, o.operation, o.schema, body)
	})
}

// TestDiffersFromKinOpenAPI lists where this package does not do as kin-openapi
// does, and why.
func TestDiffersFromKinOpenAPI(t *testing.T) {
	for _, c := range []struct {
		why, schema, body string
		ours              []string
	}{
		{"a schema without a type allows null (OpenAPI 3.0.3, nullable)", "{}", "null", nil},
		{"the same, in an enum", "{enum: [1, null]}", "null", nil},
		{"the same, in an array", "{type: array, items: {}}", "[null]", nil},
		{"RFC 8259 leaves open what two members of a name mean", "{}", `{"a":1,"a":2}`, []string{"/a duplicate_key"}},
		{"uri is enforced", "{type: string, format: uri}", `"/a"`, []string{"format"}},
		{"uuid is enforced", "{type: string, format: uuid}", `"1"`, []string{"format"}},
		{"email is enforced", "{type: string, format: email}", `"a"`, []string{"format"}},
		{"a date must exist", "{type: string, format: date}", `"2023-02-29"`, []string{"format"}},
		{"a time must be one that time.Time holds", "{type: string, format: date-time}", `"2026-06-30T23:59:60Z"`, []string{"format"}},
		{"an integer must fit where it is decoded", "{type: integer}", "1e30", []string{"format"}},
		{"digits beyond a float64 count", "{type: number, multipleOf: 0.1}", "0.30000000000000001", []string{"multiple_of"}},
		{"integers beyond 2^53 differ", "{type: array, uniqueItems: true, items: {}}", "[9007199254740992,9007199254740993]", nil},
		{"nesting is bounded", "{}", nested(65), []string{strings.Repeat("/0", 64) + " too_deep"}},
		{
			"a discriminator knows an alternative by its name, too",
			"{oneOf: [{$ref: '#/components/schemas/A'}], discriminator: {propertyName: k, mapping: {a: '#/components/schemas/A'}}}", `{"k":"A"}`, nil,
		},
	} {
		rest := bodyDocument(c.schema, "A: {type: object}")
		ours := operationOf(t, load(t, rest), "op").ValidateRequest(jsonRequest(c.body))
		assert.Equal(t, append([]string{}, c.ours...), places(ours), "%s", c.why)

		parsed, err := openapi3.NewLoader().LoadFromData([]byte(document(rest)))
		require.NoError(t, err)
		var value any
		require.NoError(t, json.Unmarshal([]byte(c.body), &value))
		schema := parsed.Paths.Value("/things").Post.RequestBody.Value.Content["application/json"].Schema.Value
		assert.Equal(t, len(c.ours) == 0, schema.VisitJSON(value, openapi3.VisitAsRequest()) != nil, "%s: no difference any more", c.why)
	}
}
