package validate_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/internal/validate/report"
)

// TestBroken shows that each input that cannot be read ends in one line that
// says why, and in the exit status 2.
func TestBroken(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Symlink("loop.sh", "loop.sh"))
	require.NoError(t, os.Mkdir("folder", 0o750))
	require.NoError(t, os.Symlink(".", filepath.Join("folder", "itself")))
	require.NoError(t, os.MkdirAll(filepath.Join("bare", "x"), 0o750))
	require.NoError(t, os.WriteFile(filepath.Join("bare", "x-operation"), []byte("a b c\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join("bare", "a.json"), []byte("{}"), 0o600))
	require.NoError(t, os.WriteFile("http-client.env.json", []byte(`{"dev": {}}`), 0o600))
	har := `{"log": {"entries": [{"request": {"method": "GET", "url": "` + api + `/core/webhook-logs"}}`
	post := "curl --json @%s " + api + "/core/webhook-config\n"
	for _, c := range []struct {
		name, file, text string
		want             string
	}{
		{"truncated HAR", "a.har", har, "a.har:1:%d: the file ends in the middle of its JSON"},
		{"truncated within an entry", "b.har", har[:len(har)-9], "b.har:1:%d: the file ends in the middle of its JSON"},
		{"not a HAR", "c.har", `{"log": {}}`, "c.har:1:%d: the file holds no log.entries, so it is no HTTP Archive"},
		{"HAR with more", "d.har", har + `]}} x`, "d.har:1:%d: the file is not valid JSON"},
		{"HAR without a method", "e.har", `{"log": {"entries": [{}]}}`, "e.har:1:22: the entry has no request with a method and a url"},
		{"HAR with a status in words", "f.har", har + `, {"request": {"method": "GET", "url": "x"}, "response": {"status": true}}]}}`, "f.har:1:%d: the status is not a whole number"},
		{"HAR that is a list", "g.har", `[]`, "g.har:1:%d: the file holds no log.entries, so it is no HTTP Archive"},
		{"HAR with wrong base64", "h.har", har[:len(har)-2] + `, "postData": {"text": "?", "encoding": "base64"}}}]}}`, "h.har:1:%d: the text is not base64, as its encoding says"},
		{"binary file", "a.sh", "curl \x00\x01", "a.sh: the file is binary"},
		{"binary file without a telling name", "a.out2", "\x7fELF\x00", "a.out2: the file is binary"},
		{"some other file", "a.css", "a { b: c }", "a.css: the file is of none of the formats that can be validated; a name such as x.sh, x.http, x.har, x.json or x.md says which it is"},
		{"Go source", "a.go", "package a\n// curl x\n", "a.go: Go sources are not read; contract.Transport and contract.Handler validate what their tests send"},
		{"invalid UTF-8", "b.sh", "# ok\ncurl 'é\xff'", "b.sh:2:8: the file is not valid UTF-8"},
		{"50 MB file", "big.json", "{\"a\": \"" + strings.Repeat("x", 50<<20) + "\"}", "big.json: the file is larger than 10 MiB, as only HTTP Archives and logs may be; --exclude leaves it out"},
		{"cyclic link", "loop.sh", "", "loop.sh: the symbolic link leads back to itself"},
		{"cyclic folder", "folder", "", "folder/itself: the symbolic link leads back to a folder that it is in"},
		{"no such file", "none.har", "", "none.har: there is no such file or folder"},
		{"no match", "none/*.har", "", "none/*.har: no file matches the pattern"},
		{"no header", "b.http", "POST /\nContent-Type application/json\n", "b.http:2:1: the line is not a header: Name: value, and an empty line before the body"},
		{"no empty line", "b2.http", "POST /\nAccept: */*\n{\"a\": 1}\n", "b2.http:3:1: the line is not a header: Name: value, and an empty line before the body"},
		{"no body file", "c.http", "POST /core/webhook-config\n\n< ./none.json\n", "c.http:3:3: the file that is to be sent cannot be read: there is no such file or folder"},
		{"shell syntax", "c.sh", "curl 'x\n", "c.sh:1:6: the shell script cannot be parsed: its syntax is wrong here"},
		{"no data file", "d.sh", strings.Replace(post, "%s", "none.json", 1), "d.sh:1:14: the file that is to be sent cannot be read: there is no such file or folder"},
		{"no redirected file", "d2.sh", "curl --json @- " + api + "/core/webhook-config < none.json", "d2.sh:1:78: the file that is to be sent cannot be read: there is no such file or folder"},
		{"folder for data", "e.sh", strings.Replace(post, "%s", "folder", 1), "e.sh:1:14: the file that is to be sent cannot be read: it is not a file"},
		{"option without value", "f.sh", "curl -X", "f.sh:1:6: curl's option -X lacks its value"},
		{"long option without value", "g.sh", "curl x --json", "g.sh:1:8: curl's option --json lacks its value"},
		{"JSON syntax", "a.json", "{\n \"a\": ?}", "a.json:2:7: the file is not valid JSON"},
		{"JSON too deep", "d.json", strings.Repeat("[", 300), "d.json:1:%d: the JSON nests deeper than 200 levels"},
		{"no fixture", "b.json", `{"a": 1}`, "b.json: the file is neither a request nor a body whose operation is known; --operation names one"},
		{"empty archive", "empty.har", " ", "empty.har: the file is empty"},
		{"empty file", "c.json", "\n", "c.json: the file is empty"},
		{"misspelt key", "e.json", `{"method": "GET", "path": "/", "haeders": {}}`, `e.json:1:33: a request of a fixture has no key "haeders"`},
		{"misspelt key of a response", "i.json", `{"method": "GET", "path": "/", "response": {"status": 200, "bdy": {}}}`, `i.json:1:61: a response of a fixture has no key "bdy"`},
		{"status out of range", "f.json", `{"method": "GET", "path": "/", "response": {"status": 20}}`, "f.json:1:44: the response must have a status from 100 to 599"},
		{"list with something else", "g.json", `[{"method": "GET", "path": "/"}, 1]`, "g.json:1:34: the request must have a method and a path"},
		{"unknown operation", "h.json", "// hookline: operation=nope\n{}", `h.json:1:1: the contract has no operation "nope"; it has createWebhookConfig, deleteWebhookConfig, getWebhookConfig, getWebhookLog, listWebhookConfigs, listWebhookLogs, publishWebhookEvent, recoverWebhookDeliveries, retryWebhookDelivery, streamWebhookEvents, testWebhookConfig, updateWebhookConfig`},
		{"bad status of an operation", "j.json", "// hookline: operation=createWebhookConfig:9\n{}", "j.json:1:1: the status of a response body must be from 100 to 599, as in createWebhookConfig:201"},
		{"YAML syntax", "a.yaml", "a: [", "a.yaml:1:1: the file is not valid YAML"},
		{"YAML that grows", "b.yaml", billionLaughs(), "b.yaml: the YAML grows larger than 10 MiB or nests deeper than 200 levels"},
		{"operation file", filepath.Join("bare", "a.json"), "{}", "bare/x-operation:1:1: the line must be a glob of file names and an operation, or an operation"},
		{"not a collection", "p.json", `{"info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}}`, "p.json:1:1: the file is not a Postman collection: it has no item list"},
		{"collection with an empty item", "q.json", `{"info": {"_postman_id": "1"}, "item": [{}]}`, "q.json:1:41: the item has neither a request nor items"},
		{"no request", "n.sh", "echo hello", "no request for an operation of the contract was found; hookline validate --help says which files are read"},
		{"only other servers", "o.sh", "curl https://example.com/", "no request for an operation of the contract was found (1 for other servers; --server adds one)"},
		{"only unmatched", "m.sh", "curl " + api + "/nothing", "no request for an operation of the contract was found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.text != "" {
				require.NoError(t, os.WriteFile(c.file, []byte(c.text), 0o600))
			}
			result, err := validate.Run(t.Context(), validate.Options{Paths: []string{c.file}})
			require.NoError(t, err)
			assert.Equal(t, 2, result.ExitCode())
			require.Len(t, result.Problems, 1)
			got := result.Problems[0].Error()
			assert.NotContains(t, got, "\n")
			if before, after, ok := strings.Cut(c.want, "%d"); ok {
				assert.True(t, strings.HasPrefix(got, before) && strings.HasSuffix(got, after), "%s\n%s", got, c.want)
			} else {
				assert.Equal(t, c.want, got)
			}
			var out bytes.Buffer
			require.NoError(t, report.Text(&out, result, false))
			assert.Contains(t, out.String(), got+"\n")
		})
	}
}

// TestBrokenStreams shows what is said about a recording that is too large in
// one place, or ends in an error.
func TestBrokenStreams(t *testing.T) {
	const start = `{"log": {"entries": [`
	broken := iotest.ErrReader(errors.New("connection reset"))
	for name, c := range map[string]struct {
		stdin io.Reader
		want  string
	}{
		"an entry that is too large": {strings.NewReader(start + `{"x": "` + strings.Repeat("x", 65<<20)), "<stdin>:1:22: an entry is larger than 64 MiB"},
		"an error at once":           {broken, "<stdin>: it cannot be read"},
		"an error on the way":        {io.MultiReader(strings.NewReader(start+strings.Repeat("\n", 5000)), broken), "<stdin>:1:22: the file cannot be read to its end"},
		"an error in another format": {io.MultiReader(strings.NewReader("curl x"+strings.Repeat("\n", 5000)), broken), "<stdin>: it cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := validate.Run(t.Context(), validate.Options{Paths: []string{"-"}, Stdin: c.stdin})
			require.NoError(t, err)
			assert.Equal(t, 2, result.ExitCode())
			require.Len(t, result.Problems, 1)
			assert.Equal(t, c.want, result.Problems[0].Error())
		})
	}
}

// billionLaughs grows to 2 GB where aliases are followed.
func billionLaughs() string {
	var text strings.Builder
	text.WriteString("method: GET\npath: /\nbody:\n  - &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]\n")
	for c := 'b'; c < 'j'; c++ {
		p := string(c - 1)
		text.WriteString("  - &" + string(c) + " [" + strings.Repeat("*"+p+", ", 9) + "*" + p + "]\n")
	}
	return text.String()
}

// TestBrokenAmongGood shows that one unreadable file does not hide the findings
// of the others.
func TestBrokenAmongGood(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("a.har", []byte(`{"log"`), 0o600))
	require.NoError(t, os.WriteFile("b.sh", []byte("curl -X POST "+api+"/core/webhook-config"), 0o600))
	require.NoError(t, os.WriteFile("c.css", []byte("not ours"), 0o600))
	result, err := validate.Run(t.Context(), validate.Options{Paths: []string{"."}})
	require.NoError(t, err)
	assert.Len(t, result.Findings, 1)
	assert.Len(t, result.Problems, 1)
	assert.Equal(t, 2, result.ExitCode())
}

// TestPassedOver shows that files of a folder which only look like ours do not
// keep anybody from validating the folder.
func TestPassedOver(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"values.yaml":   "a: {{ .Values.x }}\n{{- if .b }}\nc: 1\n{{- end }}\n",
		"tsconfig.json": `{"compilerOptions": { /* strict */ "strict": true,}, }`,
		"prompt.zsh":    "for x (a b) { echo $x }\n",
		"data.json":     "[1, 2, 3]",
		"empty.har":     "",
		"empty.json":    "\n",
		"program.bin":   "\x7fELF\x00",
		"guide.md": "```http\nHTTP/1.1 200 OK\n\n{}\n```\n```http\nPOST /v4/core/webhook-config\nContent-Type: application/json\n\n" +
			`{"webhook_type": "SYNC_STARTED", "name": "n", "url": "https://e.com/"}` + "\n\nHTTP/1.1 201 Created\n\n{}\n```\n",
	} {
		writeFile(t, name, text)
	}
	result, err := validate.Run(t.Context(), validate.Options{Paths: []string{"."}})
	require.NoError(t, err)
	assert.Empty(t, result.Problems)
	assert.Equal(t, report.Summary{Files: 1, Requests: 1, Valid: 1}, result.Summary)

	writeFile(t, "create.json", "{\n  \"path\": \"/core/webhook-config\",\n  \"method\": \"POST\"")
	writeFile(t, "update.yaml", "# hookline: operation=updateWebhookConfig\nstate: [")
	writeFile(t, "send.sh", "curl 'x")
	result, err = validate.Run(t.Context(), validate.Options{Paths: []string{"."}})
	require.NoError(t, err)
	assert.Len(t, result.Problems, 3, "those that are meant to be requests count")
}

// TestUsage shows the mistakes in options that end a run before it begins.
func TestUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("a.yaml", []byte("swagger: '2.0'"), 0o600))
	require.NoError(t, os.WriteFile("a.json", []byte("{}"), 0o600))
	for name, c := range map[string]struct {
		options validate.Options
		want    string
	}{
		"no path":           {validate.Options{}, "name the files"},
		"no document":       {validate.Options{Paths: []string{"."}, Spec: "none.yaml"}, "none.yaml"},
		"no OpenAPI":        {validate.Options{Paths: []string{"."}, Spec: "a.json"}, "no OpenAPI document"},
		"Swagger":           {validate.Options{Paths: []string{"."}, Spec: "a.yaml"}, "the document is a Swagger 2.0 document"},
		"relative server":   {validate.Options{Paths: []string{"."}, Servers: []string{"/v4"}}, "/v4"},
		"unknown operation": {validate.Options{Paths: []string{"."}, Operation: "nope"}, `"nope"; it has createWebhookConfig, `},
		"bad status":        {validate.Options{Paths: []string{"."}, Operation: "createWebhookConfig:x"}, "status"},
		"no baseline":       {validate.Options{Paths: []string{"."}, Baseline: "none.json"}, "none.json"},
		"wrong baseline":    {validate.Options{Paths: []string{"."}, Baseline: "a.json"}, "--format json"},
		"bad glob":          {validate.Options{Paths: []string{"["}}, "["},
		"bad exclusion":     {validate.Options{Paths: []string{"."}, Exclude: []string{"["}}, "["},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := validate.Run(t.Context(), c.options)
			var usage *validate.UsageError
			require.ErrorAs(t, err, &usage)
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "\n", "one line")
		})
	}
}
