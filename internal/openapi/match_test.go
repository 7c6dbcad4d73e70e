package openapi_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

func TestMatch(t *testing.T) {
	router, err := openapi.NewRouter(defaultContract(t), "https://staging.example.com/api/v4")
	require.NoError(t, err)
	for _, c := range []struct {
		method, target string
		want           string // an operation or a code
		params         map[string]string
	}{
		{"POST", "https://api.integrations.commenda.io/v4/core/webhook-config", "createWebhookConfig", map[string]string{}},
		{"POST", "HTTPS://API.integrations.commenda.io:443/v4/core/webhook-config#top", "createWebhookConfig", map[string]string{}},
		{"POST", "http://user:password@api.rootfi.dev/v4/core/webhook-config", "createWebhookConfig", map[string]string{}},
		{"GET", "https://api.rootfi.dev/v4/core/webhook-config/12?x=/y", "getWebhookConfig", map[string]string{"webhookConfigId": "12"}},
		{"GET", "https://api.rootfi.dev/v4/core/webhook-config/a%2Fb", "getWebhookConfig", map[string]string{"webhookConfigId": "a/b"}},
		{"GET", "https://api.rootfi.dev/v4/core/webhook%2Dconfig", "listWebhookConfigs", map[string]string{}},
		{"GET", "https://api.rootfi.dev/v4/core/webhook-config/%zz", "getWebhookConfig", map[string]string{"webhookConfigId": "%zz"}},
		{"GET", "http://localhost:9999/v4/core/webhook-logs", "listWebhookLogs", map[string]string{}},
		{"GET", "http://[::1]:1/v4/core/webhook-logs", "listWebhookLogs", map[string]string{}},
		{"GET", "https://staging.example.com/api/v4/core/webhook-logs", "listWebhookLogs", map[string]string{}},
		{"GET", "/v4/core/webhook-logs", "listWebhookLogs", map[string]string{}},
		{"GET", "/core/webhook-logs", "listWebhookLogs", map[string]string{}},
		{"GET", "https://api.rootfi.dev/v4/core/webhook-config/", "not_found", nil},
		{"GET", "https://api.rootfi.dev/v4/core/webhook-log", "not_found", nil},
		{"GET", "https://api.rootfi.dev/v4", "not_found", nil},
		{"PATCH", "https://api.rootfi.dev/v4/core/webhook-config/12", "method_not_allowed", nil},
		{"PATCH", "/v4/core/webhook-config/12", "method_not_allowed", nil},
		{"GET", "https://api.rootfi.dev/v3/core/webhook-logs", "other_server", nil},
		{"GET", "https://api.rootfi.dev/v40/core/webhook-logs", "other_server", nil},
		{"GET", "https://xapi.rootfi.dev/v4/core/webhook-logs", "other_server", nil},
		{"GET", "https://api.rootfi.dev:8443/v4/core/webhook-logs", "other_server", nil},
		{"GET", "https://example.com/", "other_server", nil},
		{"GET", "", "not_found", nil},
	} {
		match, err := router.Match(c.method, c.target)
		if c.params == nil {
			var failure *openapi.MatchError
			require.ErrorAs(t, err, &failure, c.target)
			assert.Equal(t, openapi.Code(c.want), failure.Code, c.target)
			assert.NotEmpty(t, failure.Error())
			continue
		}
		require.NoError(t, err, c.target)
		assert.Equal(t, c.want, match.Operation.ID, c.target)
		assert.Equal(t, c.params, match.PathParams, c.target)
		for name := range c.params {
			start, end, ok := match.ParamSpan(name)
			require.True(t, ok)
			assert.Contains(t, []string{"12", "a%2Fb", "%zz"}, c.target[start:end])
		}
	}
}

func TestMatchQuery(t *testing.T) {
	router, err := openapi.NewRouter(defaultContract(t))
	require.NoError(t, err)
	const target = "/v4/core/webhook-logs?limit=5&x=?#part?"
	match, err := router.Match("GET", target)
	require.NoError(t, err)
	assert.Equal(t, "limit=5&x=?", match.RawQuery)
	assert.Equal(t, "limit", target[match.QueryStart:match.QueryStart+5])
	_, err = router.Match("GET", "/core/webhook-lgos")
	var failure *openapi.MatchError
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, "/core/webhook-logs", failure.Suggestion())
}

const foreignDocument = `
openapi: 3.0.3
info: {title: t, version: "1"}
servers:
  - url: https://{region}.example.com/{version}
    variables:
      region: {default: eu, enum: [eu, us]}
      version: {default: v1}
paths:
  /things/{id}.json:
    get:
      operationId: getThingFile
      deprecated: true
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses: {"200": {description: ok}}
  /things/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
    get:
      operationId: getThing
      parameters:
        - {name: old, in: query, deprecated: true, schema: {type: string}}
      responses: {"200": {description: ok}}
    put:
      operationId: putThing
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                old: {type: string, deprecated: true}
                key: {type: string, format: password}
                token: {type: string, x-secret: true}
                list: {type: array, items: {allOf: [{type: object, properties: {old: {type: string, deprecated: true}}}]}}
      responses: {"200": {description: ok}}
  /things/mine:
    get:
      operationId: getMine
      responses: {"200": {description: ok}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    query: {type: apiKey, in: query, name: key}
`

func TestMatchForeign(t *testing.T) {
	c, err := openapi.Load(context.Background(), []byte(foreignDocument), openapi.Options{})
	require.NoError(t, err)
	router, err := openapi.NewRouter(c)
	require.NoError(t, err)
	for target, want := range map[string]string{
		"https://eu.example.com/v1/things/mine":     "getMine",
		"https://us.example.com/v2/things/a.b.json": "getThingFile",
		"https://us.example.com/v2/things/a.b":      "getThing",
		"/v1/things/x":                              "getThing",
	} {
		match, err := router.Match("GET", target)
		require.NoError(t, err, target)
		assert.Equal(t, want, match.Operation.ID, target)
	}
	_, err = router.Match("GET", "https://asia.example.com/v1/things/mine")
	require.ErrorContains(t, err, "servers")
	_, err = openapi.NewRouter(c, "not a URL")
	assert.Error(t, err)
}

func TestAdvice(t *testing.T) {
	c, err := openapi.Load(context.Background(), []byte(foreignDocument), openapi.Options{})
	require.NoError(t, err)
	advice := func(id string, request *openapi.Request) []string {
		var got []string
		for _, v := range c.Advice(operationOf(t, c, id), request) {
			got = append(got, string(v.In)+" "+v.Pointer+" "+string(v.Code)+" "+v.Schema)
		}
		return got
	}
	assert.Equal(t, []string{"path  deprecated #/paths/~1things~1%7Bid%7D.json/get/deprecated"}, advice("getThingFile", &openapi.Request{}))
	assert.Equal(t, []string{
		"query /old deprecated #/paths/~1things~1%7Bid%7D/get/parameters/0/deprecated",
		"query /key secret #/components/securitySchemes/query",
	}, advice("getThing", &openapi.Request{RawQuery: "old=1&key=k"}))
	const at = "#/paths/~1things~1%7Bid%7D/put/requestBody/content/application~1json/schema/properties"
	assert.Equal(t, []string{
		"body /old deprecated " + at + "/old/deprecated",
		"body /key secret " + at + "/key/format",
		"body /token secret " + at + "/token/x-secret",
		"body /list/1/old deprecated " + at + "/list/items/allOf/0/properties/old/deprecated",
	}, advice("putThing", jsonRequest(`{"old": "x", "key": "k", "token": "t", "list": [{}, {"old": ""}], "new": 1}`)))
	assert.Empty(t, advice("getMine", &openapi.Request{RawQuery: "%zz"}))
}

func TestSpecIndex(t *testing.T) {
	index, err := openapi.IndexSpec([]byte(foreignDocument), openapi.Options{})
	require.NoError(t, err)
	for pointer, want := range map[string][2]int{
		"#": {2, 1},
		"#/paths/~1things~1%7Bid%7D.json/get/deprecated":         {13, 7},
		"#/paths/~1things~1mine":                                 {38, 3},
		"#/paths/~1things~1%7Bid%7D/get/parameters/0/deprecated": {23, 34},
		"#/paths/~1things~1%7Bid%7D/get/nothing/here":            {20, 5},
		"#/paths/~1things~1%7Bid%7D/get/parameters/7":            {22, 7},
	} {
		at, ok := index.Position(pointer)
		assert.True(t, ok)
		assert.Equal(t, want, [2]int{at.Line, at.Column}, pointer)
	}
	_, ok := index.Position("/paths")
	assert.False(t, ok)
	for _, bad := range []string{"", "a: [", "\x00"} {
		_, err := openapi.IndexSpec([]byte(bad), openapi.Options{})
		assert.Error(t, err)
	}
}

// TestSpecIndexReferences ends where references and aliases lead in a circle.
func TestSpecIndexReferences(t *testing.T) {
	index, err := openapi.IndexSpec([]byte("a: {$ref: '#/b'}\nb: {$ref: '#/a'}\nc: {$ref: '#/d'}\nd: &x\n  e: 1\nf: *x\n"), openapi.Options{})
	require.NoError(t, err)
	at, ok := index.Position("#/a/x")
	assert.True(t, ok)
	assert.Equal(t, 1, at.Line)
	for _, pointer := range []string{"#/c/e", "#/f/e"} {
		at, ok := index.Position(pointer)
		assert.True(t, ok)
		assert.Equal(t, [2]int{5, 3}, [2]int{at.Line, at.Column}, pointer)
	}
}
