package validate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/internal/validate/report"
)

// mark stands, in the texts of these tests, before the character that a finding
// must point at.
const mark = "¶"

const api = "https://api.integrations.commenda.io/v4"

// violation is a body with one mistake, which is marked. It may break several
// rules: the codes have spaces between them.
type violation struct{ operation, body, pointer, code string }

// bodies have one mistake each, for createWebhookConfig unless they begin with
// "update ".
var bodies = []violation{
	{"create", `{"webhook_type": ¶"CONNECTION_CHANGE", "name": "n", "url": "https://e.com/"}`, "/webhook_type", "enum"},
	{"create", `{"webhook_type": ¶12, "name": "n", "url": "https://e.com/"}`, "/webhook_type", "type"},
	{"create", `{"webhook_type": ¶null, "name": "n", "url": "https://e.com/"}`, "/webhook_type", "type"},
	{"create", "¶{\"name\": \"n\",\n \"url\": \"https://e.com/\"}", "/webhook_type", "required"},
	{"create", `¶{"webhook_type": "SYNC_STARTED", "url": "https://e.com/"}`, "/name", "required"},
	{"create", `¶{"webhook_type": "SYNC_STARTED", "name": "n"}`, "/url", "required"},
	{"create", "{\"webhook_type\": \"SYNC_STARTED\", \"name\": ¶false,\n\"url\": \"https://e.com/\"}", "/name", "type"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": ¶" ", "url": "https://e.com/"}`, "/name", "pattern"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": ¶"` + strings.Repeat("n", 256) + `", "url": "https://e.com/"}`, "/name", "max_length"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "é \"n\" ☃", "url": ¶"ftp://e.com/"}`, "/url", "pattern"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": ¶["https://e.com/"]}`, "/url", "type"},
	{"create", "{\n  \"webhook_type\": \"SYNC_STARTED\",\n  \"name\": \"n\",\n  ¶\"nme\": 1,\n  \"url\": \"https://e.com/\"\n}", "/nme", "unknown_field"},
	{"create", "{\n  \"webhook_type\": \"SYNC_STARTED\",\n  \"name\": \"n\",\n  ¶\"name\": \"m\",\n  \"url\": \"https://e.com/\"\n}", "/name", "duplicate_key"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/"¶`, "", "invalid_json"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": ¶wrong, "url": "https://e.com/"}`, "", "invalid_json"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/"} ¶{}`, "", "trailing_data"},
	{"create", "¶[]", "", "type"},
	{"create", "¶{\"webhook_type\": \"INTEGRATION\",\n\"name\": \"n\", \"url\": \"https://e.com/\"}", "/integration_type", "conditional"},
	{"create", `{"webhook_type": "INTEGRATION", "integration_type": ¶"Xero", "name": "n", "url": "https://e.com/"}`, "/integration_type", "enum"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "state": ¶"ON"}`, "/state", "enum"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "topics": ¶"invoice.create"}`, "/topics", "type"},
	{"create", "{\"webhook_type\": \"SYNC_STARTED\", \"name\": \"n\", \"url\": \"https://e.com/\", \"topics\": [\n  \"invoice.create\",\n  ¶7\n]}", "/topics/1", "type"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "topics": [¶"a b"]}`, "/topics/0", "pattern"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "topics": ¶[` + strings.Repeat(`"a",`, 100) + `"a"]}`, "/topics", "max_items"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "signing_key": ¶""}`, "/signing_key", "min_length"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": ¶{}}`, "/headers", "type"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [{"name": "A", "value": "b"}, ¶{"name": "A"}]}`, "/headers/1/value", "required"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [{"name": ¶"Host", "value": "b"}]}`, "/headers/0/name", "reserved_header"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [{"name": ¶"A B", "value": "b"}]}`, "/headers/0/name", "pattern"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [{"name": "A", "value": ¶"\n"}]}`, "/headers/0/value", "pattern"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [{"name": "A", "value": "b", ¶"x": 0}]}`, "/headers/0/x", "unknown_field"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "topics": ` + "¶" + `1e999}`, "/topics", "number_range type"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": ¶"https://e.com/` + strings.Repeat("u", 2048) + `"}`, "/url", "max_length"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "integration_type": ¶{}}`, "/integration_type", "type"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "state": ¶true}`, "/state", "type"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "topics": ["a", ¶"` + strings.Repeat("t", 256) + `"]}`, "/topics/1", "max_length"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "signing_key": ¶["k"]}`, "/signing_key", "type"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "signing_key": ¶"` + strings.Repeat("k", 513) + `"}`, "/signing_key", "max_length"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": ¶[` + strings.Repeat(`{"name": "A", "value": "b"}, `, 50) + `{"name": "A", "value": "b"}]}`, "/headers", "max_items"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [¶7]}`, "/headers/0", "type"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [¶{"value": "b"}]}`, "/headers/0/name", "required"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [{"name": ¶1, "value": "b"}]}`, "/headers/0/name", "type"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [{"name": ¶"` + strings.Repeat("N", 129) + `", "value": "b"}]}`, "/headers/0/name", "max_length"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [{"name": "A", "value": ¶"` + strings.Repeat("v", 4097) + `"}]}`, "/headers/0/value", "max_length"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", "headers": [{"name": "A", ¶"name": "B", "value": "b"}]}`, "/headers/0/name", "duplicate_key"},
	{"create", `{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/", ¶"a/b~c": {"x": [1]}}`, "/a~1b~0c", "unknown_field"},
	{"update", `{"state": ¶"off"}`, "/state", "enum"},
	{"update", `{"name": ¶null}`, "/name", "type"},
	{"update", `{"url": ¶"example.com"}`, "/url", "pattern"},
	{"update", `{"webhook_type": ¶"sync_started"}`, "/webhook_type", "enum"},
	{"update", `{"integration_type": ¶"SAGE"}`, "/integration_type", "enum"},
	{"update", `{"signing_key": ¶7}`, "/signing_key", "type"},
	{"update", `{"headers": [¶null]}`, "/headers/0", "type"},
	{"update", `{"topics": [¶["a"]]}`, "/topics/0", "type"},
	{"update", "{\n  \"state\": \"ENABLED\",\n  ¶\"rootfi_id\": 12\n}", "/rootfi_id", "unknown_field"},
	{"update", "¶\"DISABLED\"", "", "type"},
	{"update", `{"webhook_type": "INTEGRATION", "integration_type": ¶null}`, "/integration_type", "conditional"},
	{"update", `{"topics": ¶false}`, "/topics", "type"},
}

// wrapping is a way in which a file holds a body. Escapes keep the mark before
// the character that it stands for.
type wrapping struct {
	file string
	wrap func(method, url, body string) string
}

var wrappings = []wrapping{
	{"single.sh", func(method, url, body string) string {
		return "#!/bin/sh\n# é: columns count characters\ncurl -X " + method + " \\\n  --json '" + body + "' \\\n  " + url + "\n"
	}},
	{"double.sh", func(method, url, body string) string {
		body = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`).Replace(body)
		return "if true; then\n  curl -sS" + "X" + method + " '" + url + "' -H 'Content-Type: application/json' -d \"" + movedMark(body) + "\" | jq .\nfi\n"
	}},
	{"heredoc.sh", func(method, url, body string) string {
		return "URL=" + url + "\ncurl --request " + method + " --json @- \"$URL\" <<'EOF'\n" + body + "\nEOF\n"
	}},
	{"tabs.sh", func(method, url, body string) string {
		return "f() {\n\tcurl --request=" + method + " --request " + method + " --json @- " + url + " <<-EOF\n\t\t" +
			strings.ReplaceAll(strings.ReplaceAll(body, `\`, `\\`), "\n", "\n\t\t") + "\n\tEOF\n}\n"
	}},
	{"variable.sh", func(method, url, body string) string {
		return "BODY='\n" + body + "\n'\nexport URL=" + url + "\ncurl -X " + method + " --data-binary \"$BODY\" -H 'content-type: application/json' ${URL}\n"
	}},
	{"substitution.sh", func(method, url, body string) string {
		return "curl -X " + method + " " + url + " --json \"$(cat <<'JSON'\n" + body + "\nJSON\n)\"\n"
	}},
	{"request.http", func(method, url, body string) string {
		return "@base = " + strings.TrimSuffix(url, pathOf(url)) + "\n\n### first\nGET {{base}}/core/webhook-logs\n\n###\n// @no-log\n" +
			method + " {{base}}" + pathOf(url) + " HTTP/1.1\nContent-Type: application/json\n\n" + body + "\n\n> {% client.log('done') %}\n"
	}},
	{"guide.md", func(method, url, body string) string {
		return "# Guide\n\n1. Do it:\n\n   ```console\n   $ curl -X " + method + " " + url + " \\\n   > --json '" +
			strings.ReplaceAll(body, "\n", "\n   ") + "'\n   201 Created\n   ```\n"
	}},
	{"message.md", func(method, url, body string) string {
		return "```http\n" + method + " " + url + "\nContent-Type: application/json\n\n" + body + "\n```\n"
	}},
	{"recording.har", func(method, url, body string) string {
		return `{"log": {"version": "1.2", "creator": {"name": "é", "version": "1"},` + "\n" + ` "entries": [{"startedDateTime": "2026-05-15T18:17:02Z",` + "\n" +
			`  "request": {"method": "` + method + `", "url": "` + url + `", "headers": [{"name": ":path", "value": "/"}, {"name": "content-type", "value": "application/json"}],` +
			` "postData": {"mimeType": "application/json", "text": ` + jsonString(body) + `}}}]}}`
	}},
	{"collection.json", func(method, url, body string) string {
		return `{"info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": [` + "\n" +
			` {"name": "folder", "item": [{"name": "one", "request": {"method": "` + method + `", "url": {"raw": "{{base}}` + pathOf(url) + `"}, "header": [],` +
			` "body": {"mode": "raw", "raw": ` + jsonString(body) + `, "options": {"raw": {"language": "json"}}}}}]}]}`
	}},
	{"fixture.yaml", func(method, url, body string) string {
		return "# a request\nmethod: " + method + "\npath: " + pathOf(url) + "\nheaders: {Content-Type: application/json}\nbody: |\n  " +
			strings.ReplaceAll(body, "\n", "\n  ") + "\n"
	}},
}

// movedMark puts a mark that stands between a backslash and what it escapes
// before the backslash.
func movedMark(text string) string { return strings.ReplaceAll(text, `\`+mark, mark+`\`) }

func pathOf(url string) string { return strings.TrimPrefix(url, api) }

// jsonString encodes a text in JSON's longest way, so that no byte stands where
// it did.
func jsonString(text string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range text {
		switch {
		case string(r) == mark:
			out.WriteString(mark)
		case r == '"':
			out.WriteString(`\"`)
		case r == '/':
			out.WriteString(`\/`)
		case r < ' ' || r == '\\' || r > 0x7f:
			fmt.Fprintf(&out, `\u%04X`, r)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// TestBodies finds every mistake at its place in every format.
func TestBodies(t *testing.T) {
	for _, w := range wrappings {
		t.Run(w.file, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for _, v := range bodies {
				method, url := "POST", api+"/core/webhook-config"
				if v.operation == "update" {
					method, url = "PUT", url+"/12"
				}
				assertFound(t, w.file, w.wrap(method, url, v.body), validate.Options{}, "body", v.pointer, v.code)
			}
		})
	}
}

// TestWindows finds some of them in files with a byte order mark and two
// characters at the end of each line.
func TestWindows(t *testing.T) {
	for _, w := range wrappings {
		t.Run(w.file, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for _, v := range bodies {
				if v.operation == "create" {
					text := w.wrap("POST", api+"/core/webhook-config", v.body)
					assertFound(t, w.file, "\uFEFF"+strings.ReplaceAll(text, "\n", "\r\n"), validate.Options{}, "body", v.pointer, v.code)
				}
			}
		})
	}
}

// TestBareBodies finds the same mistakes in files that hold a body and nothing
// else.
func TestBareBodies(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, v := range bodies {
		operation := v.operation + "WebhookConfig"
		assertFound(t, "body.json", v.body, validate.Options{Operation: operation}, "body", v.pointer, v.code)
		assertFound(t, "body.json", "// hookline: operation="+operation+"\n"+v.body, validate.Options{}, "body", v.pointer, v.code)
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o750))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
}

// assertFound writes a file and expects one finding for each code, at the mark,
// and no other.
func assertFound(t *testing.T, file, text string, o validate.Options, in, pointer, code string) {
	t.Helper()
	before, after, found := strings.Cut(text, mark)
	require.True(t, found, "%s has no mark", text)
	writeFile(t, file, before+after)
	before = strings.TrimPrefix(before, "\uFEFF")
	line := 1 + strings.Count(before, "\n")
	column := 1 + utf8.RuneCountInString(before[1+strings.LastIndexByte(before, '\n'):])

	o.Paths = []string{file}
	result, err := validate.Run(t.Context(), o)
	require.NoError(t, err)
	var want []string
	for one := range strings.FieldsSeq(code) {
		want = append(want, fmt.Sprintf("%s:%d:%d %s %s %s", file, line, column, in, pointer, one))
	}
	var got []string
	for _, f := range result.Findings {
		got = append(got, fmt.Sprintf("%s:%d:%d %s %s %s", f.Place.File, f.Place.Line, f.Place.Column, f.In, f.Pointer, f.Code))
	}
	assert.Equal(t, want, got, "in\n%s\nproblems: %v", text, result.Problems)
	assertSecretsKept(t, result, text)
}

// assertSecretsKept fails if a finding repeats a string of the body, names of
// fields excepted.
func assertSecretsKept(t *testing.T, result *report.Result, text string) {
	t.Helper()
	for _, f := range result.Findings {
		assert.NotContains(t, f.Message+f.Pointer, strings.Repeat("n", 100), "a value was printed")
		assert.NotContains(t, f.Message, "ftp://e.com", text)
	}
}

// elsewhere are files with one mistake each, which is not in a body that the
// formats share.
var elsewhere = []struct{ file, text, in, pointer, code string }{
	{"q.sh", `curl '` + api + `/core/webhook-logs?state=¶FAILD'`, "query", "/state", "enum"},
	{"q.sh", `curl '` + api + `/core/webhook-logs?limit=1&limit=¶2'`, "query", "/limit", "duplicate_parameter"},
	{"q.sh", `curl -G ` + api + `/core/webhook-logs -d limit=¶0 -d state=FAILED`, "query", "/limit", "minimum"},
	{"q.sh", `curl --url-query 'limit=¶x' ` + api + `/core/webhook-logs`, "query", "/limit", "type"},
	{"q.sh", `curl '` + api + `/core/webhook-logs?limitt=¶1'`, "query", "/limitt", "unknown_parameter"},
	{"q.sh", `curl '` + api + `/core/webhook-logs?¶limit=%zz'`, "query", "", "invalid_query"},
	{"q.sh", `curl '` + api + `/core/webhook-logs?fromDate=¶yesterday'`, "query", "/fromDate", "format"},
	{"q.sh", `curl '` + api + `/core/webhook-logs?webhookId=¶1.5'`, "query", "/webhookId", "type"},
	{"q.sh", `curl '` + api + `/core/webhook-logs?syncId=¶'`, "query", "/syncId", "min_length"},
	{"q.sh", `curl '` + api + `/core/webhook-logs?cursor=¶12'`, "query", "/cursor", "format"},
	{"q.sh", `curl '` + api + `/core/webhook-config?limit=¶101'`, "query", "/limit", "maximum"},
	{"p.sh", `curl ` + api + `/core/webhook-config/¶abc`, "path", "/webhookConfigId", "type"},
	{"p.sh", `curl -X DELETE "` + api + `/core/webhook-config/¶0"`, "path", "/webhookConfigId", "minimum"},
	{"p.sh", `curl ` + api + `/core/webhook-logs/¶12`, "path", "/deliveryId", "format"},
	{"p.sh", "base=" + api + "\ncurl \"$base\"/core/webhook-logs/¶x%2Fy", "path", "/deliveryId", "format"},
	{"u.sh", `curl ¶` + api + `/core/webhook-confg`, "path", "", "not_found"},
	{"u.sh", `curl -X ¶PATCH ` + api + `/core/webhook-config`, "path", "", "method_not_allowed"},
	{"h.sh", `¶curl -d '{}' ` + api + `/core/webhook-config`, "header", "/Content-Type", "unsupported_media_type"},
	{"h.sh", `curl -d '{}' -H 'Content-Type:  ¶text/plain' ` + api + `/core/webhook-config`, "header", "/Content-Type", "unsupported_media_type"},
	{"h.sh", `¶curl -F a=b ` + api + `/core/webhook-config`, "header", "/Content-Type", "unsupported_media_type"},
	{"b.sh", `¶curl -X POST ` + api + `/core/webhook-config`, "body", "", "required"},
	{"q.http", "GET " + api + "/core/webhook-logs\n  ?limit=5\n  &state=¶NO\n", "query", "/state", "enum"},
	{"q.http", "@limit = ¶101\nGET " + api + "/core/webhook-logs?limit={{limit}}&state=FAILED\n", "query", "/limit", "maximum"},
	{"q.http", "GET " + api + "/core/webhook-logs?limit={{limit}}&state=¶NO\n", "query", "/state", "enum"},
	{"p.http", "GET {{base}}/core/webhook-config/¶nope\n", "path", "/webhookConfigId", "type"},
	{"u.http", "GET ¶" + api + "/core/nothing\n", "path", "", "not_found"},
	{"m.http", "¶PATCH " + api + "/core/webhook-config\n", "path", "", "method_not_allowed"},
	{"h.http", "POST " + api + "/core/webhook-config\nContent-Type: ¶text/plain\n\n{}\n", "header", "/Content-Type", "unsupported_media_type"},
	{"f.yaml", "method: GET\npath: /core/webhook-logs\nquery:\n  limit: ¶0\n", "query", "/limit", "minimum"},
	{"f.yaml", "- method: GET\n  path: /v4/core/webhook-logs\n- method: GET\n  path: /core/webhook-logs\n  query: {limit: 5, state: ¶x}\n", "query", "/state", "enum"},
	{"f.yaml", "method: POST\npath: /core/webhook-config\nbody:\n  webhook_type: ¶SYNC\n  name: n\n  url: https://e.com/\n", "body", "/webhook_type", "enum"},
	{"f.yaml", "method: POST\npath: /core/webhook-config\nbody:\n  ¶webhook_type: SYNC_STARTED\n  name: n\n", "body", "/url", "required"},
	{"f.yaml", "method: POST\npath: /core/webhook-config\nbody: {webhook_type: SYNC_STARTED, name: n, url: 'https://e.com/', ¶nme: 1}\n", "body", "/nme", "unknown_field"},
	{"f.yaml", "method: POST\npath: /core/webhook-config\nbody:\n  webhook_type: SYNC_STARTED\n  name: n\n  url: https://e.com/\n  topics:\n    - a\n    - ¶2\n", "body", "/topics/1", "type"},
	{"f.yaml", "method: GET\npath: /core/webhook-config/1\nresponse:\n  status: ¶418\n", "status", "", "undocumented_status"},
	{"f.yaml", "method: GET\npath: /core/webhook-config/1\n---\nmethod: GET\npath: /core/webhook-config/¶x\n", "path", "/webhookConfigId", "type"},
	{"f.json", `{"method": "GET", "path": "/core/webhook-config/1", "response": {"status": 200, "body": {"data": ¶null, "request_id": "a1b2c3d4-e5f6-7890-abcd-ef1234567890"}}}`, "body", "/data", "type"},
	{"f.json", `{"method": "DELETE", "path": "/core/webhook-config/1", "response": {"status": 204, "body": ¶{}}}`, "body", "", "unsupported_media_type"},
	{"f.json", `{"method": "GET", "path": "/core/webhook-config/1", "response": {"status": ¶204, "headers": {"X-RateLimit-Limit": "0"}}}`, "status", "", "undocumented_status"},
	{"f.json", `{"method": "DELETE", "path": "/core/webhook-config/1", "response": {"status": 204, "headers": {"X-Request-Id": "¶12"}}}`, "header", "/X-Request-Id", "format"},
	{"b.yaml", "# hookline: operation=updateWebhookConfig\nstate: ENABLED\nurl: ¶nowhere\n", "body", "/url", "pattern"},
	{"b.yaml", "# hookline: operation=createWebhookConfig\n---\nname: 'it''s \u00e9'\nwebhook_type: SYNC_STARTED\nurl: \"https://e.com/\"\ntopics: [a, ¶\"b c\"]\n", "body", "/topics/1", "pattern"},
}

// TestOtherParts finds mistakes in URLs, headers and whole fixtures.
func TestOtherParts(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range elsewhere {
		assertFound(t, c.file, c.text, validate.Options{}, c.in, c.pointer, c.code)
	}
}

// TestDistinct counts the violations that the tests above assert, whatever the
// format that holds them: two are the same if operation, part, pointer and code
// are.
func TestDistinct(t *testing.T) {
	distinct := map[string]bool{}
	for _, v := range bodies {
		distinct[v.operation+" body "+v.pointer+" "+v.code] = true
	}
	for _, v := range elsewhere {
		distinct["elsewhere "+v.in+" "+v.pointer+" "+v.code] = true
	}
	for _, v := range answers {
		distinct[v.operation+" response "+v.pointer+" "+v.code] = true
	}
	t.Log(len(distinct), "distinct violations")
	assert.GreaterOrEqual(t, len(distinct), 80)
}
