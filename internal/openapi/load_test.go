package openapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

func TestLoadRefuses(t *testing.T) {
	const paths = "paths: {}\n"
	schema := func(schema string, components ...string) string { return document(bodyDocument(schema, components...)) }
	for name, c := range map[string]struct{ document, message string }{
		"nothing":             {"", "the document"},
		"not YAML":            {"a: b: c", "the document cannot be read"},
		"a list":              {"[]", "the document is no OpenAPI document: it is not an object"},
		"4.0":                 {"openapi: 4.0.0\ninfo: {title: T, version: '1'}\n" + paths, `the document is OpenAPI "4.0.0"; only 3.0, 3.1 and 3.2 are supported`},
		"2.0":                 {"swagger: '2.0'\ninfo: {title: T, version: '1'}\n" + paths, "the document is a Swagger 2.0 document"},
		"3.00":                {"openapi: '3.00'\ninfo: {title: T, version: '1'}\n" + paths, "only 3.0, 3.1 and 3.2 are supported"},
		"no info":             {"openapi: 3.0.3\n" + paths, "the document is not valid"},
		"no paths":            {"openapi: 3.0.3\ninfo: {title: T, version: '1'}\n", "the document is not valid"},
		"unresolved":          {schema("{$ref: '#/components/schemas/None'}"), "the document"},
		"reference to a file": {schema("{$ref: 'other.yaml#/A'}"), `the reference "other.yaml#/A" is not resolved: it is in another file, and files are not read here`},
		"cycle of references": {
			schema("{$ref: '#/components/schemas/A'}", "A: {$ref: '#/components/schemas/B'}", "B: {$ref: '#/components/schemas/A'}"),
			"the document",
		},
		"reference to itself": {schema("{$ref: '#/components/schemas/A'}", "A: {$ref: '#/components/schemas/A'}"), "the document"},
		"unknown type":        {schema("{type: text}"), "the document is not valid"},
		"wrong example":       {schema("{type: integer, example: x}"), "the document is not valid"},
		"wrong default":       {schema("{type: integer, default: x}"), "the document is not valid"},
		"wrong pattern":       {schema("{type: string, pattern: '('}"), "the document is not valid"},
		"wrong x-pointer":     {schema("{type: object, not: {x-pointer: a, required: [a]}}"), `x-pointer: a JSON pointer must be empty or begin with "/"`},
		"parameter not given": {
			document("paths: {'/a/{b}': {get: {responses: {'200': {description: ok}}}}}"), "the document is not valid",
		},
		"id used twice": {
			document("paths: {/a: {get: {operationId: x, responses: {'200': {description: ok}}}}, /b: {get: {operationId: x, responses: {'200': {description: ok}}}}}"),
			"the document is not valid",
		},
		"id of another's method and path": {
			document("paths: {/a: {get: {operationId: GET /b, responses: {'200': {description: ok}}}}, /b: {get: {responses: {'200': {description: ok}}}}}"),
			`the operation id "GET /b" is used twice`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := openapi.Load(t.Context(), []byte(c.document), openapi.Options{})
			require.ErrorContains(t, err, c.message)
		})
	}
}

func TestOperations(t *testing.T) {
	ids := []string{}
	for _, o := range defaultContract(t).Operations() {
		ids = append(ids, fmt.Sprintf("%s %s %s %t", o.ID, o.Method, o.Path, o.HasBody()))
	}
	assert.Equal(t, []string{
		"listWebhookConfigs GET /core/webhook-config false",
		"createWebhookConfig POST /core/webhook-config true",
		"deleteWebhookConfig DELETE /core/webhook-config/{webhookConfigId} false",
		"getWebhookConfig GET /core/webhook-config/{webhookConfigId} false",
		"updateWebhookConfig PUT /core/webhook-config/{webhookConfigId} true",
		"recoverWebhookDeliveries POST /core/webhook-config/{webhookConfigId}/recover true",
		"testWebhookConfig POST /core/webhook-config/{webhookConfigId}/test false",
		"publishWebhookEvent POST /core/webhook-events true",
		"listWebhookLogs GET /core/webhook-logs false",
		"getWebhookLog GET /core/webhook-logs/{deliveryId} false",
		"retryWebhookDelivery POST /core/webhook-logs/{deliveryId}/retry false",
		"streamWebhookEvents GET /core/webhook-stream false",
	}, ids)
	_, ok := defaultContract(t).Operation("getwebhookconfig")
	assert.False(t, ok)

	none := load(t, "paths: {}\n")
	assert.Empty(t, none.Operations())
}

// TestJSON sees to it that the document's JSON form is the same openapi.
func TestJSON(t *testing.T) {
	data, err := defaultContract(t).JSON()
	require.NoError(t, err)
	assert.True(t, json.Valid(data))
	assert.Contains(t, string(data), `"$ref":"#/components/schemas/CreateWebhookConfigRequest"`)
	again, err := openapi.Load(t.Context(), data, openapi.Options{})
	require.NoError(t, err)
	for _, c := range badRequests() {
		want := operation(t, c.operation).ValidateRequest(c.request())
		require.Equal(t, want, operationOf(t, again, c.operation).ValidateRequest(c.request()), "%s", c.name)
	}
}

// TestPlaces sees to it that a rule is reported where it stands, whichever way
// led there first and however often the document is read.
func TestPlaces(t *testing.T) {
	const rest = `
paths:
	/b/{id}:
		parameters: [{$ref: '#/components/parameters/AliasOfID'}]
		get:
			parameters:
				- {name: deep, in: query, schema: {$ref: '#/components/schemas/Zoo/properties/n%C3%A4me'}}
				- {name: own, in: query, schema: {type: integer}}
			responses: {'200': {$ref: '#/components/responses/AliasOfOK'}, default: {$ref: '#/components/responses/OK'}}
	/a:
		post:
			operationId: a
			requestBody: {$ref: '#/components/requestBodies/AliasOfBody'}
			responses: {'200': {description: ok, headers: {X-A: {$ref: '#/components/headers/AliasOfX'}, X-B: {schema: {type: integer}}}}}
	/c:
		post:
			operationId: c
			requestBody: {content: {application/json: {schema: {type: array, items: {type: object, additionalProperties: {$ref: '#/components/schemas/AAliasOfName'}}}}}}
			responses: {'200': {description: ok}}
components:
	parameters: {AliasOfID: {$ref: '#/components/parameters/ID'}, ID: {name: id, in: path, required: true, schema: {type: integer}}}
	headers: {AliasOfX: {$ref: '#/components/headers/X'}, X: {required: true, schema: {type: integer}}}
	responses:
		AliasOfOK: {$ref: '#/components/responses/OK'}
		OK: {description: ok, content: {application/json: {schema: {type: integer}}}}
	requestBodies:
		AliasOfBody: {$ref: '#/components/requestBodies/Body'}
		Body: {required: true, content: {application/json: {schema: {type: object, properties: {zoo: {$ref: '#/components/schemas/Zoo'}, n: {$ref: '#/components/schemas/AAliasOfName'}}}}}}
	schemas:
		AAliasOfName: {$ref: '#/components/schemas/Name'}
		Name: {type: string}
		Zoo: {type: object, properties: {näme: {type: boolean}, a/b: {allOf: [{type: string}]}, alias: {$ref: '#/components/schemas/AAliasOfName'}}}
`
	for range 20 {
		c := load(t, rest)
		get, a := operationOf(t, c, "GET /b/{id}"), operationOf(t, c, "a")
		assert.Equal(t, []string{
			"#/components/parameters/ID/schema/type", "#/components/schemas/Zoo/properties/n%C3%A4me/type",
			"#/paths/~1b~1%7Bid%7D/get/parameters/1/schema/type",
		}, rules(get.ValidateRequest(&openapi.Request{PathParams: map[string]string{"id": "x"}, RawQuery: "deep=x&own=x"})))
		for _, status := range []int{200, 500} {
			assert.Equal(t, []string{"#/components/responses/OK/content/application~1json/schema/type"},
				rules(get.ValidateResponse(&openapi.Response{Status: status, Header: jsonRequest("").Header, Body: []byte("{}")})))
		}
		assert.Equal(t, []string{
			"#/components/schemas/Zoo/properties/n%C3%A4me/type", "#/components/schemas/Zoo/properties/a~1b/allOf/0/type",
			"#/components/schemas/Name/type", "#/components/schemas/Name/type",
		}, rules(a.ValidateRequest(jsonRequest(`{"zoo":{"näme":1,"a/b":1,"alias":1},"n":1}`))))
		assert.Equal(t, []string{"#/components/requestBodies/Body/content/application~1json/schema/type"},
			rules(a.ValidateRequest(jsonRequest(`[]`))))
		assert.Equal(t, []string{"#/components/headers/X", "#/paths/~1a/post/responses/200/headers/X-B/schema/type"},
			rules(a.ValidateResponse(&openapi.Response{Status: 200, Header: map[string][]string{"X-B": {"x"}}})))
		assert.Equal(t, []string{
			"#/paths/~1c/post/requestBody/content/application~1json/schema/items/type", "#/components/schemas/Name/type",
		}, rules(operationOf(t, c, "c").ValidateRequest(jsonRequest(`[1,{"x":1}]`))))
	}
}

func rules(violations []openapi.Violation) []string {
	all := []string{}
	for _, v := range violations {
		all = append(all, v.Schema)
	}
	return all
}

// TestRulesExist sees to it that every rule that a bad request is told of is in
// the document.
func TestRulesExist(t *testing.T) {
	data, err := defaultContract(t).JSON()
	require.NoError(t, err)
	var root any
	require.NoError(t, json.Unmarshal(data, &root))
	for _, c := range badRequests() {
		for _, v := range operation(t, c.operation).ValidateRequest(c.request()) {
			if v.Schema != "" {
				assert.True(t, exists(root, v.Schema), "%s", v.Schema)
			}
		}
	}
}

func exists(value any, pointer string) bool {
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "#/"), "/") {
		object, ok := value.(map[string]any)
		if !ok {
			return false
		}
		if value, ok = object[name]; !ok {
			return false
		}
	}
	return true
}
