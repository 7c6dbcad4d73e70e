package app_test

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const configs, logs = "/v4/core/webhook-config", "/v4/core/webhook-logs"

// badRequest is a request that must be refused. Each of errors is "in pointer
// code".
type badRequest struct {
	name   string
	call   call
	status int
	code   string
	errors []string
}

// withField returns a valid create body with one field put in the place of its
// own, or added; an empty value leaves the field out.
func withField(field, value string) string {
	fields := [][2]string{
		{"webhook_type", `"CONNECTION_CHANGED"`}, {"name", `"n"`}, {"url", `"https://example.com/"`},
	}
	if i := slices.IndexFunc(fields, func(f [2]string) bool { return f[0] == field }); i >= 0 {
		fields[i][1] = value
	} else {
		fields = append(fields, [2]string{field, value})
	}
	var parts []string
	for _, f := range fields {
		if f[1] != "" {
			parts = append(parts, fmt.Sprintf("%q:%s", f[0], f[1]))
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// badCreate is a create request that breaks the contract in one place of its
// body.
func badCreate(name, body, pointer, code string) badRequest {
	return badRequest{
		name: "create: " + name, status: http.StatusBadRequest, code: "invalid_request",
		call:   call{operation: "createWebhookConfig", method: http.MethodPost, path: configs, body: body},
		errors: []string{"body " + pointer + " " + code},
	}
}

func badField(field, value, pointer, code string) badRequest {
	return badCreate(fmt.Sprintf("%s %.40s", field, cmp.Or(value, "missing")), withField(field, value), pointer, code)
}

// bySelf is a request that keeps to the contract and that the service itself
// refuses.
func bySelf(bad badRequest) badRequest {
	bad.code = "invalid"
	return bad
}

func badUpdate(body, pointer, code string) badRequest {
	return badRequest{
		name: "update: " + body, status: http.StatusBadRequest, code: "invalid_request",
		call:   call{operation: "updateWebhookConfig", method: http.MethodPut, path: configs + "/1", body: body},
		errors: []string{"body " + pointer + " " + code},
	}
}

func badQuery(operation, path, query string, errors ...string) badRequest {
	return badRequest{
		name: operation + " ?" + query, status: http.StatusBadRequest, code: "invalid_request",
		call: call{operation: operation, method: http.MethodGet, path: path + "?" + query}, errors: errors,
	}
}

func badPath(operation, method, path, pointer, code string) badRequest {
	c := call{operation: operation, method: method, path: path}
	if method == http.MethodPut {
		c.body = `{"state":"DISABLED"}`
	}
	return badRequest{
		name: method + " " + path, status: http.StatusBadRequest, code: "invalid_request", call: c,
		errors: []string{"path " + pointer + " " + code},
	}
}

func badContentType(value string) badRequest {
	return badRequest{
		name: "content type " + cmp.Or(value, "missing"), status: http.StatusUnsupportedMediaType, code: "unsupported_media_type",
		call: call{
			operation: "createWebhookConfig", method: http.MethodPost, path: configs, body: withField("", ""),
			header: map[string]string{"Content-Type": value},
		},
		errors: []string{"header /Content-Type unsupported_media_type"},
	}
}

func badKey(value string) badRequest {
	return badRequest{
		name: "key " + cmp.Or(value, "missing"), status: http.StatusUnauthorized, code: "unauthorized",
		call: call{
			operation: "createWebhookConfig", method: http.MethodPost, path: configs, body: withField("", ""),
			header: map[string]string{"api_key": value},
		},
	}
}

func badRequests() []badRequest {
	manyTopics := "[" + strings.Repeat(`"t",`, 100) + `"t"]`
	manyHeaders := "[" + strings.Repeat(`{"name":"A","value":"b"},`, 50) + `{"name":"A","value":"b"}]`
	cases := []badRequest{
		badField("webhook_type", "", "/webhook_type", "required"),
		badField("name", "", "/name", "required"),
		badField("url", "", "/url", "required"),
		badField("webhook_type", `"CONNECTION_CHANGE"`, "/webhook_type", "enum"),
		badField("webhook_type", `"connection_changed"`, "/webhook_type", "enum"),
		badField("webhook_type", `7`, "/webhook_type", "type"),
		badField("webhook_type", `null`, "/webhook_type", "type"),
		badField("webhook_type", `"INTEGRATION"`, "/integration_type", "conditional"),
		badField("integration_type", `"STRIP"`, "/integration_type", "enum"),
		badField("integration_type", `null`, "/integration_type", "type"),
		badField("state", `"ON"`, "/state", "enum"),
		badField("state", `null`, "/state", "type"),
		badField("state", `true`, "/state", "type"),
		badField("name", `7`, "/name", "type"),
		badField("name", `" "`, "/name", "pattern"),
		badField("name", `"`+strings.Repeat("n", 256)+`"`, "/name", "max_length"),
		badField("url", `7`, "/url", "type"),
		badField("url", `"example.com/hook"`, "/url", "pattern"),
		badField("url", `"ftp://example.com/"`, "/url", "pattern"),
		badField("url", `"https://user:secret@example.com/"`, "/url", "pattern"),
		badField("url", `"https://example.com/#part"`, "/url", "pattern"),
		badField("url", `"https://example.com/%zz"`, "/url", "format"),
		badField("url", `"https://example.com/`+strings.Repeat("p", 2048)+`"`, "/url", "max_length"),
		bySelf(badField("url", `"https://example.com:0/"`, "/url", "invalid")),
		bySelf(badField("url", `"https://example.com:99999/"`, "/url", "invalid")),
		bySelf(badUpdate(`{"url":"https://example.com:0/"}`, "/url", "invalid")),
		badField("topics", `"invoice.create"`, "/topics", "type"),
		badField("topics", `null`, "/topics", "type"),
		badField("topics", `["invoice.create",7]`, "/topics/1", "type"),
		badField("topics", `["invoice create"]`, "/topics/0", "pattern"),
		badField("topics", `["`+strings.Repeat("t", 256)+`"]`, "/topics/0", "max_length"),
		badField("topics", manyTopics, "/topics", "max_items"),
		badField("signing_key", `""`, "/signing_key", "min_length"),
		badField("signing_key", `"**********"`, "/signing_key", "masked_secret"),
		badField("name", `"a\u0000"`, "/name", "pattern"),
		badField("signing_key", `7`, "/signing_key", "type"),
		badField("signing_key", `null`, "/signing_key", "type"),
		badField("signing_key", `"`+strings.Repeat("k", 513)+`"`, "/signing_key", "max_length"),
		badField("headers", `{"Authorization":"x"}`, "/headers", "type"),
		badField("headers", `["Authorization"]`, "/headers/0", "type"),
		badField("headers", `[{"name":"A"}]`, "/headers/0/value", "required"),
		badField("headers", `[{"value":"b"}]`, "/headers/0/name", "required"),
		badField("headers", `[{"name":"A","value":"b","extra":1}]`, "/headers/0/extra", "unknown_field"),
		badField("headers", `[{"name":"A B","value":"b"}]`, "/headers/0/name", "pattern"),
		badField("headers", `[{"name":"A","value":"b\r\nC: d"}]`, "/headers/0/value", "pattern"),
		badField("headers", `[{"name":"A","value":"`+strings.Repeat("v", 4097)+`"}]`, "/headers/0/value", "max_length"),
		badField("headers", `[{"name":"`+strings.Repeat("n", 129)+`","value":"b"}]`, "/headers/0/name", "max_length"),
		badField("headers", manyHeaders, "/headers", "max_items"),
		badField("rootfi_id", `7`, "/rootfi_id", "unknown_field"),
		badField("signingKey", `"k"`, "/signingKey", "unknown_field"),
		badCreate("no object", `[]`, "", "type"),
		badCreate("null", `null`, "", "type"),
		badCreate("white space", ` `, "", "required"),
		badCreate("truncated", `{"webhook_type":"SYNC_`, "", "invalid_json"),
		badCreate("trailing comma", `{"name":"n",}`, "", "invalid_json"),
		badCreate("trailing data", withField("", "")+`{}`, "", "trailing_data"),
		badCreate("duplicate key", strings.Replace(withField("", ""), `{`, `{"name":"m",`, 1), "/name", "duplicate_key"),
		badCreate("duplicate key, escaped", strings.Replace(withField("", ""), `{`, `{"\u006eame":"m",`, 1), "/name", "duplicate_key"),
		badCreate("not UTF-8", withField("name", "\"\xff\""), "", "invalid_utf8"),
		badCreate("too deep", strings.Repeat("[", 65)+strings.Repeat("]", 65), "/"+strings.Repeat("0/", 63)+"0", "too_deep"),
		badUpdate(`{"webhook_type":"X"}`, "/webhook_type", "enum"),
		badUpdate(`{"webhook_type":null}`, "/webhook_type", "type"),
		badUpdate(`{"name":null}`, "/name", "type"),
		badUpdate(`{"url":null}`, "/url", "type"),
		badUpdate(`{"url":"https://a@b/"}`, "/url", "pattern"),
		badUpdate(`{"state":null}`, "/state", "type"),
		badUpdate(`{"webhook_type":"INTEGRATION","integration_type":null}`, "/integration_type", "conditional"),
		badUpdate(`{"integration_type":"XERRO"}`, "/integration_type", "enum"),
		badUpdate(`{"signing_key":""}`, "/signing_key", "min_length"),
		badUpdate(`{"topics":[null]}`, "/topics/0", "type"),
		badUpdate(`{"rootfi_created_at":"2026-05-15T18:17:02.052Z"}`, "/rootfi_created_at", "unknown_field"),
		badPath("getWebhookConfig", http.MethodGet, configs+"/abc", "/webhookConfigId", "type"),
		badPath("getWebhookConfig", http.MethodGet, configs+"/0", "/webhookConfigId", "minimum"),
		badPath("getWebhookConfig", http.MethodGet, configs+"/1.0", "/webhookConfigId", "type"),
		badPath("getWebhookConfig", http.MethodGet, configs+"/9223372036854775808", "/webhookConfigId", "format"),
		badPath("updateWebhookConfig", http.MethodPut, configs+"/-1", "/webhookConfigId", "minimum"),
		badPath("deleteWebhookConfig", http.MethodDelete, configs+"/x", "/webhookConfigId", "type"),
		badPath("getWebhookLog", http.MethodGet, logs+"/12", "/deliveryId", "format"),
		badPath("getWebhookLog", http.MethodGet, logs+"/%7B0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11%7D", "/deliveryId", "format"),
		badQuery("listWebhookConfigs", configs, "limit=0", "query /limit minimum"),
		badQuery("listWebhookConfigs", configs, "limit=101", "query /limit maximum"),
		badQuery("listWebhookConfigs", configs, "limit=ten", "query /limit type"),
		badQuery("listWebhookConfigs", configs, "limit=1&limit=2", "query /limit duplicate_parameter"),
		badQuery("listWebhookConfigs", configs, "cursor=abc", "query /cursor type"),
		badQuery("listWebhookConfigs", configs, "offset=2", "query /offset unknown_parameter"),
		badQuery("listWebhookConfigs", configs, "limit=%zz", "query  invalid_query"),
		badQuery("listWebhookLogs", logs, "cursor=12", "query /cursor format"),
		badQuery("listWebhookLogs", logs, "state=DONE", "query /state enum"),
		badQuery("listWebhookLogs", logs, "fromDate=2026-05-15", "query /fromDate format"),
		badQuery("listWebhookLogs", logs, "toDate=yesterday", "query /toDate format"),
		badQuery("listWebhookLogs", logs, "webhookId=0", "query /webhookId minimum"),
		badQuery("listWebhookLogs", logs, "syncId=", "query /syncId min_length"),
		badQuery("listWebhookLogs", logs, "syncId=%00", "query /syncId pattern"),
		badQuery("listWebhookLogs", logs, "state=DONE&limt=5&limit=0",
			"query /state enum", "query /limt unknown_parameter", "query /limit minimum"),
		badContentType(""), badContentType("text/plain"), badContentType("application/json; charset=latin1"),
		badContentType("application/problem+json"),
		badKey(""), badKey("wrong"),
		{
			name: "too large a body", status: http.StatusRequestEntityTooLarge, code: "body_too_large",
			call: call{
				operation: "createWebhookConfig", method: http.MethodPost, path: configs,
				body: withField("name", `"`+strings.Repeat("n", 1<<20)+`"`),
			},
			errors: []string{"body  body_too_large"},
		},
		{
			name: "compressed body", status: http.StatusUnsupportedMediaType, code: "unsupported_media_type",
			call: call{
				operation: "createWebhookConfig", method: http.MethodPost, path: configs, body: withField("", ""),
				header: map[string]string{"Content-Encoding": "gzip"},
			},
			errors: []string{"header /Content-Encoding unsupported_media_type"},
		},
		{
			name: "integration needed", status: http.StatusUnprocessableEntity, code: "integration_type_required",
			call: call{
				operation: "updateWebhookConfig", method: http.MethodPut, path: configs + "/1", body: `{"webhook_type":"INTEGRATION"}`,
			},
			errors: []string{"body /integration_type integration_type_required"},
		},
		{
			name: "no such config", status: http.StatusNotFound, code: "not_found",
			call: call{operation: "getWebhookConfig", method: http.MethodGet, path: configs + "/99"},
		},
		{
			name: "no such log", status: http.StatusNotFound, code: "not_found",
			call: call{operation: "getWebhookLog", method: http.MethodGet, path: logs + "/0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11"},
		},
		{
			name: "no such path", status: http.StatusNotFound, code: "not_found",
			call: call{method: http.MethodGet, path: "/v4/core/webhooks"},
		},
		{
			name: "no such method", status: http.StatusMethodNotAllowed, code: "method_not_allowed",
			call: call{method: http.MethodPatch, path: configs + "/1", body: `{}`},
		},
	}
	for _, name := range []string{
		"Host", "content-length", "Content-Type", "CONNECTION", "Transfer-Encoding", "webhook-id", "Webhook-Anything",
		"X-RootFi-Signature", "User-Agent", "Proxy-Authorization",
	} {
		cases = append(cases, badField("headers", `[{"name":"`+name+`","value":"b"}]`, "/headers/0/name", "reserved_header"))
	}
	return cases
}

// TestBadRequests checks the answer to every bad request, and that none of them
// leaves a trace in the store.
func TestBadRequests(t *testing.T) {
	s := newService(t)
	require.Equal(t, http.StatusCreated, s.do(call{method: http.MethodPost, path: configs, body: withField("", "")}).status)
	list := call{operation: "listWebhookConfigs", method: http.MethodGet, path: configs}
	before := s.do(list).json(t)["data"]
	cases := badRequests()
	require.GreaterOrEqual(t, len(cases), 60)
	for _, bad := range cases {
		t.Run(bad.name, func(t *testing.T) {
			got := s.do(bad.call)
			require.Equal(t, bad.status, got.status, "%s", got.body)
			assert.Equal(t, "application/problem+json", got.header.Get("Content-Type"))
			problem := got.json(t)
			assert.Equal(t, bad.code, problem["code"])
			assert.InDelta(t, bad.status, problem["status"], 0)
			assert.Equal(t, got.header.Get("X-Request-Id"), problem["request_id"])
			assert.Equal(t, bad.errors, violations(t, problem))
			assert.Equal(t, before, s.do(list).json(t)["data"], "the store has changed")
		})
	}
}

func violations(t *testing.T, problem map[string]any) (lines []string) {
	t.Helper()
	list, _ := problem["errors"].([]any)
	for _, item := range list {
		violation, ok := item.(map[string]any)
		require.True(t, ok)
		lines = append(lines, fmt.Sprintf("%v %v %v", violation["in"], violation["pointer"], violation["code"]))
	}
	return lines
}
