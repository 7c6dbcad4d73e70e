package echomiddleware_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/compat/echomiddleware"
)

const document = `
openapi: 3.0.3
info: {title: Notes, version: '1'}
servers: [{url: 'http://api.example.com/v1'}]
paths:
  /notes:
    post:
      operationId: addNote
      security: [{bearer: [write]}]
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [a, b]}}}}
      responses: {'201': {description: added}}
components: {securitySchemes: {bearer: {type: http, scheme: bearer, bearerFormat: JWT}}}
`

func load(t *testing.T) *openapi3.T {
	t.Helper()
	loaded, err := openapi3.NewLoader().LoadFromData([]byte(document))
	require.NoError(t, err)
	return loaded
}

// send goes through a router with the middleware, and returns the answer.
func send(t *testing.T, middleware echo.MiddlewareFunc, method, url, body string) (status int, answer string) {
	t.Helper()
	e := echo.New()
	e.Use(middleware)
	e.Any("/*", func(c echo.Context) error { return c.String(http.StatusCreated, "made") })
	request := httptest.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer t0ken")
	recorder := httptest.NewRecorder()
	e.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func TestStatuses(t *testing.T) {
	const url = "http://api.example.com/v1/notes"
	options := &echomiddleware.Options{UserData: "data"}
	options.Options.AuthenticationFunc = func(ctx context.Context, input *openapi3filter.AuthenticationInput) error {
		assert.Equal(t, "bearer", input.SecuritySchemeName)
		assert.Equal(t, "JWT", input.SecurityScheme.BearerFormat)
		assert.Equal(t, []string{"write"}, input.Scopes)
		assert.Equal(t, "Bearer t0ken", input.RequestValidationInput.Request.Header.Get("Authorization"))
		assert.NotNil(t, echomiddleware.GetEchoContext(ctx))
		assert.Equal(t, "data", echomiddleware.GetUserData(ctx))
		return nil
	}
	middleware := echomiddleware.OapiRequestValidatorWithOptions(load(t), options)
	for _, c := range []struct {
		method, url, body string
		status            int
	}{
		{"POST", url, `{"a":1,"b":1}`, 201},
		{"POST", url, `{"a":1}`, 400},
		{"POST", url + "s", "{}", 404},
		{"GET", url, "", 404},
		{"POST", "http://other.example/v1/notes", `{"a":1,"b":1}`, 404},
	} {
		status, answer := send(t, middleware, c.method, c.url, c.body)
		assert.Equal(t, c.status, status, "%s %s: %s", c.method, c.url, answer)
	}
	status, answer := send(t, middleware, "POST", url, `{"a":1}`)
	assert.Equal(t, 400, status)
	assert.Contains(t, answer, `\"b\" is required`)

	options.Options.AuthenticationFunc = func(context.Context, *openapi3filter.AuthenticationInput) error { return errors.New("no") }
	status, answer = send(t, echomiddleware.OapiRequestValidatorWithOptions(load(t), options), "POST", url, "{")
	assert.Equal(t, 403, status)
	assert.NotContains(t, answer, "t0ken")
	options.Options.AuthenticationFunc = func(context.Context, *openapi3filter.AuthenticationInput) error {
		return echo.NewHTTPError(http.StatusTeapot, "own")
	}
	status, _ = send(t, echomiddleware.OapiRequestValidatorWithOptions(load(t), options), "POST", url, "{")
	assert.Equal(t, 418, status)
	status, _ = send(t, echomiddleware.OapiRequestValidator(load(t)), "POST", url, "{}")
	assert.Equal(t, 403, status, "nobody is there to authenticate")
}

func TestOptions(t *testing.T) {
	options := &echomiddleware.Options{DoNotValidateServers: true, Prefix: "/api", SilenceServersWarning: true}
	options.Options.AuthenticationFunc = openapi3filter.NoopAuthenticationFunc
	options.Options.MultiError = true
	const url = "http://other.example/api/notes"
	status, answer := send(t, echomiddleware.OapiRequestValidatorWithOptions(load(t), options), "POST", url, "{}")
	assert.Equal(t, 400, status)
	assert.Contains(t, answer, "/a")
	assert.Contains(t, answer, "/b")
	options.MultiErrorHandler = func(all openapi3.MultiError) *echo.HTTPError {
		return echo.NewHTTPError(http.StatusUnprocessableEntity, len(all))
	}
	status, _ = send(t, echomiddleware.OapiRequestValidatorWithOptions(load(t), options), "POST", url, "{}")
	assert.Equal(t, 422, status)
	options.ErrorHandler = func(c echo.Context, err *echo.HTTPError) error {
		return c.String(http.StatusTeapot, http.StatusText(err.Code))
	}
	status, _ = send(t, echomiddleware.OapiRequestValidatorWithOptions(load(t), options), "POST", url, "{}")
	assert.Equal(t, 418, status)
	options.Skipper = func(echo.Context) bool { return true }
	status, _ = send(t, echomiddleware.OapiRequestValidatorWithOptions(load(t), options), "POST", url, "{}")
	assert.Equal(t, 201, status)
	status, _ = send(t, echomiddleware.OapiRequestValidator(&openapi3.T{}), "POST", url, "{}")
	assert.Equal(t, 500, status, "a document that cannot be used lets nothing through")
}
