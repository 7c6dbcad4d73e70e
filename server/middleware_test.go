package server_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/server"
)

const notesDocument = `
openapi: 3.1.0
info: {title: Notes, version: '1'}
security: [{bearer: []}]
paths:
  /notes:
    post:
      operationId: addNote
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [text]}}}}
      responses: {'201': {description: added}}
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
`

type guardedCallerKey struct{}

// TestMiddleware guards a group of an echo router that has a path of its own.
func TestMiddleware(t *testing.T) {
	c, err := contract.Load(t.Context(), []byte(notesDocument))
	require.NoError(t, err)
	authenticate := func(ctx context.Context, r *http.Request, scheme *contract.Scheme) (context.Context, error) {
		token, _ := scheme.Credential(r)
		if token != "good" {
			return ctx, server.ErrUnauthenticated
		}
		return context.WithValue(ctx, guardedCallerKey{}, "ann"), nil
	}
	_, err = server.Middleware(c)
	require.ErrorContains(t, err, "security requirements")
	middleware, err := server.Middleware(c, contract.WithAuthentication(authenticate), contract.WithPrefix("/api"))
	require.NoError(t, err)
	e := echo.New()
	group := e.Group("/api", middleware)
	group.POST("/notes", func(c echo.Context) error {
		match, _ := contract.MatchFrom(c.Request().Context())
		caller, _ := c.Request().Context().Value(guardedCallerKey{}).(string)
		body, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return err
		}
		return c.String(http.StatusCreated, caller+" "+match.Operation.ID+" "+string(body))
	})
	for name, call := range map[string]struct {
		path, token, body string
		status            int
		want              string
	}{
		"valid":           {"/api/notes", "good", `{"text":"x"}`, 201, `ann addNote {"text":"x"}`},
		"invalid":         {"/api/notes", "good", `{}`, 400, "/text"},
		"unauthenticated": {"/api/notes", "bad", `{`, 401, "unauthorized"},
		"undocumented":    {"/api/other", "good", `{}`, 404, "not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, call.path, strings.NewReader(call.body))
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Authorization", "Bearer "+call.token)
			recorder := httptest.NewRecorder()
			e.ServeHTTP(recorder, request)
			assert.Equal(t, call.status, recorder.Code)
			assert.Contains(t, recorder.Body.String(), call.want)
		})
	}
}
