package openapi_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/openapi"
)

// formOperation takes a form.
func formOperation(tb testing.TB, mediaType string) *openapi.Operation {
	tb.Helper()
	return operationOf(tb, load(tb, `
paths:
	/forms:
		post:
			operationId: op
			requestBody:
				required: true
				content:
					`+mediaType+`:
						schema:
							type: object
							required: [name]
							additionalProperties: false
							properties:
								name: {type: string, maxLength: 5}
								age: {type: integer}
								tags: {type: array, maxItems: 2, items: {type: integer}}
								address: {type: object, properties: {zip: {type: integer}}}
								file: {type: string, format: binary}
			responses: {'200': {description: ok}}
`), "op")
}

func TestForms(t *testing.T) {
	const mediaType = "application/x-www-form-urlencoded"
	op := formOperation(t, mediaType)
	for body, want := range map[string][]string{
		"name=a":                           nil,
		"name=a+b&age=3&tags=1&tags=2":     nil,
		"name=a&address=%7B%22zip%22:1%7D": nil,
		"name=a&address[zip]=1":            nil,
		"name=a&address[zip]=x":            {"/address/zip type"},
		"name=a&address={":                 {"/address invalid_json"},
		"name=abcdef":                      {"/name max_length"},
		"age=x":                            {"/name required", "/age type"},
		"name=a&age=x":                     {"/age type"},
		"name=a&tags=1&tags=x":             {"/tags/1 type"},
		"name=a&tags=1&tags=2&tags=3":      {"/tags max_items"},
		"name=a&nme=b":                     {"/nme unknown_field"},
		"name=a;b":                         nil,
		"name=%zz":                         {"invalid_form"},
		"name=\xff":                        {"invalid_utf8"},
	} {
		violations := op.ValidateRequest(&openapi.Request{Header: http.Header{"Content-Type": {mediaType}}, Body: []byte(body)})
		assert.Equal(t, append([]string{}, want...), places(violations), "%s", body)
		for _, v := range violations {
			assert.LessOrEqual(t, v.End, len(body))
		}
	}
}

func TestMultipart(t *testing.T) {
	op := formOperation(t, "multipart/form-data")
	check := func(write func(*multipart.Writer), want ...string) {
		t.Helper()
		var body bytes.Buffer
		writer := multipart.NewWriter(&body)
		write(writer)
		require.NoError(t, writer.Close())
		violations := op.ValidateRequest(&openapi.Request{
			Header: http.Header{"Content-Type": {writer.FormDataContentType()}}, Body: body.Bytes(),
		})
		assert.Equal(t, append([]string{}, want...), places(violations))
	}
	field := func(w *multipart.Writer, name, value string) { require.NoError(t, w.WriteField(name, value)) }
	check(func(w *multipart.Writer) {
		field(w, "name", "a")
		field(w, "tags", "1")
		field(w, "tags", "2")
		field(w, "address", `{"zip": 1}`)
		file, err := w.CreateFormFile("file", "x.bin")
		require.NoError(t, err)
		_, err = file.Write([]byte("\x00\xff"))
		require.NoError(t, err)
	})
	check(func(w *multipart.Writer) { field(w, "age", "x") }, "/name required", "/age type")
	check(func(w *multipart.Writer) {
		field(w, "name", "a")
		field(w, "address", `{"zip": "x"}`)
	}, "/address/zip type")
	header := http.Header{"Content-Type": {"multipart/form-data"}}
	assert.Equal(t, []string{"invalid_form"}, places(op.ValidateRequest(&openapi.Request{Header: header, Body: []byte("x")})))
	header = http.Header{"Content-Type": {"multipart/form-data; boundary=b"}}
	assert.Equal(t, []string{"invalid_form"}, places(op.ValidateRequest(&openapi.Request{Header: header, Body: []byte("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx")})))
}

// TestUnchecked tells which bodies are not looked into.
func TestUnchecked(t *testing.T) {
	op := operationOf(t, load(t, `
paths:
	/images:
		put:
			operationId: op
			requestBody: {content: {image/*: {schema: {type: string, format: binary}}, application/json: {schema: {type: object}}}}
			responses: {'200': {description: ok, content: {text/csv: {schema: {type: string}}}}}
`), "op")
	for mediaType, want := range map[string]string{"image/png": "image/png", "application/json": "", "text/plain": ""} {
		got, ok := op.UncheckedRequest(&openapi.Request{Header: http.Header{"Content-Type": {mediaType}}, Body: []byte("x")})
		assert.Equal(t, want, got)
		assert.Equal(t, want != "", ok)
	}
	header := http.Header{"Content-Type": {"text/csv; charset=utf-8"}}
	got, ok := op.UncheckedResponse(&openapi.Response{Status: 200, Header: header, Body: []byte("a,b")})
	assert.True(t, ok)
	assert.Equal(t, "text/csv", got)
	_, ok = op.UncheckedResponse(&openapi.Response{Status: 500, Header: header, Body: []byte("a,b")})
	assert.False(t, ok)
	_, ok = op.UncheckedRequest(&openapi.Request{Header: http.Header{"Content-Type": {"image/png"}}})
	assert.False(t, ok, "there is no body")
}

// TestFormMemory bounds what a form costs: it may have 10,000 parts, so that a
// few bytes cannot ask for much.
func TestFormMemory(t *testing.T) {
	const mediaType = "application/x-www-form-urlencoded"
	op := formOperation(t, mediaType)
	for _, part := range []string{"a=1&", "tags=1&", "address[zip]=1&"} {
		body := strings.Repeat(part, (1<<20)/len(part))
		request := &openapi.Request{Header: http.Header{"Content-Type": {mediaType}}, Body: []byte(body)}
		allocated := measure(func() { op.ValidateRequest(request) })
		assert.Less(t, allocated, uint64(8<<20), "%s", part)
	}
}
