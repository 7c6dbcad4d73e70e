package validate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/validate"
)

const (
	requestID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"

	config = `{"rootfi_id": 12, "rootfi_created_at": "2026-05-15T18:17:02.052Z", "rootfi_updated_at": "2026-05-15T18:17:02.052Z", ` +
		`"rootfi_organisation_id": 1, "webhook_type": "CONNECTION_CHANGED", "integration_type": null, "name": "n", "url": "https://e.com/", ` +
		`"state": "ENABLED", "topics": [], "headers": null, "signature_header": null}`

	delivery = `{"id": "0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11", "webhookName": "n", "webhookUrl": "https://e.com/", "state": "DELIVERED", ` +
		`"latestStatusCode": 200, "attemptCount": 1, "eventType": null, "integration": null, "syncId": null, ` +
		`"createdAt": "2026-05-15T18:17:02.052Z", "updatedAt": "2026-05-15T18:17:02.052Z", "payload": {}, ` +
		`"attempts": [{"id": "0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b12", "attemptNumber": 1, "success": true, "statusCode": 200, "errorMessage": null, "createdAt": "2026-05-15T18:17:02.052Z"}]}`
)

// answered are right responses, by operation and status.
var answered = map[string]string{
	"createWebhookConfig:201": `{"data": {"data": ` + config + `}, "request_id": "` + requestID + `"}`,
	"listWebhookConfigs:200":  `{"data": {"data": [` + config + `], "count": 1, "next": null}, "request_id": "` + requestID + `"}`,
	"getWebhookLog:200":       `{"data": {"webhookLog": ` + delivery + `}, "request_id": "` + requestID + `"}`,
	"getWebhookConfig:404": `{"type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found", "request_id": "` + requestID + `", ` +
		`"errors": [{"in": "path", "pointer": "/webhookConfigId", "code": "type", "detail": "d"}]}`,
}

// answers are responses with one mistake each: right stands in a right
// response, and wrong takes its place.
var answers = []struct{ operation, right, wrong, pointer, code string }{
	{"createWebhookConfig:201", `"rootfi_id": 12`, `"rootfi_id": ¶"12"`, "/data/data/rootfi_id", "type"},
	{"createWebhookConfig:201", `"rootfi_id": 12`, `"rootfi_id": ¶0`, "/data/data/rootfi_id", "minimum"},
	{"createWebhookConfig:201", `"rootfi_organisation_id": 1,`, `"rootfi_organisation_id": ¶1.5,`, "/data/data/rootfi_organisation_id", "type"},
	{"createWebhookConfig:201", `"webhook_type": "CONNECTION_CHANGED"`, `"webhook_type": ¶"CHANGED"`, "/data/data/webhook_type", "enum"},
	{"createWebhookConfig:201", `"name": "n"`, `"name": ¶null`, "/data/data/name", "type"},
	{"createWebhookConfig:201", `"topics": []`, `"topics": ¶null`, "/data/data/topics", "type"},
	{"createWebhookConfig:201", `"topics": []`, `"topics": ["a", ¶1]`, "/data/data/topics/1", "type"},
	{"createWebhookConfig:201", `"headers": null`, `"headers": [{"name": "A", ¶"valu": "b", "value": ""}]`, "/data/data/headers/0/valu", "unknown_field"},
	{"createWebhookConfig:201", `"headers": null`, `"headers": [{"name": ¶"Host", "value": ""}]`, "/data/data/headers/0/name", "reserved_header"},
	{"createWebhookConfig:201", `{"rootfi_id": 12, `, `¶{`, "/data/data/rootfi_id", "required"},
	{"createWebhookConfig:201", `"request_id": "` + requestID, `"request_id": ¶"12`, "/request_id", "format"},
	{"createWebhookConfig:201", `"data": {"data": ` + config + `}`, `"data": ¶[]`, "/data", "type"},
	{"listWebhookConfigs:200", `"count": 1`, `"count": ¶-1`, "/data/count", "minimum"},
	{"listWebhookConfigs:200", `"next": null`, `"next": ¶"12"`, "/data/next", "type"},
	{"listWebhookConfigs:200", `{"data": [` + config + `], "count": 1, "next": null}`, `¶{"data": [], "count": 0}`, "/data/next", "required"},
	{"listWebhookConfigs:200", `[` + config + `]`, `[` + config + `, ¶12]`, "/data/data/1", "type"},
	{"listWebhookConfigs:200", `"state": "ENABLED"`, `"state": ¶"PAUSED"`, "/data/data/0/state", "enum"},
	{"getWebhookLog:200", `"id": "0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11"`, `"id": ¶"1"`, "/data/webhookLog/id", "format"},
	{"getWebhookLog:200", `"attemptCount": 1`, `"attemptCount": ¶2147483648`, "/data/webhookLog/attemptCount", "format"},
	{"getWebhookLog:200", `"attemptNumber": 1`, `"attemptNumber": ¶0`, "/data/webhookLog/attempts/0/attemptNumber", "minimum"},
	{"getWebhookLog:200", `"success": true`, `"success": ¶1`, "/data/webhookLog/attempts/0/success", "type"},
	{"getWebhookLog:200", `"payload": {}`, `"payload": ¶[]`, "/data/webhookLog/payload", "type"},
	{"getWebhookLog:200", `"updatedAt": "2026-05-15T18:17:02.052Z"`, `"updatedAt": ¶"2026-05-15T18:17:02Z"`, "/data/webhookLog/updatedAt", "pattern"},
	{"getWebhookConfig:404", `"status": 404`, `"status": ¶200`, "/status", "minimum"},
	{"getWebhookConfig:404", `"status": 404`, `"status": ¶600`, "/status", "maximum"},
	{"getWebhookConfig:404", `"code": "not_found", `, ``, "/code", "required"},
	{"getWebhookConfig:404", `"in": "path"`, `"in": ¶"cookie"`, "/errors/0/in", "enum"},
	{"getWebhookConfig:404", `"title": "Not Found"`, `"title": "Not Found", ¶"title": ""`, "/title", "duplicate_key"},
}

// exchanged says how the operations of the answers are asked for.
var exchanged = map[string]struct{ method, path, body string }{
	"createWebhookConfig": {"POST", "/core/webhook-config", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/"}`},
	"listWebhookConfigs":  {"GET", "/core/webhook-config", ""},
	"getWebhookLog":       {"GET", "/core/webhook-logs/0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11", ""},
	"getWebhookConfig":    {"GET", "/core/webhook-config/12", ""},
}

// responseWrappings are ways in which a file holds a response.
var responseWrappings = []struct {
	file string
	wrap func(operation, status, body string) string
}{
	{"fixture.json", func(operation, status, body string) string {
		e := exchanged[operation]
		request := ""
		if e.body != "" {
			request = `, "body": ` + e.body
		}
		return `{"method": "` + e.method + `", "path": "` + e.path + `"` + request + `, "response": {"status": ` + status + ",\n\t\"body\": " + body + "}}"
	}},
	{"recording.har", func(operation, status, body string) string {
		e := exchanged[operation]
		post := ""
		if e.body != "" {
			post = `, "postData": {"mimeType": "application/json", "text": ` + jsonString(e.body) + `}`
		}
		return `{"log": {"entries": [` + "\n" + `{"response": {"status": ` + status + `, "headers": [{"name": "Content-Type", "value": "` + mediaTypeOf(status) + `"}],` +
			` "content": {"text": ` + jsonString(body) + `}},` + "\n" + `"request": {"method": "` + e.method + `", "url": "` + api + e.path +
			`", "headers": [{"name": "content-type", "value": "application/json"}]` + post + `}}]}}`
	}},
	{"collection.json", func(operation, status, body string) string {
		e := exchanged[operation]
		request := `{"method": "` + e.method + `", "url": "` + api + e.path + `", "body": {"mode": "raw", "raw": ` + jsonString(e.body) +
			`, "options": {"raw": {"language": "json"}}}}`
		return `{"info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": [{"name": "é", "request": ` + request +
			`, "response": [{"name": "example", "code": ` + status + `, "header": [{"key": "Content-Type", "value": "` + mediaTypeOf(status) + `"}],` +
			"\n" + `"body": ` + jsonString(body) + `}]}]}`
	}},
	{"bare.json", func(operation, status, body string) string {
		return "// hookline: operation=" + operation + ":" + status + "\n" + body
	}},
}

func mediaTypeOf(status string) string {
	if status[0] == '4' {
		return "application/problem+json"
	}
	return "application/json"
}

// TestAnswers finds every mistake of a response at its place in every format
// that holds responses.
func TestAnswers(t *testing.T) {
	for _, w := range responseWrappings {
		t.Run(w.file, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for _, a := range answers {
				require.Contains(t, answered[a.operation], a.right)
				body := strings.Replace(answered[a.operation], a.right, a.wrong, 1)
				if !strings.Contains(body, mark) {
					body = mark + body // what is missing is missing from the whole
				}
				operation, status, _ := strings.Cut(a.operation, ":")
				assertFound(t, w.file, w.wrap(operation, status, body), validate.Options{}, "body", a.pointer, a.code)
			}
			for name, body := range answered {
				operation, status, _ := strings.Cut(name, ":")
				assertClean(t, w.file, w.wrap(operation, status, body))
			}
		})
	}
}

// assertClean writes a file and expects that nothing is wrong with it.
func assertClean(t *testing.T, file, text string) {
	t.Helper()
	writeFile(t, file, text)
	result := run(t, validate.Options{Paths: []string{file}})
	require.Empty(t, result.Findings, text)
	require.Zero(t, result.ExitCode(), "%v", result.Problems)
}
