package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

const config = `{"rootfi_id":12,"rootfi_created_at":"2026-05-15T18:17:02.052Z","rootfi_updated_at":"2026-05-15T18:17:02.052Z",` +
	`"rootfi_organisation_id":1,"webhook_type":"CONNECTION_CHANGED","integration_type":null,"name":"Connection webhook",` +
	`"url":"https://example.com/","state":"ENABLED","topics":[],"headers":null,"signature_header":null}`

func TestRun(t *testing.T) {
	var calls []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls = append(calls, r.Method+" "+r.URL.Path)
		w.Header().Set("Content-Type", "application/json")
		switch r.Method {
		case http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"data":{"data":`+config+`}}`)
		case http.MethodGet:
			_, _ = io.WriteString(w, `{"data":{"data":[`+config+`],"count":1,"next":null}}`)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}))
	defer server.Close()
	t.Setenv(client.EnvAPIKey, "dev-key")
	t.Setenv(client.EnvBaseURL, server.URL+"/v4")
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"https://example.com/"}, &out))
	assert.Equal(t, "created 12\n12 ENABLED Connection webhook\n", out.String())
	assert.Equal(t, []string{
		"POST /v4/core/webhook-config", "GET /v4/core/webhook-config", "DELETE /v4/core/webhook-config/12",
	}, calls)
	require.ErrorIs(t, run(t.Context(), nil, &out), errUsage)
}
