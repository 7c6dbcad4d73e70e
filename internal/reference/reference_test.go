package reference_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"go/parser"
	"go/token"
	"html"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/internal/reference"
)

func render(t *testing.T, document string, options reference.Options) string {
	t.Helper()
	page, err := reference.Page([]byte(document), options)
	require.NoError(t, err)
	return string(page)
}

// contractPage is the page of the project's own contract.
func contractPage(t *testing.T) string {
	t.Helper()
	return render(t, string(hookline.OpenAPI()), reference.Options{StyleURL: "/docs/style.css", Server: "http://127.0.0.1:8080/v4"})
}

// matches are the first groups of all matches, unescaped.
func matches(page, pattern string) []string {
	var found []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(page, -1) {
		found = append(found, html.UnescapeString(match[1]))
	}
	return found
}

// TestEverythingIsThere looks for each operation and schema of the contract.
func TestEverythingIsThere(t *testing.T) {
	page := contractPage(t)
	anchors := map[string]bool{}
	for _, id := range matches(page, ` id="([^"]*)"`) {
		assert.False(t, anchors[id], "the anchor %s is there twice", id)
		anchors[id] = true
	}
	for _, id := range matches(string(hookline.OpenAPI()), `operationId: (\w+)`) {
		assert.True(t, anchors[id], id)
	}
	_, schemas, ok := strings.Cut(string(hookline.OpenAPI()), "\n  schemas:\n")
	require.True(t, ok)
	for _, name := range matches(schemas, `(?m)^    (\w+):$`) {
		assert.True(t, anchors["schema-"+name], name)
	}
	for _, target := range matches(page, ` href="#([^"]*)"`) {
		assert.True(t, anchors[target], "#%s leads nowhere", target)
	}
	for _, code := range []string{"invalid_request", "unauthorized", "not_found", "idempotency_key_reused", "body_too_large"} {
		assert.Contains(t, page, "<code>"+code+"</code>")
	}
}

// TestStrict has nothing on the page that a strict policy would refuse.
func TestStrict(t *testing.T) {
	page := contractPage(t)
	for _, forbidden := range []string{"<script", " style=", "<style", " onclick", "javascript:", "<img", "@import", "url("} {
		assert.NotContains(t, page, forbidden)
		assert.NotContains(t, string(reference.Style()), forbidden)
	}
	alone := render(t, string(hookline.OpenAPI()), reference.Options{})
	assert.Contains(t, alone, "<style>"+string(reference.Style())+"</style>")
	assert.Regexp(t, `content="default-src &#39;none&#39;; style-src &#39;sha256-[A-Za-z0-9&#;+/=]+&#39;"`, alone)
}

func TestSize(t *testing.T) {
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	_, err := w.Write([]byte(contractPage(t) + string(reference.Style())))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	assert.Less(t, compressed.Len(), 40<<10)
}

// TestPrograms reads every Go program as Go, and one command as it must be.
func TestPrograms(t *testing.T) {
	page := contractPage(t)
	programs := matches(page, `(?s)<p class="caption">Go</p>\s*<pre tabindex="0"><code>(.*?)</code></pre>`)
	assert.Len(t, programs, strings.Count(page, `<section class="operation"`)-strings.Count(page, `<div class="callback">`))
	for _, program := range programs {
		source := "package p\nfunc f(ctx context.Context) error {\n" + program + "\nreturn nil\n}"
		_, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
		require.NoError(t, err, source)
	}
	commands := matches(page, `(?s)<p class="caption">curl</p>\s*<pre tabindex="0"><code>(.*?)</code></pre>`)
	assert.Len(t, commands, len(programs))
	assert.Equal(t, `curl 'http://127.0.0.1:8080/v4/core/webhook-config' \
  -H "api_key: $API_KEY" \
  -H 'Content-Type: application/json' \
  -d '{
  "webhook_type": "CONNECTION_CHANGED",
  "name": "Connection webhook",
  "url": "https://example.com/webhooks/rootfi",
  "state": "ENABLED"
}'`, commands[0])
}

const small = `openapi: %s
info: {title: T, version: "1"}
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}, example: 7}]
    get:
      description: %s
      parameters: [{name: q, in: query, required: true, schema: {$ref: '%s'}}]
      responses: {'200': {description: ok}}
components: {schemas: {Good: {type: [string, 'null'], minLength: 1}}}
`

// TestHostileText has a document that wants to be more than text.
func TestHostileText(t *testing.T) {
	page := render(t, fmt.Sprintf(small, "3.1.0", `"<script>x</script> [a](javascript:x) ![i](https://evil.example/x.png) \u202e"`, "#/components/schemas/Good"),
		reference.Options{Server: `https://x.example/'"><script>`})
	assert.NotContains(t, page, "<script")
	assert.NotContains(t, page, `"javascript:`)
	assert.Contains(t, page, "default-src &#39;none&#39;")
	assert.Contains(t, page, "string or null")
	assert.Contains(t, page, "not empty")
	assert.Contains(t, html.UnescapeString(page), `curl 'https://x.example/'\''"><script>/things/7?q=q'`)
}

func TestUnreadableDocuments(t *testing.T) {
	circle := strings.Replace(fmt.Sprintf(small, "3.0.3", "d", "#/components/schemas/A"), "schemas: {",
		"schemas: {A: {$ref: '#/components/schemas/B'}, B: {$ref: '#/components/schemas/A'}, ", 1)
	for document, want := range map[string]string{
		"":               "the document is empty",
		"swagger: '2.0'": `the document must have an openapi field with a version of 3, not ""`,
		"openapi: [":     "the document cannot be read",
		"openapi: 4.0.0": "not \"4.0.0\"",
		fmt.Sprintf(small, "3.0.3", "d", "#/components/schemas/Bad"): `line 8: there is nothing at "#/components/schemas/Bad"`,
		fmt.Sprintf(small, "3.0.3", "d", "other.yaml#/x"):            `line 8: the reference "other.yaml#/x" leaves the document`,
		circle: "the references go in a circle",
	} {
		_, err := reference.Page([]byte(document), reference.Options{})
		require.Error(t, err, document)
		assert.Contains(t, err.Error(), want)
	}
}

// TestWebhooks shows what a 3.1 document sends.
func TestWebhooks(t *testing.T) {
	page := render(t, `openapi: 3.1.0
info: {title: T, version: "1"}
webhooks:
  thingMade:
    post:
      operationId: thingMade
      requestBody: {content: {application/json: {schema: {type: object, required: [a], properties: {a: {type: array, items: {type: object, properties: {b: {type: [integer, string], exclusiveMinimum: 3}}}}}}, example: {a: [{b: 4.50}]}}}}
`, reference.Options{})
	assert.Contains(t, page, `id="thingMade"`)
	assert.Contains(t, page, "<code>a[].b</code>")
	assert.Contains(t, page, "integer or string")
	assert.Contains(t, page, "more than 3")
	assert.Contains(t, page, "4.50")
	assert.NotContains(t, page, "curl")
}
