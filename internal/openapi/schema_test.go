package openapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

// schemaCase is a schema, in flow style, with what keeps to it and what does
// not: a body and the places of what it breaks.
type schemaCase struct {
	name       string
	schema     string
	components []string
	valid      []string
	invalid    map[string]string
}

var schemaCases = []schemaCase{
	{
		name: "any", schema: "{}", valid: []string{"null", "1", `""`, "[null]", `{"a":null}`},
	}, {
		name: "boolean", schema: "{type: boolean}", valid: []string{"true", "false"},
		invalid: map[string]string{"null": "type", `"true"`: "type", "0": "type"},
	}, {
		name: "integer", schema: "{type: integer}",
		valid: []string{"0", "-0", "1.0", "1e2", "100E-2", "9223372036854775807", "-9223372036854775808", "9007199254740993"},
		invalid: map[string]string{
			"1.5": "type", "1e-1": "type", "9223372036854775808": "format", "-9223372036854775809": "format", "1e19": "format",
			"1e400": "number_range,format", `"1"`: "type", "null": "type",
		},
	}, {
		name: "int32", schema: "{type: integer, format: int32}", valid: []string{"2147483647", "-2147483648", "2.147483647e9"},
		invalid: map[string]string{"2147483648": "format", "-2147483649": "format"},
	}, {
		name: "an integer of another format", schema: "{type: integer, format: uint64}",
		valid: []string{"18446744073709551615", "-1", "1e30"}, invalid: map[string]string{"0.5": "type"},
	}, {
		name: "number", schema: "{type: number, format: int32}", valid: []string{"0.5", "1e300", "-7", "3000000000"},
		invalid: map[string]string{"1e400": "number_range", `"1"`: "type"},
	}, {
		name: "bounds", schema: "{type: number, minimum: -0.5, maximum: 1e3}", valid: []string{"-0.5", "1000", "1e3", "0"},
		invalid: map[string]string{"-0.51": "minimum", "1000.001": "maximum", "1e300": "maximum", "1e400": "number_range"},
	}, {
		name: "exclusive bounds", schema: "{type: number, minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true}",
		valid: []string{"0.001", "0.999"}, invalid: map[string]string{"0": "minimum", "-0": "minimum", "1": "maximum", "1.0": "maximum"},
	}, {
		name: "exclusive means nothing without a bound", schema: "{type: number, exclusiveMinimum: true}", valid: []string{"-1e9"},
	}, {
		name: "large bounds", schema: "{type: integer, maximum: 9223372036854775807, minimum: -9223372036854775808}",
		valid: []string{"9223372036854775807", "-9223372036854775808"},
	}, {
		name: "bound beyond 2^53", schema: "{type: integer, maximum: 9007199254740993}",
		valid: []string{"9007199254740992", "9007199254740993"}, invalid: map[string]string{"9007199254740996": "maximum"},
	}, {
		name: "multiple of 0.1", schema: "{type: number, multipleOf: 0.1}",
		valid:   []string{"0.3", "0.1", "0", "-0.7", "1e2", "1.10", "123456789.1", "0.30000000000000000000"},
		invalid: map[string]string{"0.35": "multiple_of", "1e-2": "multiple_of", "0.30000000000000001": "multiple_of"},
	}, {
		name: "multiple of an integer", schema: "{type: integer, multipleOf: 3}", valid: []string{"9", "-3", "0", "3.0", "3e1"},
		invalid: map[string]string{"10": "multiple_of", "-1": "multiple_of"},
	}, {
		name: "multiple of, with literals that are expensive", schema: "{type: number, multipleOf: 0.5}",
		valid:   []string{"1e300", "-1e100", "0e999999999", "1e-999999999", "1." + strings.Repeat("0", 1000)},
		invalid: map[string]string{"1e-300": "multiple_of", "0." + strings.Repeat("3", 100_000): "multiple_of"},
	}, {
		name: "string lengths count characters", schema: "{type: string, minLength: 2, maxLength: 3}",
		valid:   []string{`"ab"`, `"äöü"`, `"😀😀😀"`, `"\ud83d\ude00\ud83d\ude00\ud83d\ude00"`},
		invalid: map[string]string{`"a"`: "min_length", `"😀"`: "min_length", `"abcd"`: "max_length", `""`: "min_length"},
	}, {
		name: "enum of all kinds", schema: `{enum: [a, 1, 2.5, true, null, [1, {b: 2}], {c: [null]}]}`,
		valid: []string{`"a"`, "1", "1.0", "2.5", "25e-1", "true", "null", `[1,{"b":2}]`, `[1.0,{"b":2e0}]`, `{"c":[null]}`},
		invalid: map[string]string{
			`"1"`: "enum", "2": "enum", "false": "enum", `"true"`: "enum", "[1]": "enum", `[1,{"b":2},3]`: "enum", `{"c":[0]}`: "enum",
			`{"c":[null],"d":1}`: "enum", "{}": "enum", `[1,{"c":2}]`: "enum",
		},
	}, {
		name: "enum without null", schema: "{enum: [a]}", invalid: map[string]string{"null": "enum"},
	}, {
		name: "a type keeps null out of an enum that has it", schema: "{type: string, enum: [a, null]}", valid: []string{`"a"`},
		invalid: map[string]string{"null": "type"},
	}, {
		name: "nullable lifts type and enum", schema: "{type: string, enum: [a], nullable: true, minLength: 1}",
		valid: []string{"null", `"a"`}, invalid: map[string]string{`"b"`: "enum"},
	}, {
		name: "nullable lifts allOf", schema: `{nullable: true, allOf: [{$ref: '#/components/schemas/Name'}]}`,
		components: []string{"Name: {type: string}"}, valid: []string{"null", `"a"`}, invalid: map[string]string{"1": "type"},
	}, {
		name: "null meets a typed part", schema: `{allOf: [{type: string}]}`, invalid: map[string]string{"null": "type"},
	}, {
		name: "null meets a nullable part", schema: `{allOf: [{type: string, nullable: true}]}`, valid: []string{"null"},
	}, {
		name: "array", schema: "{type: array, minItems: 1, maxItems: 2, items: {type: string}}", valid: []string{`["a"]`, `["a","a"]`},
		invalid: map[string]string{"[]": "min_items", `["","",""]`: "max_items", "[1]": "/0 type", `{"0":"a"}`: "type"},
	}, {
		name: "unique items", schema: "{type: array, items: {}, uniqueItems: true}",
		valid: []string{
			`[]`, `[1,"1",true,"true",null,"null"]`, `[{"a":1},{"a":2}]`, "[[],[[]],{}]", "[9007199254740992,9007199254740993]",
			`["a,b","a"]`, `[["a","b"],["a,b"]]`, `[{"a":1},{"a":"1"}]`,
		},
		invalid: map[string]string{
			"[1,1.0]": "/1 unique_items", "[0,-0.0]": "/1 unique_items", `[{"a":1,"b":2},{"b":2,"a":1}]`: "/1 unique_items",
			"[100,1e2]": "/1 unique_items", "[null,null,null]": "/1 unique_items,/2 unique_items", `["A","\u0041"]`: "/1 unique_items",
			"[100000000000000000000,1e20]": "/1 unique_items",
		},
	}, {
		name: "object", schema: "{type: object, minProperties: 1, maxProperties: 2, properties: {a: {type: integer}}}",
		valid: []string{`{"a":1}`, `{"b":"x"}`}, invalid: map[string]string{
			"{}": "min_properties", `{"a":1,"b":2,"c":3}`: "max_properties", `{"a":"x"}`: "/a type", "[]": "type",
		},
	}, {
		name: "additional properties with a schema", schema: "{type: object, properties: {a: {}}, additionalProperties: {type: integer}}",
		valid: []string{`{"a":"x","b":1}`}, invalid: map[string]string{`{"b":"x"}`: "/b type", `{"b":null}`: "/b type"},
	}, {
		name: "additional properties said to be free", schema: "{type: object, additionalProperties: true}", valid: []string{`{"b":null}`},
	}, {
		name: "additional properties refused", schema: "{type: object, properties: {ab: {}}, additionalProperties: false}",
		valid: []string{"{}", `{"ab":null}`}, invalid: map[string]string{`{"ac":1}`: "/ac unknown_field"},
	}, {
		name: "allOf", schema: "{allOf: [{type: object, required: [a]}, {type: object, required: [b], properties: {b: {type: string}}}]}",
		valid: []string{`{"a":1,"b":"x"}`}, invalid: map[string]string{"{}": "/a required,/b required", `{"a":1,"b":1}`: "/b type"},
	}, {
		name: "anyOf", schema: "{anyOf: [{type: string, maxLength: 1}, {type: integer, maximum: 5}, {type: string, minLength: 3}]}",
		valid: []string{`"a"`, "5", `"abc"`}, invalid: map[string]string{`"ab"`: "any_of", "6": "any_of", "null": "any_of"},
	}, {
		name: "oneOf", schema: "{oneOf: [{type: integer, multipleOf: 2}, {type: integer, multipleOf: 3}, {type: object, required: [a]}]}",
		valid: []string{"2", "9", `{"a":1}`}, invalid: map[string]string{"6": "one_of", "7": "one_of", "{}": "one_of"},
	}, {
		name: "not", schema: "{type: string, not: {enum: [root, admin]}}", valid: []string{`"a"`},
		invalid: map[string]string{`"root"`: "not", "1": "type"},
	}, {
		name: "not, with a place and a code of its own",
		schema: `{type: object, not: {x-code: no_both, x-pointer: /a~1b/c, description: cannot be there with d, required: [d, a/b],
			properties: {a/b: {required: [c]}}}}`,
		valid:   []string{`{"d":1}`, `{"a/b":{"c":1}}`, `{"d":1,"a/b":{}}`},
		invalid: map[string]string{`{"d":1,"a/b":{"c":1}}`: "/a~1b/c no_both"},
	}, {
		name: "not, twice", schema: "{not: {not: {type: string}}}", valid: []string{`"a"`}, invalid: map[string]string{"1": "not"},
	}, {
		name: "a tree", schema: "{$ref: '#/components/schemas/Tree'}",
		components: []string{"Tree: {type: object, required: [v], properties: {v: {type: integer}, " +
			"kids: {type: array, items: {$ref: '#/components/schemas/Tree'}}}, additionalProperties: false}"},
		valid: []string{`{"v":1,"kids":[{"v":2,"kids":[]},{"v":3}]}`},
		invalid: map[string]string{
			`{"v":1,"kids":[{"v":2,"kids":[{"v":"x"}]},{}]}`: "/kids/0/kids/0/v type,/kids/1/v required",
			`{"v":1,"kid":[]}`: "/kid unknown_field",
		},
	}, {
		name: "a schema that is any of itself", schema: "{$ref: '#/components/schemas/A'}",
		components: []string{
			"A: {anyOf: [{type: string}, {$ref: '#/components/schemas/B'}]}",
			"B: {type: array, items: {$ref: '#/components/schemas/A'}}",
		},
		valid: []string{`"a"`, `[[["a"],"b"],[]]`}, invalid: map[string]string{"[[[1]]]": "any_of"},
	}, {
		name: "discriminator", schema: `{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}],
			discriminator: {propertyName: kind, mapping: {dog: '#/components/schemas/Dog', hound: Dog, cat: Cat}}}`,
		components: []string{
			"Cat: {type: object, required: [kind], properties: {kind: {type: string}, lives: {type: integer}}}",
			"Dog: {type: object, required: [kind, bark], properties: {kind: {type: string}, bark: {type: string}}}",
		},
		valid: []string{`{"kind":"cat"}`, `{"kind":"dog","bark":"wuff"}`, `{"kind":"hound","bark":""}`, `{"kind":"Cat","bark":1}`},
		invalid: map[string]string{
			`{"kind":"dog"}`: "/bark required", `{"kind":"cat","lives":"9"}`: "/lives type", `{"kind":"cow"}`: "/kind enum", `{}`: "/kind required",
			`{"kind":1}`: "/kind enum", `1`: "one_of",
		},
	}, {
		name: "discriminator among alternatives without a name", schema: `{oneOf: [{type: object, required: [a]}, {type: object, required: [b]}],
			discriminator: {propertyName: kind}}`,
		valid: []string{`{"a":1}`}, invalid: map[string]string{"{}": "one_of"},
	}, {
		name: "formats", schema: `{type: object, properties: {date: {type: string, format: date}, email: {type: string, format: email},
			host: {type: string, format: hostname}, four: {type: string, format: ipv4}, six: {type: string, format: ipv6},
			ref: {type: string, format: uri-reference}, uri: {type: string, format: uri}, other: {type: string, format: color}}}`,
		valid: []string{
			`{"date":"2024-02-29","email":"a.b+c@example.com","host":"a-1.example","four":"127.0.0.1","six":"::1","ref":"../a?b#c"}`,
			`{"uri":"urn:isbn:1","other":"anything","ref":""}`,
		},
		invalid: map[string]string{
			`{"date":"2023-02-29"}`: "/date format", `{"date":"2024-2-9"}`: "/date format", `{"email":"a@"}`: "/email format",
			`{"email":"A <a@b.c>"}`: "/email format", `{"host":"-a"}`: "/host format", `{"host":"a..b"}`: "/host format",
			`{"four":"127.0.0.01"}`: "/four format", `{"four":"::1"}`: "/four format", `{"six":"fe80::1%eth0"}`: "/six format",
			`{"six":"127.0.0.1"}`: "/six format", `{"ref":"a b"}`: "/ref format", `{"uri":"/a"}`: "/uri format", `{"uri":":"}`: "/uri format",
			`{"uri":"http:/[::1]"}`: "/uri format", `{"uri":"http://[::1]/[a]"}`: "/uri format",
		},
	},
}

func TestSchemas(t *testing.T) {
	for _, c := range schemaCases {
		t.Run(c.name, func(t *testing.T) {
			op := bodyOperation(t, c.schema, c.components...)
			for _, body := range c.valid {
				assert.Empty(t, op.ValidateRequest(jsonRequest(body)), "%.80s", body)
			}
			for body, want := range c.invalid {
				violations := op.ValidateRequest(jsonRequest(body))
				assert.Equal(t, want, strings.Join(places(violations), ","), "%.80s", body)
				for _, v := range violations {
					assert.NotEmpty(t, v.Message)
					assert.NotContains(t, v.Message, "  ")
				}
			}
		})
	}
}

func TestDirections(t *testing.T) {
	op := bodyOperation(t, `{$ref: '#/components/schemas/User'}`,
		"Base: {type: object, required: [id], properties: {id: {type: integer, readOnly: true}}}",
		"User: {allOf: [{$ref: '#/components/schemas/Base'}, {type: object, required: [id, name, key], "+
			"properties: {name: {type: string}, key: {type: string, writeOnly: true}}}]}")
	response := func(body string) []string {
		return places(op.ValidateResponse(&openapi.Response{Status: 200, Header: jsonRequest("").Header, Body: []byte(body)}))
	}
	request := func(body string) []string { return places(op.ValidateRequest(jsonRequest(body))) }

	assert.Empty(t, request(`{"name":"n","key":"k"}`))
	assert.Equal(t, []string{"/id type"}, request(`{"name":"n","key":"k","id":null}`), "null says nothing, but is no integer")
	assert.Equal(t, []string{"/id read_only"}, request(`{"name":"n","key":"k","id":1}`))
	assert.Equal(t, []string{"/key required"}, request(`{"name":"n"}`))
	assert.Empty(t, response(`{"name":"n","id":1}`))
	assert.Equal(t, []string{"/key write_only"}, response(`{"name":"n","id":1,"key":"k"}`))
	assert.Equal(t, []string{"/id required", "/id required"}, response(`{"name":"n"}`), "both parts ask for it")
}

// TestDirectionsBelow sees to it that a field of the same name, of a value
// further down, is not excused.
func TestDirectionsBelow(t *testing.T) {
	op := bodyOperation(t, `{allOf: [{type: object, properties: {id: {readOnly: true}}}, {type: object, required: [id],
		properties: {child: {type: object, required: [id]}}}]}`)
	assert.Empty(t, op.ValidateRequest(jsonRequest(`{"child":{"id":1}}`)))
	assert.Equal(t, []string{"/child/id required"}, places(op.ValidateRequest(jsonRequest(`{"child":{}}`))))
}

// TestCompositionIsBounded sees to it that a small body cannot make a recursive
// composition take exponential time.
func TestCompositionIsBounded(t *testing.T) {
	node := `{type: object, properties: {next: {$ref: '#/components/schemas/Node'}, %}}`
	for name, schema := range map[string]string{
		"oneOf": "{oneOf: [" + strings.ReplaceAll(node, "%", "a: {type: string}") + "," + strings.ReplaceAll(node, "%", "b: {type: string}") + "]}",
		"anyOf": "{anyOf: [" + strings.ReplaceAll(node, "%", "a: {type: string}") + "," + strings.ReplaceAll(node, "%", "b: {type: string}") + "]}",
		"allOf": "{allOf: [" + strings.ReplaceAll(node, "%", "a: {}") + "," + strings.ReplaceAll(node, "%", "b: {}") + "]}",
		"not":   "{not: {not: " + strings.ReplaceAll(node, "%", "a: {}") + "}, anyOf: [" + strings.ReplaceAll(node, "%", "a: {}") + "]}",
		"mixed": "{allOf: [{oneOf: [" + strings.ReplaceAll(node, "%", "a: {type: string}") + "," + strings.ReplaceAll(node, "%", "a: {type: integer}") +
			"]}," + strings.ReplaceAll(node, "%", "c: {}") + "]}",
	} {
		t.Run(name, func(t *testing.T) {
			op := bodyOperation(t, "{$ref: '#/components/schemas/Node'}", "Node: "+schema)
			started := time.Now()
			for _, leaf := range []string{`{"a":1}`, `{"a":"x"}`, `{"a":1,"b":1}`, "7"} {
				op.ValidateRequest(jsonRequest(strings.Repeat(`{"next":`, 60) + leaf + strings.Repeat("}", 60)))
			}
			assert.Less(t, time.Since(started), 5*time.Second)
		})
	}
}

// TestSelfReference sees to it that a schema that applies itself to the same
// value, which says nothing, ends.
func TestSelfReference(t *testing.T) {
	for _, schema := range []string{
		"{allOf: [{$ref: '#/components/schemas/A'}], type: string}", "{anyOf: [{$ref: '#/components/schemas/A'}, {type: string}]}",
		"{not: {$ref: '#/components/schemas/A'}}", "{oneOf: [{$ref: '#/components/schemas/A'}]}",
	} {
		c, err := openapi.Load(t.Context(), []byte(document(bodyDocument("{$ref: '#/components/schemas/A'}", "A: "+schema))), openapi.Options{})
		if err != nil {
			continue // as good an answer
		}
		for _, body := range []string{`"a"`, "1", "{}"} {
			assert.NotPanics(t, func() { operationOf(t, c, "op").ValidateRequest(jsonRequest(body)) })
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern         string
		matches, misses []string
	}{
		{`^\u0041\u00e9$`, []string{"Aé"}, []string{"u0041"}},
		{`^[\u4e00-\u9fff]+$`, []string{"漢字"}, []string{"a"}},
		{`^\ud83d\ude00$`, []string{"😀"}, nil},
		{`^\u{1F600}$`, []string{"😀"}, nil},
		{`^\d+$`, []string{"12"}, []string{"١٢", ""}},
		{`^\w+$`, []string{"aZ_9"}, []string{"ü", "-"}},
		{`^\s$`, []string{" ", "\t", "\v", "\u00a0", "\u2028", "\ufeff"}, []string{"a", ""}},
		{`^\S$`, []string{"a", "ü", "😀", "\u200b"}, []string{" ", "\v", "\u00a0", "\u3000"}},
		{`^[\s\d]+$`, []string{" \u00a01"}, []string{"a"}},
		{`^[^\s,]+$`, []string{"a"}, []string{"\u00a0", ","}},
		{`^[\S\n]+$`, []string{"a\nb"}, []string{"a b"}},
		{`^.$`, []string{"a", "😀"}, []string{"\n", "\r", "\u2028", "\u2029"}},
		{`^a.b$`, []string{"axb"}, []string{"a\rb"}},
		{`^[.]$`, []string{"."}, []string{"a"}},
		{`^\.$`, []string{"."}, []string{"a"}},
		{`^[^]$`, []string{"\n"}, nil},
		{`^[]$`, nil, []string{"a", "]", ""}},
		{`^[[:alpha:]$`, []string{"[", ":", "p"}, []string{"z"}},
		{`^[[:a]$`, []string{"[", ":", "a"}, []string{"b"}},
		{`^[\]\\\-]$`, []string{"]", `\`, "-"}, []string{"a"}},
		{`^\/\-\cA\x41\t\0$`, []string{"/-\x01A\t\x00"}, nil},
		{`^a$`, []string{"a"}, []string{"a\n", "b\na"}},
		{`b`, []string{"abc"}, []string{"ac"}},
		{`^(?:ab|c)(?<x>d)?$`, []string{"ab", "cd"}, []string{"d"}},
		{`^(a+)+$`, []string{"aaa"}, []string{strings.Repeat("a", 200_000) + "!"}},
		{`\ufg`, []string{"ufg"}, nil},
		// What RE2 cannot do.
		{`^(?!x).*$`, []string{"a", ""}, []string{"x", "xa"}},
		{`^(?=.*[0-9])[a-z0-9]+$`, []string{"a1"}, []string{"a", "1-"}},
		{`^(?<!b)a`, []string{"a"}, []string{"b"}},
		{`^(a|b)\1$`, []string{"aa", "bb"}, []string{"ab"}},
		{`^a{2,5000}$`, []string{"aa", strings.Repeat("a", 5000)}, []string{"a"}},
		{`^(?=a)(a+)+$`, []string{"aaa"}, []string{strings.Repeat("a", 5_000) + "!"}},
		{`^[\p{L}\p{Nd}]+$`, []string{"é1"}, []string{"-"}},
	} {
		op := operationOf(t, load(t, `
paths:
	/things:
		get:
			operationId: op
			parameters: [{name: q, in: query, schema: {type: string, pattern: '`+c.pattern+`'}}]
			responses: {'200': {description: ok}}
`), "op")
		for _, subject := range c.matches {
			assert.Empty(t, op.ValidateRequest(query(subject)), "%s matches %q", c.pattern, subject)
		}
		for _, subject := range c.misses {
			violations := op.ValidateRequest(query(subject))
			assert.Equal(t, []string{"/q pattern"}, places(violations), "%s does not match %.20q", c.pattern, subject)
			for _, v := range violations {
				assert.Equal(t, `the query parameter "q" must match the pattern `+c.pattern, v.Message)
			}
		}
	}
	_, err := openapi.Load(t.Context(), []byte(document(bodyDocument(`{type: string, pattern: "("}`))), openapi.Options{})
	require.Error(t, err)
}
