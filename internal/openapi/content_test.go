package openapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

func TestContentType(t *testing.T) {
	create := operation(t, "createWebhookConfig")
	for name, c := range map[string]struct {
		values []string
		ok     bool
	}{
		"plain":                   {[]string{"application/json"}, true},
		"capitals":                {[]string{"Application/JSON"}, true},
		"UTF-8":                   {[]string{"application/json; charset=utf-8"}, true},
		"UTF-8, capitals, quotes": {[]string{`application/json;charset="UTF-8"`}, true},
		"other parameters":        {[]string{"application/json; profile=x; v=1"}, true},
		"semicolon at the end":    {[]string{"application/json;"}, true},
		"space":                   {[]string{" application/json "}, true},
		"missing":                 {nil, false},
		"empty":                   {[]string{""}, false},
		"twice":                   {[]string{"application/json", "application/json"}, false},
		"two in one":              {[]string{"application/json, application/json"}, false},
		"Latin-1":                 {[]string{"application/json; charset=latin1"}, false},
		"UTF-16":                  {[]string{"application/json; charset=utf-16"}, false},
		"charset twice":           {[]string{"application/json; charset=utf-8; charset=latin1"}, false},
		"bad parameter":           {[]string{"application/json; charset"}, false},
		"suffix":                  {[]string{"application/problem+json"}, false},
		"text":                    {[]string{"text/plain"}, false},
		"form":                    {[]string{"application/x-www-form-urlencoded"}, false},
		"prefix":                  {[]string{"application/jsonx"}, false},
		"range":                   {[]string{"*/*"}, false},
		"no slash":                {[]string{"json"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			request := jsonRequest(seedBody)
			request.Header["Content-Type"] = c.values
			violations := create.ValidateRequest(request)
			if c.ok {
				assert.Empty(t, violations)
				return
			}
			start, end := -1, -1
			if len(c.values) > 0 {
				start, end = 0, len(c.values[0])
			}
			assert.Equal(t, []openapi.Violation{{
				In: openapi.InHeader, Pointer: "/Content-Type", Code: openapi.CodeUnsupportedMediaType, Start: start, End: end,
				Message: "the body must be sent as application/json, in UTF-8",
			}}, violations)
		})
	}
}

func TestNoBody(t *testing.T) {
	create := operation(t, "createWebhookConfig")
	required := []openapi.Violation{{In: openapi.InBody, Code: openapi.CodeRequired, Message: "the body is required"}}
	assert.Equal(t, required, create.ValidateRequest(&openapi.Request{}))
	assert.Equal(t, required, create.ValidateRequest(jsonRequest("")))

	optional := operationOf(t, load(t, `
paths:
	/things:
		post:
			operationId: op
			requestBody: {content: {application/json: {schema: {type: object}}, text/plain: {}}}
			responses: {'200': {description: ok}}
`), "op")
	assert.Empty(t, optional.ValidateRequest(&openapi.Request{}))
	assert.Empty(t, optional.ValidateRequest(jsonRequest("")))
	assert.Equal(t, []string{"type"}, places(optional.ValidateRequest(jsonRequest("[]"))))
	assert.Equal(t, []string{"required"}, places(optional.ValidateRequest(jsonRequest(" "))))
}

// TestMediaTypes covers ranges, parameters and bodies that are not JSON.
func TestMediaTypes(t *testing.T) {
	op := operationOf(t, load(t, `
paths:
	/things:
		post:
			operationId: op
			requestBody:
				required: true
				content:
					'Application/Thing+JSON; v=1': {schema: {type: integer}}
					application/json: {}
					text/*: {schema: {type: integer}}
					application/octet-stream: {schema: {type: string, format: binary}}
			responses: {'200': {description: ok, content: {'*/*': {schema: {type: integer}}}}}
`), "op")
	request := func(contentType, body string) []string {
		return places(op.ValidateRequest(&openapi.Request{
			Header: http.Header{"Content-Type": {contentType}}, Body: []byte(body),
		}))
	}
	assert.Empty(t, request("application/thing+json", "1"))
	assert.Equal(t, []string{"type"}, request("application/thing+json; charset=utf-8", "{}"))
	assert.Equal(t, []string{"/a duplicate_key"}, request("application/json", `{"a":1,"a":2}`), "strict without a schema too")
	assert.Equal(t, []string{"invalid_json"}, request("application/json", `{`))
	assert.Empty(t, request("text/csv; charset=latin1", "caf\xe9"))
	assert.Empty(t, request("text/plain", "12"))
	assert.Equal(t, []string{"type"}, request("text/plain", "x"))
	assert.Empty(t, request("application/octet-stream", "\x00\xff"))
	assert.Equal(t, []string{"body_too_large"}, request("application/octet-stream", text(openapi.MaxBody+1)))
	assert.Equal(t, []string{"/Content-Type unsupported_media_type"}, request("image/png", "x"))

	response := func(contentType, body string) []string {
		return places(op.ValidateResponse(&openapi.Response{
			Status: 200, Header: http.Header{"Content-Type": {contentType}}, Body: []byte(body),
		}))
	}
	assert.Empty(t, response("image/png", "x"))
	assert.Empty(t, response("application/json", "1"))
	assert.Equal(t, []string{"type"}, response("application/problem+json", "{}"))
}

const (
	configBody = `{"rootfi_id":12,"rootfi_created_at":"2026-05-15T18:17:02.052Z","rootfi_updated_at":"2026-05-15T18:17:02.052Z",` +
		`"rootfi_organisation_id":1,"webhook_type":"CONNECTION_CHANGED","integration_type":null,"name":"n","url":"https://e.example",` +
		`"state":"ENABLED","topics":[],"headers":null,"signature_header":"X-RootFi-Signature"}`
	requestID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
)

func created(config string) *openapi.Response {
	return &openapi.Response{
		Status: http.StatusCreated,
		Header: http.Header{"Content-Type": {"application/json; charset=UTF-8"}, "X-Request-Id": {requestID}},
		Body:   []byte(`{"data":{"data":` + config + `},"request_id":"` + requestID + `"}`),
	}
}

func TestResponses(t *testing.T) {
	const at = "/data/data"
	change := func(old, replacement string) *openapi.Response {
		return created(strings.Replace(configBody, old, replacement, 1))
	}
	with := func(change func(*openapi.Response)) *openapi.Response {
		response := created(configBody)
		change(response)
		return response
	}
	for name, c := range map[string]struct {
		response *openapi.Response
		want     []string
	}{
		"valid":            {created(configBody), nil},
		"more fields":      {change(`{`, `{"new":{"a":[1]},`), nil},
		"missing field":    {change(`"topics":[],`, ""), []string{at + "/topics required"}},
		"two digits":       {change("02.052Z", "02.05Z"), []string{at + "/rootfi_created_at pattern"}},
		"six digits":       {change("02.052Z", "02.052000Z"), []string{at + "/rootfi_created_at pattern"}},
		"no digits":        {change("02.052Z", "02Z"), []string{at + "/rootfi_created_at pattern"}},
		"other zone":       {change("02.052Z", "02.052+00:00"), []string{at + "/rootfi_created_at pattern"}},
		"no such moment":   {change("05-15", "13-15"), []string{at + "/rootfi_created_at format"}},
		"id a string":      {change(`"rootfi_id":12`, `"rootfi_id":"12"`), []string{at + "/rootfi_id type"}},
		"topics null":      {change(`"topics":[]`, `"topics":null`), []string{at + "/topics type"}},
		"array":            {created("[]"), []string{at + " type"}},
		"duplicate":        {change(`{`, `{"name":"a",`), []string{at + "/name duplicate_key"}},
		"no body":          {with(func(r *openapi.Response) { r.Body = nil }), []string{"required"}},
		"no body, no type": {with(func(r *openapi.Response) { r.Body, r.Header = nil, nil }), []string{"required"}},
		"text": {
			with(func(r *openapi.Response) { r.Header.Set("Content-Type", "text/plain") }),
			[]string{"/Content-Type unsupported_media_type"},
		},
		"problem": {
			with(func(r *openapi.Response) { r.Header.Set("Content-Type", "application/problem+json") }),
			[]string{"/Content-Type unsupported_media_type"},
		},
		"no type": {
			with(func(r *openapi.Response) { r.Header.Del("Content-Type") }),
			[]string{"/Content-Type unsupported_media_type"},
		},
		"request id": {with(func(r *openapi.Response) { r.Header.Set("X-Request-Id", "1") }), []string{"/X-Request-Id format"}},
		"two request ids": {
			with(func(r *openapi.Response) { r.Header.Add("X-Request-Id", requestID) }),
			[]string{"/X-Request-Id duplicate_parameter"},
		},
		"limit":         {with(func(r *openapi.Response) { r.Header.Set("X-RateLimit-Limit", "0") }), []string{"/X-RateLimit-Limit minimum"}},
		"status":        {with(func(r *openapi.Response) { r.Status = 418 }), []string{"undocumented_status"}},
		"other success": {with(func(r *openapi.Response) { r.Status = 200 }), []string{"undocumented_status"}},
		"no status":     {with(func(r *openapi.Response) { r.Status = 0 }), []string{"undocumented_status"}},
	} {
		t.Run(name, func(t *testing.T) {
			violations := operation(t, "createWebhookConfig").ValidateResponse(c.response)
			assert.Equal(t, append([]string{}, c.want...), places(violations))
			for i := range violations {
				checkMessage(t, &violations[i])
			}
		})
	}
}

func TestResponseWithoutBody(t *testing.T) {
	remove := operation(t, "deleteWebhookConfig")
	assert.Empty(t, remove.ValidateResponse(&openapi.Response{Status: http.StatusNoContent}))
	violations := remove.ValidateResponse(&openapi.Response{Status: http.StatusNoContent, Body: []byte("{}")})
	assert.Equal(t, []openapi.Violation{{
		In: openapi.InBody, Code: openapi.CodeUnsupportedMediaType, Message: "the contract documents no body for this status",
	}}, violations)
	violations = remove.ValidateResponse(&openapi.Response{Status: http.StatusOK})
	assert.Equal(t, []openapi.Violation{{
		In: openapi.InStatus, Code: openapi.CodeUndocumentedStatus, Start: -1, End: -1,
		Message: "the contract does not document the status 200 for deleteWebhookConfig",
	}}, violations)
}

func TestResponseRules(t *testing.T) {
	c := load(t, `
paths:
	/things:
		get:
			responses:
				'200':
					description: ok
					headers:
						X-Count: {required: true, schema: {type: integer}}
						x-list: {schema: {type: array, items: {type: boolean}}}
						Content-Type: {required: true, schema: {type: integer}}
					content: {application/json: {schema: {type: integer}}}
				2XX: {description: ok}
				default: {description: other, content: {application/json: {schema: {type: object}}}}
		head:
			responses: {'200': {description: ok, content: {application/json: {schema: {type: integer}}}}}
`)
	get := operationOf(t, c, "GET /things")
	response := func(status int, body string, header ...string) []string {
		r := &openapi.Response{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(body)}
		for i := 0; i < len(header); i += 2 {
			r.Header.Add(header[i], header[i+1])
		}
		return places(get.ValidateResponse(r))
	}
	assert.Empty(t, response(200, "1", "X-Count", "3", "X-List", "true, false"))
	assert.Equal(t, []string{"/X-Count required"}, response(200, "1"))
	assert.Equal(t, []string{"/X-Count type", "/x-list/1 type", "type"}, response(200, "{}", "X-Count", "n", "X-List", "true,1"))
	assert.Empty(t, response(204, ""))
	assert.Equal(t, []string{"unsupported_media_type"}, response(299, "1"))
	assert.Empty(t, response(500, "{}"))
	assert.Equal(t, []string{"type"}, response(404, "1"))
	assert.Equal(t, []string{"type"}, response(2000, "1"), "not a 2XX")

	head := operationOf(t, c, "HEAD /things")
	require.Empty(t, head.ValidateResponse(&openapi.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}}))
}
