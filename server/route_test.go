package server_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/server"
)

func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, r.URL.Path+" "+server.RequestID(r.Context()).String()+strings.Repeat(" ", 2000)) //nolint:gosec // plain text
}

// TestRoute serves paths beside the operations.
func TestRoute(t *testing.T) {
	s := serve(t, working(), server.WithRoute(http.MethodGet, "/page", http.HandlerFunc(page)),
		server.WithRoute(http.MethodGet, "/files/*", http.HandlerFunc(page)),
		server.WithRoute(http.MethodPost, "/page", http.HandlerFunc(page)))
	for _, path := range []string{"/page", "/files/a/b.css"} {
		got := s.do(call{method: http.MethodGet, path: path}.with("X-Request-Id", callersID).with("Accept-Encoding", "gzip"))
		assert.Equal(t, http.StatusOK, got.status)
		assert.Contains(t, got.body, path+" "+callersID)
		assert.Equal(t, []string{callersID}, got.header["X-Request-Id"])
		assert.Equal(t, []string{"gzip"}, got.header["Content-Encoding"])
		head := s.do(call{method: http.MethodHead, path: path})
		assert.Equal(t, http.StatusOK, head.status)
	}
	assert.Equal(t, http.StatusOK, s.do(call{method: http.MethodPost, path: "/page"}).status)
	s.do(call{method: http.MethodPut, path: "/page"}).problem(t, http.StatusMethodNotAllowed, "method_not_allowed")
	s.do(call{method: http.MethodGet, path: "/page/"}).problem(t, http.StatusNotFound, "not_found")
	assert.Equal(t, http.StatusOK, s.do(getCall()).status)
	assert.Len(t, s.logged(accessLine), 3, "what succeeds beside the operations is below INFO")
}

// TestOddTargets are requests that a multiplexer or net/http would answer by
// itself.
func TestOddTargets(t *testing.T) {
	s := serve(t, working())
	s.front.Config.DisableGeneralOptionsHandler = true
	for _, request := range []string{
		"OPTIONS * HTTP/1.1", "GET // HTTP/1.1", "GET //v4//core/webhook-config HTTP/1.1", "GET /v4/../v4/core HTTP/1.1",
		"CONNECT example.com:443 HTTP/1.1", "GET http://elsewhere.example/x HTTP/1.1", "GET /%2e%2e/ HTTP/1.1",
	} {
		t.Run(request, func(t *testing.T) {
			connection := dial(t, s)
			_, err := fmt.Fprintf(connection, "%s\r\nHost: localhost\r\nConnection: close\r\n\r\n", request)
			require.NoError(t, err)
			readAnswer(t, connection).problem(t, http.StatusNotFound, "not_found")
		})
	}
}

func TestLoopbackOnly(t *testing.T) {
	s := serve(t, working(), server.WithLoopbackOnly())
	port := s.front.URL[strings.LastIndexByte(s.front.URL, ':'):]
	for header, allowed := range map[string]bool{
		"Host: localhost" + port: true, "Host: 127.0.0.1": true, "Host: [::1]:8080": true, "Host: app.localhost:1": true,
		"Host: evil.example": false, "Host: localhost.evil.example" + port: false, "Host: 192.168.0.7" + port: false, "Host: ": false,
		"Host: localhost\r\nOrigin: http://localhost:5173": true, "Host: localhost\r\nOrigin: https://127.0.0.1": true,
		"Host: localhost\r\nOrigin: http://evil.example": false, "Host: localhost\r\nOrigin: null": false,
		"Host: localhost\r\nOrigin: http://localhost\r\nOrigin: http://evil.example": false,
		"Host: localhost\r\nOrigin: http://localhost.evil.example":                   false, "Host: localhost\r\nOrigin: ": false,
	} {
		connection := dial(t, s)
		_, err := fmt.Fprintf(connection, "GET %s/7 HTTP/1.1\r\n%s\r\nApi_key: %s\r\nConnection: close\r\n\r\n", configs, header, goodKey)
		require.NoError(t, err)
		got := readAnswer(t, connection)
		if allowed {
			assert.Equal(t, http.StatusOK, got.status, header)
			continue
		}
		got.problem(t, http.StatusForbidden, "forbidden")
	}
	assert.Empty(t, s.logged(failureLine))
}

// TestMissingKey says why a key may be missing.
func TestMissingKey(t *testing.T) {
	s := serve(t, working())
	for header, hint := range map[string]bool{
		"X-Forwarded-For": true, "X-Real-IP": true, "Forwarded": true, "Via": true, "X-Forwarded-Proto": true, "X-Other": false,
	} {
		document := s.do(getCall().with("api_key").with(header, "x")).problem(t, http.StatusUnauthorized, "unauthorized")
		detail := text(t, document["detail"])
		assert.True(t, strings.HasPrefix(detail, "The api_key header is missing."), detail)
		assert.Equal(t, hint, strings.Contains(detail, "underscores_in_headers on;"), header)
	}
	wrong := s.do(getCall().with("api_key", "wrong").with("Via", "x")).problem(t, http.StatusUnauthorized, "unauthorized")
	assert.Equal(t, "The api_key header holds no valid API key.", wrong["detail"])
	twice := s.do(getCall().with("api_key", goodKey, goodKey)).problem(t, http.StatusUnauthorized, "unauthorized")
	assert.Equal(t, "The api_key header is given more than once.", twice["detail"])
}
