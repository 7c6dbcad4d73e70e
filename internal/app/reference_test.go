package app_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestReferencePage reads the page of the contract.
func TestReferencePage(t *testing.T) {
	s := newService(t)
	page := s.do(call{method: http.MethodGet, path: "/docs"})
	assert.Equal(t, http.StatusOK, page.status)
	assert.Equal(t, "text/html; charset=utf-8", page.header.Get("Content-Type"))
	assert.Contains(t, page.header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'self'")
	assert.Contains(t, string(page.body), s.url+"/v4/core/webhook-config", "commands name the service that is asked")
	assert.Contains(t, string(page.body), `href="/docs/style.css"`)
	style := s.do(call{method: http.MethodGet, path: "/docs/style.css"})
	assert.Equal(t, "text/css; charset=utf-8", style.header.Get("Content-Type"))
}
