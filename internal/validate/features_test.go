package validate_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/validate"
)

// feature is something that a format can say. Its files are written, and those
// of options.Paths validated.
type feature struct {
	name    string
	files   map[string]string
	options validate.Options
	// want are the findings, valid is the number of valid requests, and problems
	// are what cannot be read.
	want     []string
	valid    int
	problems []string
}

const (
	logs     = api + "/core/webhook-logs"
	update12 = api + "/core/webhook-config/12"
)

var curlFeatures = []feature{
	{
		name:  "ANSI quotes",
		files: map[string]string{"a.sh": "curl -X PUT --json $'{\"state\":\\n \"\\x6fff\"}' " + update12},
		want:  []string{"a.sh:1:34 body /state enum"},
	},
	{
		name:  "escapes in ANSI quotes",
		files: map[string]string{"a.sh": `curl -X PUT --json $'{"name": "\u00e9\101\'\U0001F600\q"}' ` + update12},
		want:  []string{"a.sh:1:54 body  invalid_json"},
	},
	{
		name:  "encoded data",
		files: map[string]string{"a.sh": "curl -G --data-urlencode 'state=not this' --data-urlencode limit=\"$N\" --data-urlencode =a " + logs},
		want:  []string{"a.sh:1:33 query /state enum", "a.sh:1:89 query /a unknown_parameter"},
	},
	{
		name: "headers and data from files",
		files: map[string]string{
			"a.sh":        "curl -X PUT -H @headers.txt --data @body.json " + update12,
			"headers.txt": "Accept: application/json\nContent-Type: text/plain\n",
			"body.json":   "{\n  \"state\": \"ENABLED\"\n}\n",
		},
		want: []string{"headers.txt:2:15 header /Content-Type unsupported_media_type"},
	},
	{
		name: "a finding in a file of data",
		files: map[string]string{
			"scripts/a.sh":      "curl -X PUT --json @body.json " + update12 + "\ncurl -T body.json -H 'content-type: application/json' " + update12,
			"scripts/body.json": "{\n  \"state\": \"ON\"\n}\n",
		},
		options: validate.Options{Paths: []string{"scripts/a.sh"}},
		want:    []string{"scripts/body.json:2:12 body /state enum", "scripts/body.json:2:12 body /state enum"},
	},
	{
		name:  "headers without a value, credentials, agents",
		files: map[string]string{"a.sh": "curl -u a:b -A me -e x -b k=v -b jar --oauth2-bearer t -H 'X-Empty;' -H 'Accept:' -H nonsense -I " + logs},
		want:  []string{"a.sh:1:1 path  method_not_allowed"},
		// A warning alone is no request of an operation.
		problems: []string{"no request for an operation of the contract was found"},
	},
	{
		name: "wrappers, lists, loops, functions, subshells",
		files: map[string]string{"a.sh": "set -e; sudo env A=b /usr/bin/curl " + logs + " || exit 1\ncommand -v curl\nfor i in 1 2; do\n  curl " + api + "/core/webhook-config/$i &\ndone\n" +
			"f() { (time curl \"$1\" " + logs + "?limit=0); }\nx=$(curl -s " + logs + ")\ncurl <<< '' " + logs + " --next -d @- " + logs + " < /dev/null\n"},
		// A function that the script does not call is read at the end.
		want:  []string{"a.sh:8:1 path  method_not_allowed", "a.sh:6:87 query /limit minimum"},
		valid: 4,
	},
	{
		name: "files that only come to be when the script runs",
		files: map[string]string{"a.sh": "KEY=$(cat ~/.key)\ncat list.txt | while read -r id; do curl \"" + api + "/core/webhook-config/$id\"; done\n" +
			"while read -r id; do curl -X DELETE \"" + api + "/core/webhook-config/$id\"; done < list.txt\n" +
			"cat body.json | curl -X PUT --json @- " + update12 + "\ncurl " + logs + "?limit=0 < /dev/tty\n"},
		want:  []string{"a.sh:5:70 query /limit minimum"},
		valid: 3,
	},
	{
		name: "arrays and defaults",
		files: map[string]string{"a.sh": "ARGS=(-X PUT -H 'Content-Type: application/json')\nARGS+=(-v)\nOPTS=(-X PUT --json)\nOPTS[0]=x\nP=(-X PUT --json '{\"state\": 1}')\n" +
			"curl \"${P[@]}\" \"${BASE:-" + api + "}/core/webhook-config/12\"\nunset P; R=\"-X DELETE\"; curl $R " + update12 + "\n"},
		want:  []string{"a.sh:5:29 body /state type"},
		valid: 1,
	},
	{
		name:  "data in pieces",
		files: map[string]string{"a.sh": "printf '%s\\n' '{\"state\": \"x\"}' | curl -X PUT --json @- " + update12 + "\necho '{\"state\": 2}' | curl -X PUT --json @- " + update12 + "\ncurl -d a=1 -d b=2 " + logs + " -G\n"},
		want: []string{
			"a.sh:1:26 body /state enum", "a.sh:2:17 body /state type",
			"a.sh:3:11 query /a unknown_parameter", "a.sh:3:18 query /b unknown_parameter",
		},
	},
}

var otherFeatures = []feature{
	{
		name: "placeholders in documents",
		files: map[string]string{"a.md": "```sh\ncurl " + api + "/core/webhook-config/<the id> -H 'api_key: <api-key>' -X DELETE\n```\n" +
			"```\ncurl <url>/core/webhook-logs?limit=<n>\\&state=NO\n```\n" +
			"```console\n$ curl <url>\n```\n```sh\ncat <in >out; curl 'https://<host>/core/webhook-logs?limit=0'\n```\n"},
		want:  []string{"a.md:5:47 query /state enum", "a.md:8:8 path  not_found", "a.md:11:60 query /limit minimum"},
		valid: 1,
	},
	{
		name:  "unknown variables in a curl command",
		files: map[string]string{"a.rest": "curl -X PUT {{base}}/core/webhook-config/{{id}} --json '{\"name\": {{name}}, \"state\": \"{{state}}\", \"topics\": 1}'\n"},
		want:  []string{"a.rest:1:108 body /topics type"},
	},
	{
		name: "environments of JetBrains",
		files: map[string]string{
			"x/a.http":                     "GET {{host}}/core/webhook-logs?limit={{limit}}&state={{state}}\n",
			"http-client.env.json":         "{\"dev\": {\"host\": \"" + api + "\", \"limit\": 5,\n \"state\": \"NO\"}}",
			"http-client.private.env.json": "{\"dev\":\n {\"limit\": 0}}",
		},
		options: validate.Options{Paths: []string{"x"}, Environment: "dev"},
		want:    []string{"http-client.private.env.json:2:12 query /limit minimum", "http-client.env.json:2:12 query /state enum"},
	},
	{
		name: "environments of VS Code",
		files: map[string]string{
			"a.rest":                "GET {{host}}/core/webhook-logs?limit={{limit}}\n",
			".vscode/settings.json": `{"rest-client.environmentVariables": {"$shared": {"host": "` + api + `", "limit": "1"}, "dev": {"limit": "101"}}}`,
		},
		options: validate.Options{Paths: []string{"a.rest"}, Environment: "dev"},
		want:    []string{".vscode/settings.json:1:135 query /limit maximum"},
	},
	{
		name: "a body with variables from a file, and an upload in parts",
		files: map[string]string{
			"a.http":    "@state = NO\nPUT " + update12 + "\nContent-Type: application/json\n\n<@utf8 body.json\n\n###\nPOST " + api + "/core/webhook-config\nContent-Type: multipart/form-data; boundary=x\n\n--x--\n",
			"body.json": `{"state": "{{state}}", "name": "{{name}}"}`,
		},
		options: validate.Options{Paths: []string{"a.http"}},
		want:    []string{"body.json:1:11 body /state enum", "a.http:9:15 header /Content-Type unsupported_media_type"},
	},
	{
		name: "YAML with anchors, other numbers and folded text",
		files: map[string]string{"a.yaml": "method: PUT\npath: /core/webhook-config/0x0C\nheaders: &h {Content-Type: application/json}\nx-base: &base\n  state: 'ON'\n" +
			"body:\n  <<: *base\n  name: >\n    folded\n    text\n  topics: [0x10, 1_000, .5, ~, true]\nresponse:\n  status: 400\n  headers: *h\n"},
		want: []string{
			"a.yaml:2:28 path /webhookConfigId type",
			"a.yaml:11:12 body /topics/0 type", "a.yaml:11:18 body /topics/1 type", "a.yaml:11:25 body /topics/2 type",
			"a.yaml:11:29 body /topics/3 type", "a.yaml:11:32 body /topics/4 type", "a.yaml:5:10 body /state enum",
			"a.yaml:3:28 header /Content-Type unsupported_media_type",
		},
	},
	{
		name: "Postman: addresses as text, forms, variables of a path, disabled headers",
		files: map[string]string{"a.json": `{"info": {"_postman_id": "1"}, "item": [
 {"name": "a", "request": "` + logs + `?limit=0"},
 {"name": "b", "request": {"method": "GET", "url": {"raw": "{{base}}/core/webhook-config/:id/", "variable": [{"key": "id", "value": "12"}]}}},
 {"name": "c", "request": {"method": "DELETE", "url": "` + api + `/core/webhook-config/:id"}},
 {"name": "d", "request": {"method": "POST", "url": "` + api + `/core/webhook-config", "header": [{"key": "Content-Type", "value": "application/json", "disabled": true}], "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "b"}]}}},
 {"name": "e", "request": {"method": "POST", "url": "` + api + `/core/webhook-config", "body": {"mode": "formdata"}}},
 {"name": "f", "request": {"method": "PUT", "url": "` + update12 + `", "header": [{"key": "Content-Type", "value": "application/json"}], "body": {"mode": "file"}}}
]}`},
		want: []string{
			"a.json:2:92 query /limit minimum", "a.json:3:61 path  not_found", "a.json:5:208 header /Content-Type unsupported_media_type",
			"a.json:6:124 header /Content-Type unsupported_media_type",
		},
		valid: 2,
	},
	{
		name: "recordings: base64, form parameters, omitted and aborted content",
		files: map[string]string{"a.har": `{"log": {"entries": [
{"request": {"method": "PUT", "url": "` + update12 + `", "headers": [{"name": "Content-Type", "value": "application/json"}], "postData": {"text": "eyJzdGF0ZSI6ICJPTiJ9", "encoding": "base64"}}},
{"request": {"method": "PUT", "url": "` + update12 + `", "headers": [{"name": "Content-Type", "value": "application/json"}], "postData": {"params": []}}, "response": {"status": 0}},
{"request": {"method": "GET", "url": "` + logs + `", "headers": null}, "response": {"status": 200, "headers": [{"name": "content-type", "value": "application/json"}], "content": {"size": 12}}},
{"request": {"method": "OPTIONS", "url": "` + logs + `", "headers": [{"name": "Access-Control-Request-Method", "value": "GET"}]}}
]}}`},
		want:  []string{"a.har:2:194 body /state enum"},
		valid: 2,
	},
	{
		name: "what is left out",
		files: map[string]string{
			".hooklineignore": "# a comment\n\nold/**\n*.http\n", "old/a.sh": "curl " + logs + "?limit=0", "a.http": "GET " + logs + "?limit=0",
			"b.sh": "curl " + logs + "?limit=0", "node_modules/c.sh": "curl " + logs + "?limit=0", "deep/down/d.sh": "curl " + logs,
		},
		options: validate.Options{Paths: []string{"."}, Exclude: []string{"b.*"}},
		valid:   1,
	},
	{
		name: "another document: JSON, another server, deprecations, strictly",
		files: map[string]string{
			"api.json": `{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "servers": [{"url": "https://{region}.example.com/v1", "variables": {"region": {"default": "eu", "enum": ["eu", "us"]}}}],
 "paths": {"/things": {"post": {"operationId": "addThing",
  "parameters": [{"name": "old", "in": "query", "deprecated": true, "schema": {"type": "string"}}],
  "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
  "responses": {"201": {"description": "made"}}}}},
 "components": {"schemas": {"Thing": {"type": "object", "properties": {
  "size": {"type": "integer",
    "maximum": 9},
  "colour": {"type": "string", "deprecated": true}}}}}}`,
			"a.sh":   "curl --json '{\"size\": 10, \"colour\": \"red\"}' 'https://us.example.com/v1/things?old=1'\ncurl " + logs,
			"b.json": "// hookline: operation=addThing\n{\"size\": true}",
		},
		options: validate.Options{Paths: []string{"a.sh", "b.json"}, Spec: "api.json", Strict: true},
		want: []string{
			"a.sh:1:23 body /size maximum", "a.sh:1:83 query /old deprecated", "a.sh:1:27 body /colour deprecated", "b.json:2:10 body /size type",
		},
	},
}

// TestFeatures shows what of each format is understood.
func TestFeatures(t *testing.T) {
	for _, f := range slices.Concat(curlFeatures, otherFeatures, oddFeatures, runnerFeatures, postmanFeatures, recordedFeatures, scriptFeatures, formatFeatures) {
		t.Run(f.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			o := f.options
			for name, text := range f.files {
				writeFile(t, name, text)
				if len(f.files) == 1 {
					o.Paths = []string{name}
				}
			}
			if len(o.Paths) == 0 {
				o.Paths = []string{"a.sh"}
			}
			result, err := validate.Run(t.Context(), o)
			require.NoError(t, err)
			var got []string
			for _, found := range result.Findings {
				line := fmt.Sprintf("%s:%d:%d %s %s %s", found.Place.File, found.Place.Line, found.Place.Column, found.In, found.Pointer, found.Code)
				got = append(got, line)
			}
			assert.Equal(t, f.want, got)
			assert.Equal(t, f.valid, result.Summary.Valid)
			var problems []string
			for _, problem := range result.Problems {
				problems = append(problems, problem.Error())
			}
			assert.Equal(t, f.problems, problems)
		})
	}
}

// TestEnvironmentErrors shows what is said about environment files that cannot
// be used.
func TestEnvironmentErrors(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"no such environment": {"http-client.env.json", `{"prod": {}}`, `http-client.env.json: there is no environment "dev"`},
		"no JSON":             {"http-client.env.json", "{\n  x", "http-client.env.json:2:3: the file is not valid JSON"},
		"too large":           {"http-client.env.json", string(make([]byte, 2<<20)), "http-client.env.json: the environment file cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			writeFile(t, c.file, c.text)
			writeFile(t, "a.http", "GET "+logs+"\n")
			result := run(t, validate.Options{Paths: []string{"a.http"}, Environment: "dev"})
			require.Len(t, result.Problems, 1)
			assert.Equal(t, c.want, result.Problems[0].Error())
		})
	}
}
