package openapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/openapi"
)

// query is a request whose parameter q has that value.
func query(value string) *openapi.Request {
	return &openapi.Request{RawQuery: "q=" + url.QueryEscape(value)}
}

// parameters is an operation with those parameters, in flow style.
func parameters(tb testing.TB, list string) *openapi.Operation {
	tb.Helper()
	return operationOf(tb, load(tb, `
paths:
	/things/{id}:
		get:
			operationId: op
			parameters: [{name: id, in: path, required: true, schema: {}}, `+list+`]
			responses: {'200': {description: ok}}
components: {schemas: {Any: {anyOf: [{type: integer}, {type: array, items: {$ref: '#/components/schemas/Any'}}]}}}
`), "op")
}

type parameterCase struct {
	name, parameters string
	valid            []string
	invalid          map[string]string
}

var queryParameterCases = []parameterCase{
	{
		name: "form, exploded", parameters: "{name: q, in: query, schema: {type: array, maxItems: 2, items: {type: integer}}}",
		valid:   []string{"", "q=1", "q=1&q=2"},
		invalid: map[string]string{"q=1,2": "/q/0 type", "q=1&q=x": "/q/1 type", "q=1&q=2&q=3": "/q max_items", "q=": "/q/0 type"},
	}, {
		name: "form", parameters: "{name: q, in: query, explode: false, schema: {type: array, items: {type: integer, maximum: 9}}}",
		valid:   []string{"q=1", "q=1,2"},
		invalid: map[string]string{"q=1%2C2": "/q/0 type", "q=1,x": "/q/1 type", "q=1,,2": "/q/1 type", "q=1&q=2": "/q duplicate_parameter", "q=1,10": "/q/1 maximum"},
	}, {
		name: "pipes", parameters: "{name: q, in: query, style: pipeDelimited, schema: {type: array, items: {type: integer}}}",
		valid:   []string{"q=1|2", "q=1%7C2", "q=3"},
		invalid: map[string]string{"q=1,2": "/q/0 type", "q=1|": "/q/1 type", "q=1&q=2": "/q duplicate_parameter"},
	}, {
		name: "spaces", parameters: "{name: q, in: query, style: spaceDelimited, schema: {type: array, items: {type: boolean}}}",
		valid:   []string{"q=true%20false", "q=true+true"},
		invalid: map[string]string{"q=true%20no": "/q/1 type"},
	}, {
		name: "unique items", parameters: "{name: q, in: query, schema: {type: array, uniqueItems: true, items: {type: string}}}",
		valid: []string{"q=a&q=b", "q=1&q=01"}, invalid: map[string]string{"q=a&q=b&q=a": "/q/2 unique_items"},
	}, {
		name: "number", parameters: "{name: q, in: query, schema: {type: number, maximum: 1000}}",
		valid:   []string{"q=1", "q=-1.5", "q=1e2", "q=1.0", "q=1e3&"},
		invalid: map[string]string{"q=1e400": "/q type", "q=NaN": "/q type", "q=Inf": "/q type", "q=.5": "/q type", "q=1001": "/q maximum"},
	}, {
		name: "boolean", parameters: "{name: q, in: query, schema: {type: boolean}}", valid: []string{"q=true", "q=false"},
		invalid: map[string]string{"q=1": "/q type", "q=True": "/q type", "q=": "/q type"},
	}, {
		name: "types of parts", parameters: "{name: q, in: query, schema: {allOf: [{type: integer}, {minimum: 2}]}}",
		valid: []string{"q=2"}, invalid: map[string]string{"q=1": "/q minimum", "q=x": "/q type"},
	}, {
		name: "anyOf of types", parameters: "{name: q, in: query, schema: {anyOf: [{type: integer, maximum: 5}, {type: string, pattern: '^9'}]}}",
		valid: []string{"q=5", "q=9", "q=9x"}, invalid: map[string]string{"q=6": "/q any_of", "q=x": "/q any_of"},
	}, {
		name: "oneOf of types", parameters: "{name: q, in: query, schema: {oneOf: [{type: integer}, {type: string}, {type: boolean}]}}",
		valid: []string{"q=5", "q=true", "q=x", "q="},
	}, {
		name: "oneOf with a list", parameters: "{name: q, in: query, schema: {oneOf: [{type: array, items: {type: integer}}]}}",
		valid: []string{"q=5", "q=5&q=6"}, invalid: map[string]string{"q=x": "/q one_of"},
	}, {
		name: "a list of what is recursive",
		parameters: "{name: q, in: query, schema: {type: array, items: {$ref: '#/components/schemas/Any'}}}, " +
			"{name: r, in: query, schema: {type: array, items: {allOf: [{$ref: '#/components/schemas/Any'}]}}}",
		valid: []string{"r=1&r=2"}, invalid: map[string]string{"r=1&r=x": "/r/1 any_of"},
	}, {
		name: "enum without a type", parameters: "{name: q, in: query, schema: {enum: [1, true, a]}}",
		valid: []string{"q=1", "q=true", "q=a", "q=1.0"}, invalid: map[string]string{"q=2": "/q enum", "q=": "/q enum"},
	}, {
		name: "no schema to speak of", parameters: "{name: q, in: query, schema: {}}", valid: []string{"q=1", "q=", "q"},
		invalid: map[string]string{"q=1&q=2": "/q duplicate_parameter"},
	}, {
		name: "required", parameters: "{name: q, in: query, required: true, schema: {type: string}}", valid: []string{"q=", "q"},
		invalid: map[string]string{"": "/q required", "r=1": "/r unknown_parameter,/q required"},
	}, {
		name: "empty allowed", parameters: "{name: q, in: query, allowEmptyValue: true, schema: {type: integer}}",
		valid: []string{"q=", "q", "q=1"}, invalid: map[string]string{"q=x": "/q type"},
	}, {
		name: "deep object", parameters: "{name: q, in: query, required: true, style: deepObject, explode: true, schema: {type: object, properties: {a: {type: integer}}}}",
		valid:   []string{"q[a]=1", "q%5Ba%5D=1&q[b][c]=2"},
		invalid: map[string]string{"": "/q required", "q[a]=x": "/q/a type", "q[a][b]=1": "/q/a type", "qa]=1": "/qa] unknown_parameter,/q required"},
	}, {
		name: "exploded object", parameters: "{name: q, in: query, required: true, schema: {type: object, properties: {a: {}, b: {}}}}",
		valid: []string{"a=1", "b=x&a=1"}, invalid: map[string]string{"c=1": "/c unknown_parameter,/q required"},
	}, {
		name: "exploded object of any fields", parameters: "{name: q, in: query, schema: {type: object, additionalProperties: true}}, {name: n, in: query, schema: {type: integer}}",
		valid: []string{"a=1&b=2&n=3"}, invalid: map[string]string{"a=1&n=x": "/n type"},
	}, {
		name: "exploded object by composition", parameters: "{name: q, in: query, schema: {allOf: [{type: object, properties: {a: {}}}, {type: object, properties: {b: {}}}]}}",
		valid: []string{"a=1&b=2"}, invalid: map[string]string{"c=3": "/c unknown_parameter"},
	}, {
		name: "object", parameters: "{name: q, in: query, explode: false, schema: {type: object, properties: {a: {type: integer}}}}", valid: []string{"q=a,1"},
		invalid: map[string]string{"a=1": "/a unknown_parameter", "q=a,x": "/q/a type", "q=a": "/q format"},
	}, {
		name: "media type of its own", parameters: "{name: q, in: query, required: true, content: {application/json: {schema: {type: object}}}}",
		valid: []string{"q={}"}, invalid: map[string]string{"": "/q required", "q=[]": "/q type", "q={": "/q invalid_json"},
	}, {
		name: "cookies are not in the query", parameters: "{name: q, in: cookie, schema: {type: integer}}", valid: []string{""},
		invalid: map[string]string{"q=1": "/q unknown_parameter"},
	}, {
		name: "a name that is another's prefix", parameters: "{name: q, in: query, style: deepObject, explode: true, schema: {type: object}}, {name: 'q[x]', in: query, schema: {type: integer}}",
		valid: []string{"q[x]=1"}, invalid: map[string]string{"q[x]=y": "/q[x] type"},
	},
}

func TestQueryParameters(t *testing.T) {
	for _, c := range queryParameterCases {
		t.Run(c.name, func(t *testing.T) {
			op := parameters(t, c.parameters)
			check := func(raw, want string) {
				violations := op.ValidateRequest(&openapi.Request{PathParams: map[string]string{"id": ""}, RawQuery: raw})
				assert.Equal(t, want, strings.Join(places(violations), ","), "%s", raw)
				for _, v := range violations {
					if v.Code == openapi.CodeRequired {
						assert.Equal(t, []int{-1, -1}, []int{v.Start, v.End})
					} else {
						assert.LessOrEqual(t, v.Start, v.End)
						assert.LessOrEqual(t, v.End, len(raw))
						assert.True(t, v.Code == openapi.CodeInvalidQuery || v.Start > 0 && strings.ContainsRune("=&", rune(raw[v.Start-1])), raw)
					}
					assert.Equal(t, openapi.InQuery, v.In)
				}
			}
			for _, raw := range c.valid {
				check(raw, "")
			}
			for raw, want := range c.invalid {
				check(raw, want)
			}
		})
	}
}

func TestPathParameters(t *testing.T) {
	c := load(t, `
paths:
	/a/{x}/{y}:
		parameters:
			- {name: y, in: path, required: true, schema: {type: integer}}
			- {name: x, in: path, required: true, schema: {type: array, items: {type: integer}}}
			- {name: q, in: query, required: true, schema: {type: integer}}
			- {name: x-thing, in: header, required: true, schema: {type: integer}}
		get:
			parameters:
				- {name: q, in: query, schema: {type: string, maxLength: 1}}
				- {name: X-Thing, in: header, schema: {type: string, maxLength: 1}}
				- {name: q, in: header, schema: {type: boolean}}
			responses: {'200': {description: ok}}
		post:
			responses: {'200': {description: ok}}
	/b/{x}{y}{z}:
		get:
			operationId: styles
			parameters:
				- {name: x, in: path, required: true, style: label, schema: {type: integer}}
				- {name: y, in: path, required: true, style: matrix, schema: {type: integer}}
				- {name: z, in: path, required: true, schema: {type: object, properties: {a: {type: integer}}}}
			responses: {'200': {description: ok}}
`)
	get, post := operationOf(t, c, "GET /a/{x}/{y}"), operationOf(t, c, "POST /a/{x}/{y}")
	path := map[string]string{"x": "1,2", "y": "3"}

	assert.Empty(t, get.ValidateRequest(&openapi.Request{PathParams: path}), "the operation's q takes the place of the path's")
	assert.Equal(t, []string{"/q max_length"}, places(get.ValidateRequest(&openapi.Request{PathParams: path, RawQuery: "q=12"})))
	assert.Equal(t, []string{"/q required", "/x-thing required"}, places(post.ValidateRequest(&openapi.Request{PathParams: path})))
	assert.Equal(t, []string{"/x/1 type", "/y type"},
		places(get.ValidateRequest(&openapi.Request{PathParams: map[string]string{"y": "n", "x": "1,m"}})), "in the order of the path")
	violations := get.ValidateRequest(&openapi.Request{})
	assert.Equal(t, []string{"/x required", "/y required"}, places(violations))
	assert.Equal(t, `the path parameter "x" is required`, violations[0].Message)
	assert.Equal(t, "#/paths/~1a~1%7Bx%7D~1%7By%7D/parameters/1", violations[0].Schema)
	styles := func(x, y, z string) []string {
		return places(operationOf(t, c, "styles").ValidateRequest(&openapi.Request{
			PathParams: map[string]string{"x": x, "y": y, "z": z},
		}))
	}
	assert.Empty(t, styles(".5", ";y=5", "a,1"))
	assert.Equal(t, []string{"/x type", "/y type", "/z/a type"}, styles(".x", ";y=x", "a,x"))
	assert.Equal(t, []string{"/x format", "/y format", "/z format"}, styles("5", "y=5", "a"))
}

func TestHeaderParameters(t *testing.T) {
	op := parameters(t, `{name: x-list, in: header, required: true, schema: {type: array, maxItems: 3, items: {type: integer}}},
		{name: api_key, in: header, schema: {type: string, minLength: 3}}, {name: AUTHORIZATION, in: header, required: true, schema: {type: integer}},
		{name: accept, in: header, required: true, schema: {type: integer}}, {name: content-type, in: header, required: true, schema: {type: integer}}`)
	check := func(header http.Header, want ...string) {
		t.Helper()
		violations := op.ValidateRequest(&openapi.Request{PathParams: map[string]string{"id": ""}, Header: header})
		assert.Equal(t, append([]string{}, want...), places(violations))
	}
	check(http.Header{"X-List": {"1"}})
	check(http.Header{"X-List": {"1, 2 ,\t3"}, "Authorization": {"x"}})
	check(http.Header{"X-List": {"1", "2,3"}})
	check(http.Header{"X-List": {"1", "2,3", "4"}}, "/x-list max_items")
	check(http.Header{"X-List": {"1,x"}}, "/x-list/1 type")
	check(nil, "/x-list required")
	header := http.Header{}
	header.Set("x-LIST", "1")
	header.Set("API_KEY", "k")
	check(header, "/api_key min_length")
	header.Add("api_key", "key")
	check(header, "/api_key duplicate_parameter")
	check(http.Header{"X-List": {"1"}, "Api_key": {"\xe9\xe9\xe9"}}, "/api_key invalid_utf8")
}

// TestLargeQuery sees to it that many names take no quadratic time.
func TestLargeQuery(t *testing.T) {
	op := parameters(t, "{name: q, in: query, schema: {type: object, additionalProperties: true}}")
	started := time.Now()
	assert.Empty(t, op.ValidateRequest(&openapi.Request{PathParams: map[string]string{"id": ""}, RawQuery: distinct(150_000)}))
	assert.Less(t, time.Since(started), 20*time.Second)
}
