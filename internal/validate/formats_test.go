package validate_test

import "github.com/hookline-go/hookline/internal/validate"

const insomniaExport = `{"_type": "export", "__export_format": 4, "resources": [
 {"_id": "wrk_1", "_type": "workspace", "name": "w"},
 {"_id": "env_1", "_type": "environment", "parentId": "wrk_1", "name": "Base", "data": {"base": "` + api + `", "limit": {"low": 5}}},
 {"_id": "env_2", "_type": "environment", "parentId": "env_1", "name": "dev", "data": {"limit": {"low": 0}}},
 {"_id": "fld_1", "_type": "request_group", "parentId": "wrk_1", "name": "folder", "environment": {"id": "12"}},
 {"_id": "req_1", "_type": "request", "parentId": "fld_1", "name": "logs", "method": "GET", "url": "{{ _.base }}/core/webhook-logs", "parameters": [{"name": "limit", "value": "{{ _.limit.low }}"}, {"name": "x", "value": "", "disabled": true}]},
 {"_id": "req_2", "_type": "request", "parentId": "fld_1", "name": "update", "method": "PUT", "url": "{{base}}/core/webhook-config/:id", "pathParameters": [{"name": "id", "value": "{{id}}"}], "body": {"mimeType": "application/json", "text": "{\"state\": 1, \"name\": \"{% uuid 'v4' %}\"}"}, "headers": [{"name": "", "value": ""}]},
 {"_id": "req_3", "_type": "request", "parentId": "wrk_1", "method": "POST", "url": "{{base}}/core/webhook-config", "body": {"mimeType": "multipart/form-data", "params": [{"name": "a", "value": "b"}]}},
 {"_id": "req_4", "_type": "request", "parentId": "wrk_1", "method": "GET", "url": ""},
 {"_id": "req_5", "_type": "request", "parentId": "wrk_1", "method": "GET", "url": "{{base}}/core/webhook-logs?limit=0", "description": "hookline: ignore minimum"}
]}`

// formatFeatures are the formats of other programs.
var formatFeatures = []feature{
	{
		name:    "Insomnia 4",
		files:   map[string]string{"a.json": insomniaExport},
		options: validate.Options{Paths: []string{"a.json"}, Environment: "dev"},
		want: []string{
			"a.json:4:105 query /limit minimum", "a.json:7:255 body /state type", "a.json:8:125 header /Content-Type unsupported_media_type",
		},
		valid:    1,
		problems: []string{"a.json:9:2: the request has no url"},
	},
	{
		name: "Insomnia 5",
		files: map[string]string{"a.yaml": "type: collection.insomnia.rest/5.0\nname: x\ncollection:\n  - name: folder\n    children:\n      - url: \"{{ _.base }}/core/webhook-logs\"\n        name: logs\n        method: GET\n" +
			"        parameters:\n          - name: limit\n            value: \"0\"\n  - url: \"{{ _.base }}/core/webhook-config/12\"\n    method: PUT\n    body:\n      mimeType: application/json\n      text: |-\n        {\n          \"state\": 1\n        }\n" +
			"environments:\n  name: Base\n  data:\n    base: " + api + "\n"},
		want: []string{"a.yaml:11:21 query /limit minimum", "a.yaml:18:20 body /state type"},
	},
	{
		name: "Bruno",
		files: map[string]string{
			"c/update.bru": "meta {\n  name: update\n  type: http\n}\n\nput {\n  url: {{base}}/core/webhook-config/:id?x=1\n  body: json\n  auth: none\n}\n\nparams:query {\n  x: 1\n}\n\nparams:path {\n  id: 12\n}\n\n" +
				"headers {\n  ~Content-Type: text/plain\n}\n\nbody:json {\n  {\n    // one\n    \"state\": {{state}}\n  }\n}\n\nbody:text {\n  other\n}\n\nvars:pre-request {\n  state: 1\n}\n",
			"c/logs.bru":             "get {\n  url: {{base}}/core/webhook-logs?limit={{limit}}\n}\n\ndocs {\n  hookline: ignore enum\n}\n",
			"c/form.bru":             "post {\n  url: {{base}}/core/webhook-config\n  body: formUrlEncoded\n}\nbody:form-urlencoded {\n  a: b\n}\n",
			"c/collection.bru":       "headers {\n  a: b\n}\n",
			"environments/dev.bru":   "vars {\n  base: " + api + "\n  limit: 0\n}\n",
			"environments/other.bru": "vars {\n}\n",
		},
		options: validate.Options{Paths: []string{"c", "environments"}, Environment: "dev"},
		want: []string{
			"c/form.bru:5:1 header /Content-Type unsupported_media_type", "environments/dev.bru:3:10 query /limit minimum",
			"c/update.bru:7:43 query /x unknown_parameter", "c/update.bru:36:10 body /state type",
		},
	},
	{
		name: "Hurl",
		files: map[string]string{"a.hurl": "# the logs\nGET " + logs + "\n[Query]\nlimit: 0\nHTTP 200\n[Asserts]\njsonpath \"$.a\" == 1\n\nPUT " + update12 + "\n[Options]\nvariable: state=1\nContent-Type: application/json\n" +
			"PUT " + update12 + "\nContent-Type: application/json\n{\n  \"state\": {{state}},\n  \"name\": \"{{captured}}\"\n}\nHTTP/1.1 418\n\nPOST " + api + "/core/webhook-config\n[FormParams]\na: b\nHTTP *\n" +
			"PUT " + update12 + "\n```json\n{\"state\": 2}\n```\nHTTP 404\n{\"status\": 1}\n\nPUT " + update12 + "\nfile,none.json;\n\nPUT " + update12 + "\n`{\"state\": 3}`\n"},
		want: []string{
			"a.hurl:4:8 query /limit minimum", "a.hurl:9:1 body  required", "a.hurl:11:17 body /state type", "a.hurl:19:10 status  undocumented_status",
			"a.hurl:23:1 header /Content-Type unsupported_media_type", "a.hurl:27:11 body /state type",
			"a.hurl:30:1 body /type required", "a.hurl:30:1 body /title required", "a.hurl:30:1 body /code required", "a.hurl:30:1 body /request_id required",
			"a.hurl:30:12 body /status minimum", "a.hurl:35:1 header /Content-Type unsupported_media_type",
		},
		problems: []string{"a.hurl:33:6: " + noFile},
	},
	{
		name: "logs",
		files: map[string]string{
			"a.ndjson": `{"time": "x", "method": "GET", "path": "/v4/core/webhook-logs", "query": "limit=0", "status": 200}` + "\n\nnot JSON\n{\"a\": 1}\n" +
				`{"req": {"method": "PUT", "url": "` + update12 + `", "body": {"state": 1}, "headers": {"x": ["y"]}}, "res": {"statusCode": 200, "body": "{}"}}` + "\n" +
				`{"httpRequest": {"requestMethod": "GET", "requestUrl": "` + logs + `", "status": 418}}` + "\n" +
				`{"method": "POST", "url": "/v4/core/webhook-config", "status": 201}`,
			"b.log": `{"method": "GET", "uri": "/v4/core/webhook-logs?limit=0"}`,
			"c.log": "GET /v4/core/webhook-logs?limit=0\n",
		},
		options: validate.Options{Paths: []string{"."}},
		want: []string{
			"a.ndjson:1:81 query /limit minimum", "a.ndjson:5:118 body /state type", "a.ndjson:5:184 body /data required", "a.ndjson:5:184 body /request_id required",
			"a.ndjson:6:127 status  undocumented_status", "b.log:1:55 query /limit minimum",
		},
		valid: 1,
	},
	{
		name: "records of Go tests",
		files: map[string]string{
			"a.ndjson": `{"recorder": "hookline", "request": {"method": "PUT", "url": "/v4/core/webhook-config/12", "headers": {}}, "response": {"status": 200, "headers": {}}}`,
		},
		want: []string{"a.ndjson:1:1 body  required", "a.ndjson:1:131 body  required"},
	},
	{
		name: "examples of an OpenAPI document",
		files: map[string]string{
			"api.yaml": "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /things:\n    post:\n      operationId: addThing\n      requestBody:\n        content:\n          application/json:\n" +
				"            schema: &s {type: object, properties: {size: {type: integer}}}\n      responses:\n        '201':\n          description: made\n          content: {application/json: {schema: *s}}\n",
			"docs.yaml": "openapi: 3.0.3\npaths:\n  /things:\n    post:\n      operationId: addThing\n      requestBody:\n        content:\n          application/json:\n            example: {size: x}\n" +
				"      responses:\n        '201':\n          content:\n            application/json:\n              examples:\n                one: {value: {size: 1}}\n                two: {$ref: '#/components/examples/two'}\n" +
				"  /other:\n    get:\n      operationId: other\ncomponents:\n  examples:\n    two: {value: {size: y}}\n",
			"docs.json": `{"openapi": "3.1.0", "paths": {"/things": {"post": {"operationId": "addThing", "requestBody": {"content": {"application/json": {"example": {"size": true}}}}}}}}`,
		},
		options: validate.Options{Paths: []string{"docs.yaml", "docs.json"}, Spec: "api.yaml"},
		want: []string{
			"docs.yaml:9:29 body /size type", "docs.yaml:22:25 body /size type", "docs.json:1:149 body /size type",
		},
		valid: 1,
	},
	{
		name: "formats that are not read",
		files: map[string]string{
			"a.sh": "curl " + logs + "\n", "thunder.json": `{"clientName": "Thunder Client", "requests": []}`, "x.mitm": "1:a", "plan.jmx": "<x/>", "load.js": "import http from 'k6/http'\n",
			"hoppscotch.json": `{"v": 2, "name": "x", "folders": [], "requests": []}`, "pact.json": `{"consumer": {}, "provider": {}, "interactions": []}`, "other.js": "x",
			"swagger.yaml": "swagger: '2.0'\npaths: {}\n",
		},
		options: validate.Options{Paths: []string{"."}},
		valid:   1,
		problems: []string{
			"hoppscotch.json: not read: a collection of Hoppscotch: export it as Postman or OpenAPI, or the requests as curl",
			"load.js: not read: a script of k6: record the requests as HAR",
			"pact.json: not read: a contract of Pact: record the requests of the consumer's tests as HAR, or with contract.Transport",
			"plan.jmx: not read: a test plan of JMeter: record the requests as HAR",
			"swagger.yaml: not read: a Swagger 2.0 document: convert it to OpenAPI 3",
			"thunder.json: not read: a collection of Thunder Client: export it as Postman",
			"x.mitm: not read: a recording of mitmproxy: export it as HAR (save.har)",
		},
	},
}
