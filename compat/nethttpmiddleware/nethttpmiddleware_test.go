package nethttpmiddleware_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/compat/nethttpmiddleware"
	"github.com/hookline-go/hookline/contract"
)

const document = `
openapi: 3.0.3
info: {title: Notes, version: '1'}
servers: [{url: 'http://api.example.com/v1'}]
paths:
  /notes:
    post:
      operationId: addNote
      security: [{key: []}]
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [a, b]}}}}
      responses: {'201': {description: added}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
`

func load(t *testing.T) *openapi3.T {
	t.Helper()
	loaded, err := openapi3.NewLoader().LoadFromData([]byte(document))
	require.NoError(t, err)
	return loaded
}

func send(t *testing.T, middleware func(http.Handler) http.Handler, url, body string) (status int, answer string) {
	t.Helper()
	handler := middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }))
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func TestStatuses(t *testing.T) {
	const url = "http://api.example.com/v1/notes"
	options := &nethttpmiddleware.Options{}
	options.Options.AuthenticationFunc = openapi3filter.NoopAuthenticationFunc
	middleware := nethttpmiddleware.OapiRequestValidatorWithOptions(load(t), options)
	for _, c := range []struct {
		url, body string
		status    int
	}{
		{url, `{"a":1,"b":1}`, 201}, {url, `{"a":1}`, 400}, {url + "s", "{}", 404}, {"http://other.example/v1/notes", "{}", 404},
	} {
		status, answer := send(t, middleware, c.url, c.body)
		assert.Equal(t, c.status, status, answer)
	}
	options.Options.AuthenticationFunc = func(context.Context, *openapi3filter.AuthenticationInput) error { return errors.New("secret") }
	status, answer := send(t, nethttpmiddleware.OapiRequestValidatorWithOptions(load(t), options), url, "{")
	assert.Equal(t, 401, status)
	assert.NotContains(t, answer, "secret")
	status, _ = send(t, nethttpmiddleware.OapiRequestValidator(load(t)), url, "{")
	assert.Equal(t, 401, status)
	status, _ = send(t, nethttpmiddleware.OapiRequestValidator(&openapi3.T{}), url, "{")
	assert.Equal(t, 500, status, "a document that cannot be used lets nothing through")
}

func TestOptions(t *testing.T) {
	const url = "http://other.example/api/notes"
	options := &nethttpmiddleware.Options{DoNotValidateServers: true, Prefix: "/api"}
	options.Options.AuthenticationFunc = openapi3filter.NoopAuthenticationFunc
	options.Options.MultiError = true
	status, answer := send(t, nethttpmiddleware.OapiRequestValidatorWithOptions(load(t), options), url, "{}")
	assert.Equal(t, 400, status)
	assert.Contains(t, answer, "/b")
	options.MultiErrorHandler = func(all openapi3.MultiError) (int, error) { return 422, all }
	status, _ = send(t, nethttpmiddleware.OapiRequestValidatorWithOptions(load(t), options), url, "{}")
	assert.Equal(t, 422, status)
	options.ErrorHandler = func(w http.ResponseWriter, _ string, status int) { w.WriteHeader(status + 1) }
	status, _ = send(t, nethttpmiddleware.OapiRequestValidatorWithOptions(load(t), options), url, "{}")
	assert.Equal(t, 423, status)
	options.ErrorHandlerWithOpts = func(
		_ context.Context, err error, w http.ResponseWriter, _ *http.Request, opts nethttpmiddleware.ErrorHandlerOpts,
	) {
		var refusal *contract.Refusal
		if assert.ErrorAs(t, err, &refusal) {
			assert.Len(t, refusal.Violations, 2)
		}
		assert.Equal(t, "addNote", opts.MatchedOperation.ID)
		w.WriteHeader(opts.StatusCode + 18)
	}
	status, _ = send(t, nethttpmiddleware.OapiRequestValidatorWithOptions(load(t), options), url, "{}")
	assert.Equal(t, 418, status)
	options.Skipper = func(*http.Request) bool { return true }
	status, _ = send(t, nethttpmiddleware.OapiRequestValidatorWithOptions(load(t), options), url, "{}")
	assert.Equal(t, 201, status)
}
