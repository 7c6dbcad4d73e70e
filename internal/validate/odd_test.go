package validate_test

import "github.com/hookline-go/hookline/internal/validate"

const (
	badUpdate = "curl -X PUT --json '{\"state\": 1}' " + update12 + "\n"
	noFile    = "the file that is to be sent cannot be read: there is no such file or folder"
	noShell   = "the shell script cannot be parsed: its syntax is wrong here"
)

// oddFeatures show that one odd thing does not hide the requests around it.
var oddFeatures = []feature{
	{
		name: "directives and comments of other clients",
		files: map[string]string{"a.http": "# @see https://example.com/\n# @todo x\n// @disabled\n# @limit = 5\n{{\n exports.a = 1\n}}\n/*\n GET x\n*/\n# @ref login\n" +
			"GET " + logs + "?limit=0\n"},
		options: validate.Options{Paths: []string{"a.http"}},
		want:    []string{"a.http:12:69 query /limit minimum"},
	},
	{
		name: "a missing file and a missing empty line",
		files: map[string]string{"a.http": "PUT " + update12 + "\nContent-Type: application/json\n\n< none.json\n###\nPUT " + update12 + "\nContent-Type: application/json\n{\"a\": 1}\n" +
			"###\nGET " + logs + "?limit=0\n"},
		want: []string{"a.http:10:69 query /limit minimum"},
		problems: []string{
			"a.http:4:3: " + noFile, "a.http:8:1: the line is not a header: Name: value, and an empty line before the body",
		},
	},
	{
		name: "GraphQL",
		files: map[string]string{"a.http": "POST " + api + "/core/webhook-config\nX-Request-Type: GraphQL\nContent-Type: application/json\n\nquery ($n: Int) {\n  a\n}\n\n{\"n\": 3}\n" +
			"###\nGRAPHQL " + api + "/core/webhook-config\n\nquery { a }\n"},
		want: []string{
			"a.http:5:1 body /webhook_type required", "a.http:5:1 body /name required", "a.http:5:1 body /url required",
			"a.http:5:1 body /query unknown_field", "a.http:5:1 body /variables unknown_field",
			"a.http:13:1 body /webhook_type required", "a.http:13:1 body /name required", "a.http:13:1 body /url required",
			"a.http:13:1 body /query unknown_field",
		},
	},
	{
		name: "entries of a recording",
		files: map[string]string{"a.har": `{"log": {"entries": [{}, 1,
{"request": {"method": "GET", "url": "` + logs + `"}, "response": {"status": "x"}},
{"request": {"method": "GET", "url": "` + logs + `?limit=0"}}
]}} x`},
		want: []string{"a.har:3:103 query /limit minimum"},
		problems: []string{
			"a.har:1:22: the entry has no request with a method and a url", "a.har:1:26: the entry has no request with a method and a url",
			"a.har:2:124: the status is not a whole number", "a.har:4:5: the file is not valid JSON",
		},
	},
	{
		name: "syntax errors in scripts",
		files: map[string]string{"a.sh": badUpdate + "if true; then\n  " + badUpdate + "fi; fi\n" + badUpdate + "echo )\n" + badUpdate + "curl 'x\n" + badUpdate +
			"cat <<EOF\nfi\nEOF\n"},
		want: []string{
			"a.sh:1:31 body /state type", "a.sh:3:33 body /state type", "a.sh:5:31 body /state type", "a.sh:7:31 body /state type",
			"a.sh:9:31 body /state type",
		},
		problems: []string{"a.sh:4:5: " + noShell, "a.sh:6:6: " + noShell, "a.sh:9:33: " + noShell},
	},
	{
		name:  "options that cannot be read",
		files: map[string]string{"a.sh": "curl --json @none " + logs + "\ncurl -F a " + logs + "\n" + badUpdate + "curl " + logs + " -X\n"},
		want:  []string{"a.sh:3:31 body /state type"},
		problems: []string{
			"a.sh:1:14: " + noFile, "a.sh:2:9: the value of curl's option --form must be name=content", "a.sh:4:64: curl's option -X lacks its value",
		},
	},
	{
		name:    "code blocks of a document",
		files:   map[string]string{"a.md": "```sh\ncurl 'x\n```\n```sh\ncurl --json @none " + logs + "\n" + badUpdate + "```\n"},
		want:    []string{"a.md:6:31 body /state type"},
		options: validate.Options{Paths: []string{"a.md"}},
		problems: []string{
			"a.md:2:6: " + noShell, "a.md:5:14: " + noFile,
		},
	},
	{
		name: "documents of YAML",
		files: map[string]string{"a.yaml": "method: GET\npath: /core/webhook-logs\nqery: {}\n---\na: [\n--- # third\nx: 1\n---\nmethod: GET\npath: /core/webhook-logs\n" +
			"query: {limit: 0}\n"},
		want:     []string{"a.yaml:11:16 query /limit minimum"},
		problems: []string{"a.yaml:5:1: the file is not valid YAML", `a.yaml:3:1: a request of a fixture has no key "qery"`},
	},
	{
		name:     "items of a list",
		files:    map[string]string{"a.json": "[1, {\"method\": \"GET\", \"path\": \"/core/webhook-logs\", \"x\": 1},\n{\"method\": \"GET\", \"path\": \"/core/webhook-logs?limit=0\"}]"},
		want:     []string{"a.json:2:53 query /limit minimum"},
		problems: []string{"a.json:1:2: the request must have a method and a path", `a.json:1:54: a request of a fixture has no key "x"`},
	},
	{
		name: "items of a collection",
		files: map[string]string{"a.json": `{"info": {"_postman_id": "1"}, "item": [{}, {"name": "f", "item": [{"name": "x"}]},
{"name": "b", "request": "` + logs + `?limit=0"}]}`},
		want:     []string{"a.json:2:91 query /limit minimum"},
		problems: []string{"a.json:1:41: the item has neither a request nor items", "a.json:1:68: the item has neither a request nor items"},
	},
}

// runnerFeatures are ways in which a script runs curl.
var runnerFeatures = []feature{
	{
		name: "runners",
		files: map[string]string{"a.sh": "timeout -k 1 5 curl " + logs + "?limit=0\nretry 3 -- curl " + logs + "?limit=0\necho x | xargs -I{} -n1 curl " + logs + "?limit=0\n" +
			"$SUDO curl " + logs + "?limit=0\ndocker run --rm --name curl curlimages/curl:8.16.0 " + logs + "?limit=0\nkubectl run curl --image=x -- curl " + logs + "?limit=0\n" +
			"which curl " + logs + "\ncommand -v curl " + logs + "\napt-get install curl\nsudo apt-get install -y curl\n"},
		want: []string{
			"a.sh:1:85 query /limit minimum", "a.sh:2:81 query /limit minimum", "a.sh:3:94 query /limit minimum", "a.sh:4:76 query /limit minimum",
			"a.sh:5:116 query /limit minimum", "a.sh:6:100 query /limit minimum",
		},
	},
	{
		name: "variables that are read, and commands of find",
		files: map[string]string{"a.sh": "read -r -d '' BODY <<'EOF'\n{\n  \"state\": 1\n}\nEOF\ncurl -X PUT --json \"$BODY\" " + update12 + "\nread -r BODY <<< x\ncurl -X PUT --json \"$BODY\" " + update12 + "\n" +
			"find . -exec curl " + logs + "?limit=0 \\;\n"},
		want:  []string{"a.sh:3:12 body /state type", "a.sh:9:83 query /limit minimum"},
		valid: 1,
	},
	{
		name: "scripts in arguments",
		files: map[string]string{"a.sh": "bash -c 'L=0; curl " + logs + "?limit=$L'\nssh -p 22 host \"curl --json '{\\\"state\\\": 1}' -X PUT " + update12 + "\"\neval \"curl $X " + logs + "?limit=0\"\n" +
			"docker exec -i c sh -lc \"cd /; curl '" + logs + "?limit=0'\"\nwatch -n 1 'curl " + logs + "?limit=0'\nssh host bash <<'EOF'\ncurl " + logs + "?limit=0\nEOF\n" +
			"echo \"curl " + logs + "?limit=0\"\nsu -c 'curl \"'\n"},
		want: []string{
			"a.sh:1:12 query /limit minimum", "a.sh:2:42 body /state type", "a.sh:3:79 query /limit minimum", "a.sh:4:102 query /limit minimum",
			"a.sh:5:82 query /limit minimum", "a.sh:7:70 query /limit minimum",
		},
		problems: []string{"a.sh:10:13: " + noShell},
	},
	{
		name: "functions with arguments",
		files: map[string]string{"a.sh": "api() {\n  local path=$1; shift\n  curl \"" + api + "/core/$path\" \"$@\"\n}\nfunction put { api \"$1\" -X PUT --json \"${@:2}\"; }\n" +
			"api 'webhook-logs?limit=0'\nput webhook-config/12 '{\"state\": 1}'\nf() { f && f; curl " + logs + "?limit=0; }\ncurl() { command curl -s \"$@\"; }\ncurl " + logs + "?limit=0\nset -- -X PUT\ncurl \"$@\" " + update12 + "\n"},
		want: []string{
			"a.sh:6:25 query /limit minimum", "a.sh:7:34 body /state type", "a.sh:10:70 query /limit minimum",
			"a.sh:9:18 body  required", "a.sh:8:84 query /limit minimum",
		},
	},
	{
		name: "arrays and texts that grow, joined lines",
		files: map[string]string{"a.sh": "args=(-X PUT)\nargs+=(--json '{\"state\": 1}')\ncurl \"${args[@]}\" " + update12 + "\nq=limit; q+='=0'\ncurl \"" + logs + "?$q\"\n" +
			"curl -X PUT " + update12 + " --json \"\\\n{\\\n \\\"state\\\":\\\n 1}\"\ncurl -X PUT " + update12 + " --json @- <<EOF\n{\\\n\"state\": 1}\nEOF\ncurl " + logs + "?limit\\\n=0\n"},
		want: []string{
			"a.sh:2:26 body /state type", "a.sh:4:15 query /limit minimum", "a.sh:9:2 body /state type", "a.sh:12:10 body /state type",
			"a.sh:15:2 query /limit minimum",
		},
	},
	{
		name: "variables of curl",
		files: map[string]string{
			"a.sh": "curl --variable s=1 --variable n@name.txt --variable %HOME -X PUT --expand-json '{\"state\": {{s}}, \"name\": \"{{n:trim:json}}\", \"url\": {{HOME}}, \"topics\": \"\\{{x}}\"}' " + update12 +
				"\ncurl --variable l=0 --expand-url '" + logs + "?limit={{l}}' --next --expand-url '" + logs + "?limit={{l}}'\n",
			"name.txt": "\"\n",
		},
		want: []string{
			"a.sh:1:19 body /state type", "a.sh:1:153 body /topics type", "a.sh:2:19 query /limit minimum", "a.sh:2:19 query /limit minimum",
		},
	},
	{
		name: "parameters of the query",
		files: map[string]string{
			"a.sh":    "curl --url-query limit@l.txt --url-query +state=no --url-query 'syncId=a b' " + logs + "\ncurl -G --data-urlencode limit@l.txt " + logs + "\n",
			"l.txt":   "0",
			"README.": "",
		},
		want: []string{
			"a.sh:1:24 query /limit minimum", "a.sh:1:49 query /state enum", "a.sh:2:32 query /limit minimum",
		},
	},
}
