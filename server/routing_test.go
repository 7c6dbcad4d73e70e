package server_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/server"
)

func TestUnknownPath(t *testing.T) {
	s := serve(t, working())
	for _, path := range []string{
		"/", "/v4", "/v4/", "/v4/core", "/core/webhook-config", configs + "s", configs + "/", configs + "/7/", configs + "/7/8",
		configs + "/7/deliveries/9", "/v4" + configs, "/v4/CORE/webhook-config", logs + "/", logs + "/" + deliveryID + "/attempts",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodHead, http.MethodOptions, "PURGE"} {
			got := s.do(call{method: method, path: path}.with("api_key"))
			assert.Equal(t, http.StatusNotFound, got.status, "%s %s", method, path)
			assert.Empty(t, got.header["Allow"])
			if method != http.MethodHead {
				got.problem(t, http.StatusNotFound, "not_found")
			}
		}
	}
	assert.Empty(t, s.logged(failureLine))
}

// allowed are the methods of each path.
var allowed = map[string][]string{
	configs:                 {"GET", "HEAD", "OPTIONS", "POST"},
	configs + "/7":          {"DELETE", "GET", "HEAD", "OPTIONS", "PUT"},
	configs + "/not-an-id":  {"DELETE", "GET", "HEAD", "OPTIONS", "PUT"},
	logs:                    {"GET", "HEAD", "OPTIONS"},
	logs + "/" + deliveryID: {"GET", "HEAD", "OPTIONS"},
}

func TestAllow(t *testing.T) {
	s := serve(t, &stub{})
	for path, methods := range allowed {
		for _, method := range []string{http.MethodPatch, http.MethodTrace, "PURGE", "get"} {
			got := s.do(call{method: method, path: path}.with("api_key"))
			got.problem(t, http.StatusMethodNotAllowed, "method_not_allowed")
			require.Len(t, got.header["Allow"], 1)
			assert.ElementsMatch(t, methods, strings.Split(got.header.Get("Allow"), ", "), "%s %s", method, path)
		}
		options := s.do(call{method: http.MethodOptions, path: path}.with("api_key"))
		assert.Equal(t, http.StatusNoContent, options.status)
		assert.Empty(t, options.body)
		assert.ElementsMatch(t, methods, strings.Split(options.header.Get("Allow"), ", "), path)
	}
}

// TestHead compares the answers to HEAD with those to GET.
func TestHead(t *testing.T) {
	implementation := working()
	implementation.list = listOf(100)
	s := serve(t, implementation)
	for name, c := range map[string]call{
		"config": getCall(), "page": listCall(),
		"invalid":      {method: http.MethodGet, path: configs + "/x"},
		"unauthorized": getCall().with("api_key", "wrong"),
		"panic":        {method: http.MethodGet, path: logs},
	} {
		t.Run(name, func(t *testing.T) {
			c = c.with("X-Request-Id", callersID)
			for _, coding := range []string{"identity", "gzip"} {
				get, head := c.with("Accept-Encoding", coding), c.with("Accept-Encoding", coding)
				head.method = http.MethodHead
				whole, bare := s.do(get), s.do(head)
				assert.Equal(t, whole.status, bare.status)
				assert.Empty(t, bare.body)
				for _, header := range []string{"Content-Type", "Content-Encoding", "Vary", "X-Request-Id", "Www-Authenticate", "Cache-Control"} {
					assert.Equal(t, whole.header[header], bare.header[header], header)
				}
				if length := bare.header.Get("Content-Length"); whole.header.Get("Content-Encoding") == "" {
					assert.Equal(t, len(whole.body), atoi(t, length))
				} else {
					assert.Empty(t, length, "the size is not known")
				}
			}
		})
	}
	for _, line := range s.logged(accessLine) {
		assert.Contains(t, []any{http.MethodGet, http.MethodHead}, line["method"])
	}
	assert.Contains(t, s.log.buffer.String(), `"method":"HEAD"`)
}

func TestHeadWithoutANetwork(t *testing.T) {
	handler, err := server.New(working(), server.WithoutAuthentication(), server.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodHead, configs, http.NoBody))
	assert.Equal(t, http.StatusOK, recorder.Code)
	assert.Zero(t, recorder.Body.Len())
}

// TestEscapedPath has paths that are written unusually, and mean the same.
func TestEscapedPath(t *testing.T) {
	s := serve(t, working())
	for path, status := range map[string]int{
		configs + "/%37": http.StatusOK, configs + "/1%32": http.StatusOK, configs + "/%2F": http.StatusBadRequest,
		configs + "/7%2F8": http.StatusBadRequest, configs + "/%00": http.StatusBadRequest, configs + "/%FF": http.StatusBadRequest,
		configs + "/%2537": http.StatusBadRequest,
	} {
		got := s.do(call{operation: "getWebhookConfig", method: http.MethodGet, path: path})
		assert.Equal(t, status, got.status, "%s: %s", path, got.body)
	}
	assert.Empty(t, s.logged(failureLine))
}

func TestBasePath(t *testing.T) {
	for option, base := range map[string]string{"": "", "/": "", "/v4": "/v4", "/api/hooks/": "/api/hooks", "/~a.b_c": "/~a.b_c"} {
		t.Run(option, func(t *testing.T) {
			s := serve(t, working(), server.WithBasePath(option))
			for _, c := range []call{createCall(seedRequest), getCall(), deleteCall()} {
				c.path = base + strings.TrimPrefix(c.path, "/v4")
				assert.Less(t, s.do(c).status, 300, c.path)
			}
			s.do(call{method: http.MethodGet, path: base + "/core"}).problem(t, http.StatusNotFound, "not_found")
			if base != "/v4" {
				s.do(call{method: http.MethodGet, path: configs}).problem(t, http.StatusNotFound, "not_found")
			}
			assert.Equal(t, base+"/core/webhook-config/{webhookConfigId}", s.logged(accessLine)[1]["route"])
		})
	}
}
