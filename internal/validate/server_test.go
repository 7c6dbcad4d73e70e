package validate_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/server"
)

// nothing implements no operation: a request that breaks the contract must not
// get that far.
type nothing struct {
	serverapi.StrictServerInterface
}

// exchange is a request of the corpus.
type exchange struct{ method, path, mediaType, body string }

// corpus has every bad body, and what is wrong outside of bodies.
func corpus() []exchange {
	var all []exchange
	for _, v := range bodies {
		e := exchange{"POST", "/core/webhook-config", "application/json", strings.ReplaceAll(v.body, mark, "")}
		if v.operation == "update" {
			e.method, e.path = "PUT", e.path+"/12"
		}
		all = append(all, e)
	}
	const create = "/core/webhook-config"
	all = append(
		all,
		exchange{"POST", create, "", "{}"},
		exchange{"POST", create, "text/plain", "{}"},
		exchange{"POST", create, "application/json; charset=latin1", "{}"},
		exchange{"POST", create, "application/json", ""},
		exchange{"POST", create, "application/json", "{}{}"},
		exchange{"POST", create, "application/json", `{"a": {"b": [1, {}]}, "signing_key": 1, "topics": [1, 2, "x y"], "state": null}`},
		exchange{"POST", create, "application/json", strings.Repeat("[", 100)},
		exchange{"POST", create, "application/json", strings.Repeat(" ", 1<<20) + "{}"},
		exchange{"PATCH", create, "application/json", "{}"},
		exchange{"GET", "/core/nothing", "", ""},
	)
	for _, query := range []string{
		"limit=0", "limit=101", "limit=x", "limit=1&limit=2", "limit=", "state=x", "state=failed", "fromDate=x", "toDate=2026-05-15",
		"webhookId=0", "webhookId=9223372036854775808", "syncId=", "cursor=12", "limitt=1", "a=1&b=2&limit=0", "%zz", "a=%zz", "limit=1;2",
	} {
		all = append(all, exchange{"GET", "/core/webhook-logs?" + query, "", ""})
	}
	for _, path := range []string{"/core/webhook-config/0", "/core/webhook-config/x", "/core/webhook-config/1.0", "/core/webhook-config/1e2", "/core/webhook-config/99999999999999999999", "/core/webhook-logs/12"} {
		all = append(all, exchange{"GET", path, "", ""})
	}
	return all
}

// TestSameAsServer feeds a corpus to the command's engine and to the server,
// and compares what they report.
func TestSameAsServer(t *testing.T) {
	handler, err := server.New(nothing{}, server.WithoutAuthentication(), server.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	different := map[string]bool{}
	for _, e := range corpus() {
		fromServer, fromCommand := e.problem(t, handler), e.findings(t)
		assert.NotEmpty(t, fromServer, "%+v", e)
		assert.Equal(t, fromServer, fromCommand, "%s %s %.200s", e.method, e.path, e.body)
		for _, violation := range fromServer {
			different[violation] = true
		}
	}
	assert.Greater(t, len(different), 50)
}

// problem sends the request to the server and returns the violations of its
// problem document.
func (e *exchange) problem(t *testing.T, handler http.Handler) []string {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), e.method, "/v4"+e.path, strings.NewReader(e.body))
	if e.mediaType != "" {
		request.Header.Set("Content-Type", e.mediaType)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	var problem gen.Problem
	require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &problem), "%d %s", recorder.Code, recorder.Body)
	if problem.Errors == nil || len(*problem.Errors) == 0 {
		return []string{problem.Code}
	}
	var all []string
	for _, v := range *problem.Errors {
		text := fmt.Sprintf("%s %s %s", v.In, v.Pointer, v.Code)
		if v.Schema != nil {
			text += " " + *v.Schema
		}
		if v.Suggestion != nil {
			text += " " + *v.Suggestion
		}
		all = append(all, text)
	}
	return all
}

// findings has the command validate the request as a fixture.
func (e *exchange) findings(t *testing.T) []string {
	t.Helper()
	fixture := map[string]any{"method": e.method, "path": e.path, "headers": map[string]string{}}
	if e.mediaType != "" {
		fixture["headers"] = map[string]string{"Content-Type": e.mediaType}
	}
	if e.body != "" {
		fixture["body"] = e.body
	}
	data, err := json.Marshal(fixture)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("request.json", data, 0o600))
	var all []string
	for _, f := range run(t, validate.Options{Paths: []string{"request.json"}}).Findings {
		if f.Code == "not_found" || f.Code == "method_not_allowed" {
			all = append(all, f.Code)
			continue
		}
		parts := []string{f.In, f.Pointer, f.Code, f.Schema, f.Suggestion}
		if f.Suggestion == "" {
			parts = parts[:4]
		}
		if f.Schema == "" {
			parts = slices.Delete(parts, 3, 4)
		}
		all = append(all, strings.Join(parts, " "))
	}
	return all
}
