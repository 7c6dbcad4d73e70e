package benchmarks

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	// Its module carries the JSON Schema test suite, under the MIT licence.
	_ "github.com/google/jsonschema-go/jsonschema"

	"github.com/hookline-go/hookline/internal/openapi"
)

// outOfScope are the groups of the suite that are not about OpenAPI's use of
// JSON Schema, each with the reason.
var outOfScope = map[string]string{
	"refRemote.json":  "schemas on the network are never asked for",
	"dynamicRef.json": "a $dynamicRef goes where it leads at first, as in most documents; dynamic scopes are not kept",
}

// outOfScopeGroups are single groups of the other files.
var outOfScopeGroups = map[string]string{
	"remote ref, containing refs itself":                              "it refers to the meta-schema",
	"validate definition against metaschema":                          "it refers to the meta-schema",
	"unevaluatedItems with $dynamicRef":                               "see dynamicRef.json",
	"unevaluatedProperties with $dynamicRef":                          "see dynamicRef.json",
	"float and integers are equal up to 64-bit representation limits": "numbers are compared as float64",
}

type suiteGroup struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        json.RawMessage
		Valid       bool
	}
}

// TestJSONSchemaSuite holds the engine to the tests of JSON Schema 2020-12.
func TestJSONSchemaSuite(t *testing.T) {
	module, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/jsonschema-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(module)), "jsonschema/testdata/draft2020-12/*.json"))
	if err != nil {
		t.Fatal(err)
	}
	run, left := 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var groups []suiteGroup
		if err := json.Unmarshal(data, &groups); err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(file)
		for _, group := range groups {
			if outOfScope[name] != "" || outOfScopeGroups[group.Description] != "" {
				left += len(group.Tests)
				continue
			}
			run += len(group.Tests)
			t.Run(name+"/"+group.Description, func(t *testing.T) { runGroup(t, &group) })
		}
	}
	t.Logf("%d tests were run, %d are out of scope", run, left)
	if run < 1000 {
		t.Fatal("the suite is not where it was")
	}
}

func runGroup(t *testing.T, group *suiteGroup) {
	t.Helper()
	operation := operationWith(t, group.Schema)
	for _, test := range group.Tests {
		violations := operation.ValidateRequest(&openapi.Request{
			Header: http.Header{"Content-Type": {"application/json"}}, Body: test.Data,
		})
		// A field that is given twice and an integer beyond 64 bits are wrong in
		// any body, whatever the schema says.
		if valid := len(violations) == 0; valid != test.Valid {
			t.Errorf("%s: %s is valid: %v; it should be %v: %v\n%s", test.Description, test.Data, valid, test.Valid, violations, group.Schema)
		}
	}
}

// operationWith is an operation whose body has the schema, which is a resource
// of its own, as in a file of its own.
func operationWith(t *testing.T, schema json.RawMessage) *openapi.Operation {
	t.Helper()
	if text := string(schema); strings.HasPrefix(text, "{") && !slices.Contains(topNames(t, schema), "$id") {
		rest := strings.TrimSpace(text[1:])
		if rest != "}" {
			rest = "," + rest
		}
		schema = json.RawMessage(`{"$id":"https://example.com/suite"` + rest)
	}
	document := `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"post":{"operationId":"op",` +
		`"requestBody":{"required":true,"content":{"application/json":{"schema":` + string(schema) + `}}},"responses":{"200":{"description":"ok"}}}}}}`
	d, err := openapi.Load(t.Context(), []byte(document), openapi.Options{Tolerant: true})
	if err != nil {
		t.Fatal(err)
	}
	operation, ok := d.Operation("op")
	if !ok {
		t.Fatal("there is no operation")
	}
	return operation
}

func topNames(t *testing.T, object json.RawMessage) (names []string) {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		t.Fatal(err)
	}
	for name := range members {
		names = append(names, name)
	}
	return names
}
