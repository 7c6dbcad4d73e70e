package validate_test

import "github.com/hookline-go/hookline/internal/validate"

// postmanFeatures are what people and other versions write into collections.
var postmanFeatures = []feature{
	{
		name: "Postman: older formats",
		files: map[string]string{"a.json": `{"collection": {"info": {"schema": "https://schema.postman.com/json/collection/v2.0.0/collection.json"}, "item": [
 {"request": {"method": "PUT", "url": "` + update12 + `", "header": "Content-Type: application/json\nX-A: b\n", "body": {"mode": "raw", "raw": "{\"state\": 1}"}}},
 {"request": {"method": "GET", "url": {"protocol": "https", "host": ["api", "integrations", "commenda", "io"], "path": ["v4", {"value": "core"}, ":what"], "query": [
  {"key": "limit", "value": "0"}, {"key": "x", "value": "1", "disabled": true}], "variable": [{"key": "what", "value": "webhook-logs"}]}}},
 {"request": {"method": "GET", "url": {"host": "{{base}}", "path": "v4/core/webhook-logs", "query": [{"key": "limit", "value": "0"}]}}}
]}}`},
		want: []string{
			"a.json:2:203 body /state type", "a.json:4:30 query /limit minimum", "a.json:5:129 query /limit minimum",
		},
	},
	{
		name: "Postman: comments in JSON, and GraphQL",
		files: map[string]string{"a.json": `{"info": {"_postman_id": "1"}, "item": [
 {"request": {"method": "PUT", "url": "` + update12 + `", "body": {"mode": "raw", "raw": "{ // \"x\n /* y */ \"state\": 1, \"url\": \"https://e.com/\"}", "options": {"raw": {"language": "json"}}}}},
 {"request": {"method": "PUT", "url": "` + update12 + `", "body": {"mode": "graphql", "graphql": {"query": "{a}", "variables": "{\"n\": 1}"}}}}
]}`},
		want: []string{
			"a.json:2:167 body /state type",
			"a.json:3:155 body /query unknown_field", "a.json:3:155 body /variables unknown_field",
		},
	},
	{
		name: "Postman: examples without headers",
		files: map[string]string{"a.json": `{"info": {"_postman_id": "1"}, "item": [{"request": "` + logs + `", "response": [
 {"code": 200, "header": null, "_postman_previewlanguage": "json", "body": "{\"data\": 1}"},
 {"code": 400, "header": [], "_postman_previewlanguage": "json", "body": "{\"status\": 1}"},
 {"code": 200, "header": [], "_postman_previewlanguage": "html", "body": "<html>"},
 {"code": 0}]}]}`},
		want: []string{
			"a.json:2:77 body /request_id required", "a.json:2:88 body /data type",
			"a.json:3:75 body /type required", "a.json:3:75 body /title required", "a.json:3:75 body /code required",
			"a.json:3:75 body /request_id required", "a.json:3:88 body /status minimum",
		},
		valid: 2,
	},
	{
		name: "Postman: environments",
		files: map[string]string{
			"x/a.json": `{"info": {"_postman_id": "1"}, "variable": [{"key": "limit", "value": "5"}], "item": [{"request": "{{base}}/core/webhook-logs?limit={{limit}}&state={{state}}"}]}`,
			"dev.postman_environment.json": `{"name": "Development", "values": [{"key": "base", "value": "` + api + `"}, {"key": "state", "value": "x", "enabled": false},
 {"key": "limit", "value": "0"}]}`,
			"workspace.postman_globals.json": `{"values": [{"key": "limit", "value": "7"},
 {"key": "state", "value": "no"}]}`,
		},
		options: validate.Options{Paths: []string{"x"}, Environment: "Development"},
		want:    []string{"dev.postman_environment.json:2:29 query /limit minimum", "workspace.postman_globals.json:2:29 query /state enum"},
	},
	{
		name: "Postman: no such environment",
		files: map[string]string{
			"a.json":                       `{"info": {"_postman_id": "1"}, "item": [{"request": "` + logs + `"}]}`,
			"dev.postman_environment.json": `{"name": "Development", "values": []}`,
		},
		options:  validate.Options{Paths: []string{"a.json"}, Environment: "prod"},
		problems: []string{`dev.postman_environment.json: there is no environment "prod"`},
	},
}
