package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGuard(t *testing.T) {
	handler, err := newHandler(t.Context())
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	defer server.Close()
	for name, c := range map[string]struct {
		method, path, mediaType, token, body string
		status                               int
		want                                 string
	}{
		"a note":          {"POST", "/v1/notes", "application/json", "example-token", `{"text": "x", "due": null}`, 201, "ann's note is added"},
		"a bad note":      {"POST", "/v1/notes", "application/json", "example-token", `{"txt": "x", "due": "soon"}`, 400, `"suggestion":"text"`},
		"no token":        {"POST", "/v1/notes", "application/json", "", `{"text": "x"}`, 401, "unauthorized"},
		"an attachment":   {"PUT", "/v1/notes/1/attachment", "application/octet-stream", "example-token", "\x00", 204, ""},
		"to a wrong note": {"PUT", "/v1/notes/x/attachment", "application/octet-stream", "example-token", "\x00", 400, "/id"},
		"no such path":    {"PUT", "/v1/other", "application/json", "example-token", "{}", 404, "not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), c.method, server.URL+c.path, strings.NewReader(c.body))
			require.NoError(t, err)
			request.Header.Set("Content-Type", c.mediaType)
			if c.token != "" {
				request.Header.Set("Authorization", "Bearer "+c.token)
			}
			response, err := server.Client().Do(request)
			require.NoError(t, err)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			assert.Equal(t, c.status, response.StatusCode)
			assert.Contains(t, string(body), c.want)
		})
	}
}

func TestUsage(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), nil, io.Discard), "usage")
}
