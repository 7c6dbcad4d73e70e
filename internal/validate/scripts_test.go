package validate_test

import "github.com/hookline-go/hookline/internal/validate"

// scriptFeatures are files of other formats that hold commands.
var scriptFeatures = []feature{
	{
		name: "GitHub Actions",
		files: map[string]string{".github/workflows/a.yml": `on: push
jobs:
  a:
    steps:
      - name: don't use curl for this
        run: |
          L=0
          curl "` + logs + `?limit=$L" \
            -H "api_key: ${{ secrets.KEY }}"
      - run: >-
          curl -X PUT --json '{"state":1}' ${{ env.BASE }}/core/webhook-config/12
      # hookline: ignore minimum
      - run: curl ` + logs + `?limit=0
      - run: "curl 'x"
`},
		options:  validate.Options{Paths: []string{".github"}},
		want:     []string{".github/workflows/a.yml:7:13 query /limit minimum", ".github/workflows/a.yml:10:14 body /state type"},
		valid:    1,
		problems: []string{".github/workflows/a.yml:14:20: " + noShell},
	},
	{
		name: "GitLab, CircleCI, Compose, Kubernetes",
		files: map[string]string{
			"a.yml":               "test:\n  script:\n    - L=0\n    - curl \"" + logs + "?limit=$L\"\n    - >\n      curl\n      " + logs + "?limit=0\n",
			"b/config.yml":        "jobs:\n  a:\n    steps:\n      - run:\n          name: x\n          command: curl << parameters.base >>/core/webhook-logs?limit=0\n",
			"compose.yaml":        "services:\n  a:\n    healthcheck:\n      test: [\"CMD\", \"curl\", \"-f\", \"" + logs + "?limit=0\"]\n  b:\n    healthcheck: {test: [CMD-SHELL, 'curl " + logs + "?limit=0']}\n",
			"k.yaml":              "kind: Pod\n---\nspec:\n  containers:\n    - command: [sh, -c]\n      args: [\"curl " + logs + "?limit=0\"]\n    - command: [curl]\n      args: [\"" + logs + "?limit=0\"]\n",
			"templates/x.yaml":    "a: {{ .Values.x }}\n{{- if .b }}\nrun: curl x\n{{- end }}\n",
			"azure-pipelines.yml": "steps:\n- bash: curl $(base)/core/webhook-logs?limit=0\n- script: |\n    curl -G -d limit=0 " + logs + "\n",
		},
		options: validate.Options{Paths: []string{"."}},
		want: []string{
			"a.yml:3:9 query /limit minimum", "a.yml:5:7 query /limit minimum",
			"azure-pipelines.yml:2:46 query /limit minimum", "azure-pipelines.yml:4:22 query /limit minimum",
			"b/config.yml:6:71 query /limit minimum",
			"compose.yaml:4:100 query /limit minimum", "compose.yaml:6:107 query /limit minimum",
			"k.yaml:6:84 query /limit minimum", "k.yaml:8:79 query /limit minimum",
		},
	},
	{
		name: "a workflow that is no YAML",
		files: map[string]string{
			".github/workflows/a.yml": "run: curl --json {\"a\": 1} x: y: z\n", ".github/b.yml": "run: curl x: y: z\n", "a.sh": "curl " + logs + "\n",
		},
		options:  validate.Options{Paths: []string{"."}},
		valid:    1,
		problems: []string{".github/workflows/a.yml: the file is not valid YAML"},
	},
	{
		name: "makefiles",
		files: map[string]string{"Makefile": "BASE ?= " + api + "\nL = 0\nURL := $(BASE)/core\n.PHONY: a\na: b ## curl\n\t@curl $(URL)/webhook-logs?limit=${L}\n" +
			"\t-for i in 1 2; do \\\n\t  curl \"$(URL)/webhook-logs?limit=0\" -H \"x: $$i\"; \\\n\tdone\n\n\tcurl $(URL)/webhook-config/$(ID)\nc: ; curl $(URL)/webhook-logs?limit=0\n\t$(CURL) $(shell date)/core/webhook-logs?limit=$@\n\tcurl 'x\n"},
		options:  validate.Options{Paths: []string{"."}},
		want:     []string{"Makefile:2:5 query /limit minimum", "Makefile:8:36 query /limit minimum", "Makefile:12:37 query /limit minimum"},
		valid:    2,
		problems: []string{"Makefile:14:7: " + noShell},
	},
	{
		name: "Dockerfiles",
		files: map[string]string{"Dockerfile": "FROM alpine\nRUN --mount=type=cache,target=/x apk add curl && \\\n    # the logs\n    curl " + logs + "?limit=0\nHEALTHCHECK --interval=5s CMD curl -f " + logs + "?limit=0\n" +
			"CMD [\"curl\", \"" + logs + "?limit=0\"]\nRUN <<EOF\nset -e\ncurl " + logs + "?limit=0\nEOF\nRUN curl -X PUT --json @- " + update12 + " <<EOF\n{\"state\": 1}\nEOF\nCOPY curl /\n"},
		options: validate.Options{Paths: []string{"."}},
		want: []string{
			"Dockerfile:4:74 query /limit minimum", "Dockerfile:5:103 query /limit minimum", "Dockerfile:6:79 query /limit minimum",
			"Dockerfile:9:70 query /limit minimum", "Dockerfile:12:11 body /state type",
		},
	},
	{
		name: "reStructuredText",
		files: map[string]string{"a.rst": "Title\n=====\n\n.. code-block:: bash\n   :linenos:\n\n   curl -X PUT \\\n     --json '{\"state\": 1}' \\\n     " + update12 + "\n\nText::\n\n    $ curl " + logs + "?limit=0\n    {\"data\": 1}\n\n" +
			"Other::\n\n  x = 1\n\n.. sourcecode:: http\n\n   GET " + logs + "?limit=0 HTTP/1.1\n\n.. note::\n\n   .. code:: console\n\n      $ curl <base>/core/webhook-logs?limit=0\n.. code-block:: sh\n\n   curl 'x\n"},
		want: []string{
			"a.rst:8:24 body /state type", "a.rst:13:76 query /limit minimum", "a.rst:22:72 query /limit minimum", "a.rst:28:45 query /limit minimum",
		},
		problems: []string{"a.rst:31:9: " + noShell},
	},
	{
		name: "AsciiDoc",
		files: map[string]string{"a.adoc": "= Title\n\n[source,bash,subs=\"attributes+\"]\n.A title\n----\ncurl -X PUT \\ <1>\n  --json '{\"state\": 1}' " + update12 + " # <2>\n----\n<1> text\n\n....\ncurl " + logs + "?limit=0\n....\n\n" +
			"[source%nowrap,http]\n----\nGET " + logs + "?limit=0\n----\n\n```sh\ncurl " + logs + "?limit=0\n```\n\n[source,json]\n----\ncurl x\n----\n"},
		want: []string{
			"a.adoc:7:21 body /state type", "a.adoc:12:70 query /limit minimum", "a.adoc:17:69 query /limit minimum", "a.adoc:21:70 query /limit minimum",
		},
	},
	{
		name: "MkDocs, Sphinx and other fences",
		files: map[string]string{"a.md": "!!! note\n\n    ```{.bash .annotate}\n    curl " + logs + "?limit=0\n    ```\n\n=== \"curl\"\n\n    ``` bash title=\"x\" hl_lines=\"1\"\n    curl " + logs + "?limit=0\n    ```\n" +
			"\n```{code-block} bash\ncurl " + logs + "?limit=0\n```\n\n```bash{1,3}\ncurl " + logs + "?limit=0\n```\n\n```bash,ignore\ncurl " + logs + "?limit=0\n```\n"},
		want: []string{
			"a.md:4:74 query /limit minimum", "a.md:10:74 query /limit minimum", "a.md:14:70 query /limit minimum", "a.md:18:70 query /limit minimum", "a.md:22:70 query /limit minimum",
		},
	},
	{
		name: "placeholders of many kinds",
		files: map[string]string{"a.md": "```sh\ncurl https://api.integrations.commenda.io/v4/core/webhook-config/{id}\ncurl " + api + "/core/webhook-config/:id\ncurl " + api + "/core/webhook-config/YOUR_ID\n" +
			"curl " + api + "/core/webhook-config/CONFIG_ID -H 'api_key: YOUR-API-KEY'\ncurl '" + logs + "?limit=<n>&state={state}'\ncurl -X PUT " + api + "/core/webhook-config/{{id}} --json '{\"state\": \"<state>\", \"url\": \"{url}\", \"name\": 1}'\n" +
			"API_KEY=x curl " + logs + "?limit=0\ncurl -X PUT --json '{\"name\": \"${API_KEY}\"}' " + update12 + "\n```\n```http\nGET {{host}}/core/webhook-logs?limit={limit}\n```\n"},
		want:  []string{"a.md:7:133 body /name type", "a.md:8:80 query /limit minimum"},
		valid: 7,
	},
	{
		name: "HTTPie",
		files: map[string]string{
			"a.sh": "http PUT " + update12 + " state=ON name:=1 X-A:b\nhttp -f POST " + api + "/core/webhook-config a=b\nhttp " + logs + " limit==0 state==FAILED\nhttps api.integrations.commenda.io/v4/core/webhook-logs limit==0\n" +
				"xh put $BASE/core/webhook-config/12 state=$S topics:=@t.json\nhttp --raw '{\"state\": 1}' PUT " + update12 + "\necho '{\"state\": 1}' | http PUT " + update12 + " 'Content-Type: application/json'\n" +
				"http " + update12 + " a[b]=c\nhttp --check-status -a u:p -p hb --timeout 5 " + logs + "?limit=0\nhttp " + logs + " nonsense\nhttp --multipart POST " + api + "/core/webhook-config a@b\nhttp\n",
			"t.json": "\n 5",
		},
		options: validate.Options{Paths: []string{"a.sh"}},
		want: []string{
			"a.sh:1:79 body /state enum", "a.sh:1:88 body /name type", "a.sh:2:1 header /Content-Type unsupported_media_type",
			"a.sh:3:71 query /limit minimum", "a.sh:4:64 query /limit minimum", "t.json:2:2 body /topics type", "a.sh:6:23 body /state type",
			"a.sh:7:17 body /state type", "a.sh:8:1 path  method_not_allowed", "a.sh:9:110 query /limit minimum",
			"a.sh:11:1 header /Content-Type unsupported_media_type",
		},
		problems: []string{"a.sh:10:64: HTTPie has no such item; it has Header:value, name=value, name:=json, name==value and name@file"},
	},
}
