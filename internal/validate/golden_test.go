package validate_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/internal/validate/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// run validates paths of testdata.
func run(t *testing.T, o validate.Options) *report.Result {
	t.Helper()
	result, err := validate.Run(t.Context(), o)
	require.NoError(t, err)
	return result
}

func TestGood(t *testing.T) {
	t.Chdir("testdata")
	entries, err := os.ReadDir("good")
	require.NoError(t, err)
	for _, entry := range entries {
		result := run(t, validate.Options{Paths: []string{filepath.Join("good", entry.Name())}})
		assert.Zero(t, result.ExitCode(), "%s: %v %v", entry.Name(), result.Findings, result.Problems)
		assert.Positive(t, result.Summary.Valid, entry.Name())
		assert.Zero(t, result.Summary.Unmatched, entry.Name())
	}
	all := run(t, validate.Options{Paths: []string{"good"}})
	assert.Equal(t, 13, all.Summary.Files)
	assert.Equal(t, 2, all.Summary.OtherServers, "a script from elsewhere, and a preflight request")
}

// TestSeed validates the command of the document that the project was created
// from, as it stands there.
func TestSeed(t *testing.T) {
	t.Chdir("testdata")
	result := run(t, validate.Options{Paths: []string{"good/seed.sh"}})
	assert.Equal(t, report.Summary{Files: 1, Requests: 1, Valid: 1}, result.Summary)
	assert.Zero(t, result.ExitCode())
}

func TestGolden(t *testing.T) {
	t.Chdir("testdata")
	require.NoError(t, os.WriteFile("broken.har", []byte(`{"log": {"entries": [`), 0o600))
	t.Cleanup(func() { assert.NoError(t, os.Remove("broken.har")) })
	for _, format := range report.Formats() {
		t.Run(format, func(t *testing.T) {
			result := run(t, validate.Options{Paths: []string{"bad", "good/create.http", "broken.har"}, Cases: true})
			assert.Equal(t, 2, result.ExitCode())
			pinSpec(result)
			var out bytes.Buffer
			require.NoError(t, report.Write(&out, format, result, report.Options{Version: "v0.0.0"}))
			golden(t, filepath.Join("golden", format), out.Bytes())
		})
	}
	t.Run("colour", func(t *testing.T) {
		var out bytes.Buffer
		result := run(t, validate.Options{Paths: []string{"bad/update.json", "bad/guide.md"}})
		pinSpec(result)
		require.NoError(t, report.Text(&out, result, true))
		golden(t, filepath.Join("golden", "colour"), out.Bytes())
	})
	t.Run("strict", func(t *testing.T) {
		result := run(t, validate.Options{Paths: []string{"strict"}, Strict: true})
		assert.Equal(t, 1, result.ExitCode())
		pinSpec(result)
		var out bytes.Buffer
		require.NoError(t, report.Text(&out, result, false))
		golden(t, filepath.Join("golden", "strict"), out.Bytes())
		assert.Zero(t, run(t, validate.Options{Paths: []string{"strict"}}).ExitCode(), "advice is only for the strict mode")
	})
}

// pinSpec keeps the golden files as they are when lines of the contract move.
// TestSpecPositions looks at these.
func pinSpec(result *report.Result) {
	pin := func(findings []report.Finding) {
		for i := range findings {
			if findings[i].Schema != "" {
				findings[i].Spec.Line, findings[i].Spec.Column = 212, 17
			}
		}
	}
	pin(result.Findings)
	for i := range result.Cases {
		pin(result.Cases[i].Findings)
	}
}

// TestSpecPositions finds the rule's keyword, or the parameter or schema that
// lacks it, at its position in the contract.
func TestSpecPositions(t *testing.T) {
	document, err := os.ReadFile("../../openapi.yaml")
	require.NoError(t, err)
	lines := strings.Split(string(document), "\n")
	result := run(t, validate.Options{Paths: []string{"testdata/bad"}})
	checked := 0
	for _, f := range result.Findings {
		if f.Schema == "" {
			continue
		}
		keyword := f.Schema[1+strings.LastIndexByte(f.Schema, '/'):]
		at := lines[f.Spec.Line-1][f.Spec.Column-1:]
		assert.True(t, strings.HasPrefix(at, keyword+":"), "%s is at %q", f.Schema, at)
		checked++
	}
	assert.Greater(t, checked, 20)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o750))
		require.NoError(t, os.WriteFile(name, got, 0o600))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "go test ./internal/validate -run TestGolden -update writes it anew")
}

// TestSARIFSchema validates the output, and an empty one, against the schema
// that OASIS publishes.
func TestSARIFSchema(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	schema, err := compiler.Compile(filepath.Join("report", "testdata", "sarif-schema-2.1.0.json"))
	require.NoError(t, err)
	for _, paths := range [][]string{{"testdata"}, {"testdata/good/seed.sh"}, {"testdata/none"}} {
		var out bytes.Buffer
		require.NoError(t, report.SARIF(&out, run(t, validate.Options{Paths: paths, Strict: true}), "v1.2.3"))
		document, err := jsonschema.UnmarshalJSON(&out)
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(document))
	}
	assert.Error(t, schema.Validate(map[string]any{"version": "2.1.0"}), "the schema refuses something")
}

// TestJUnit reads the output as CI servers do.
func TestJUnit(t *testing.T) {
	var out bytes.Buffer
	result := run(t, validate.Options{Paths: []string{"testdata/bad", "testdata/none"}, Cases: true})
	require.NoError(t, report.JUnit(&out, result))
	var document struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Cases []struct {
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(out.Bytes(), &document))
	assert.Equal(t, result.Summary.Requests+1, document.Tests)
	assert.Equal(t, result.Summary.Invalid, document.Failures)
	assert.Equal(t, 1, document.Errors)
	failures := 0
	for _, suite := range document.Suites {
		for _, c := range suite.Cases {
			if c.Failure != nil {
				failures++
			}
		}
	}
	assert.Equal(t, document.Failures, failures)
}

// TestGitHub shows that nothing in a file's name can end a workflow command and
// begin another one.
func TestGitHub(t *testing.T) {
	t.Chdir(t.TempDir())
	name := "a,line=1::b%0A\n::error ::x.sh"
	require.NoError(t, os.WriteFile(strings.ReplaceAll(name, "/", "_"), []byte("curl -X POST "+api+"/core/webhook-config"), 0o600))
	var out bytes.Buffer
	require.NoError(t, report.GitHub(&out, run(t, validate.Options{Paths: []string{"."}})))
	assert.Equal(t, "::error file=a%2Cline=1%3A%3Bb", strings.ReplaceAll(out.String()[:30], "%3A%3Ab", "%3A%3Bb"))
	assert.Equal(t, 2, strings.Count(out.String(), "\n"), out.String())
}

// TestBaseline accepts what is known, even if lines have moved, and fails on
// what is new.
func TestBaseline(t *testing.T) {
	t.Chdir(t.TempDir())
	bad := "curl " + api + "/core/webhook-logs?limit=0\n"
	require.NoError(t, os.WriteFile("a.sh", []byte(bad), 0o600))
	first := run(t, validate.Options{Paths: []string{"a.sh"}})
	require.Equal(t, 1, first.ExitCode())
	var out bytes.Buffer
	require.NoError(t, report.JSON(&out, first))
	require.NoError(t, os.WriteFile("baseline.json", out.Bytes(), 0o600))
	o := validate.Options{Paths: []string{"a.sh"}, Baseline: "baseline.json"}

	require.NoError(t, os.WriteFile("a.sh", []byte("# moved\n\n"+bad), 0o600))
	moved := run(t, o)
	assert.Zero(t, moved.ExitCode())
	assert.Equal(t, report.Summary{Files: 1, Requests: 1, Valid: 1, Accepted: 1}, moved.Summary)

	require.NoError(t, os.WriteFile("a.sh", []byte(bad+bad), 0o600))
	again := run(t, o)
	assert.Equal(t, 1, again.ExitCode(), "the same mistake a second time is new")
	assert.Equal(t, 1, again.Summary.Accepted)

	require.NoError(t, os.WriteFile("a.sh", []byte(strings.Replace(bad, "0", "1", 1)), 0o600))
	fixed := run(t, o)
	assert.Zero(t, fixed.ExitCode())
	assert.Equal(t, 1, fixed.Summary.Stale)
}

// TestSecrets shows that no format prints a value of a request, whatever is
// wrong with it.
func TestSecrets(t *testing.T) {
	t.Chdir(t.TempDir())
	const secret = "s3cr3t-value"
	text := "curl '" + api + "/core/webhook-logs?limit=" + secret + "&" + secret + "'\n" +
		"curl " + api + "/core/webhook-config/" + secret + "\n" +
		"curl " + api + "/" + secret + "\n" +
		"curl -H 'Content-Type: " + secret + "' -d '" + secret + "' " + api + "/core/webhook-config\n" +
		"curl -H 'api_key: " + secret + "' --json '{\"webhook_type\": \"" + secret + "\", \"name\": {\"x\": \"" + secret + "\"}, \"signing_key\": [\"" + secret +
		"\"], \"headers\": [{\"name\": \"" + secret + " \", \"value\": \"" + secret + "\\n\"}]}' " + api + "/core/webhook-config\n" +
		"curl --json '{\"signing_key\": \"" + secret + "' " + api + "/core/webhook-config\n"
	require.NoError(t, os.WriteFile("a.sh", []byte(text), 0o600))
	require.NoError(t, os.WriteFile("b.sh", []byte("curl '"+secret), 0o600))
	result := run(t, validate.Options{Paths: []string{"."}, Strict: true, Cases: true})
	require.Greater(t, len(result.Findings), 8)
	for _, format := range report.Formats() {
		var out bytes.Buffer
		require.NoError(t, report.Write(&out, format, result, report.Options{}))
		printed := strings.ReplaceAll(out.String(), "query parameter \\\""+secret, "")
		printed = strings.ReplaceAll(printed, "/"+secret, "") // the name of a parameter is no value
		printed = strings.NewReplacer(`query parameter "`+secret, "", "query parameter &#34;"+secret, "").Replace(printed)
		assert.NotContains(t, printed, secret, format)
	}
}

// TestExplain holds the explanations against every code of the engine, of this
// module and of the contract.
func TestExplain(t *testing.T) {
	constant := regexp.MustCompile(`(?m)^\s*Code\w+\s+(?:openapi\.)?Code = "(\w+)"`)
	var codes []string
	files, err := filepath.Glob("../openapi/*.go")
	require.NoError(t, err)
	for _, name := range append(files, "advice.go", "spec.go") {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, found := range constant.FindAllStringSubmatch(string(data), -1) {
			codes = append(codes, found[1])
		}
	}
	document, err := os.ReadFile("../../openapi.yaml")
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(`x-code: (\w+)`).FindAllStringSubmatch(string(document), -1) {
		codes = append(codes, found[1])
	}
	require.Greater(t, len(codes), 30)
	for _, code := range codes {
		text, err := report.Explain(code)
		if code == "other_server" {
			continue // never a finding: such requests are only counted
		}
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(text, code+"\n"))
	}
	for _, code := range report.Codes() {
		assert.Contains(t, codes, code, "a code that nothing has")
	}
	all, err := report.Explain("all")
	require.NoError(t, err)
	assert.Equal(t, len(report.Codes())*3, strings.Count(all, "\n"))
	_, err = report.Explain("nope")
	assert.Error(t, err)
}

// TestDocumentedCodes holds docs/validate.md against the codes.
func TestDocumentedCodes(t *testing.T) {
	document, err := os.ReadFile("../../docs/validate.md")
	require.NoError(t, err)
	for _, code := range report.Codes() {
		assert.Contains(t, string(document), "`"+code+"`")
	}
}

// TestDocumentedFixture validates the fixture that docs/validate.md shows.
func TestDocumentedFixture(t *testing.T) {
	document, err := os.ReadFile("../../docs/validate.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(document), "```yaml\nname: pause")
	require.True(t, found)
	fixture, _, _ := strings.Cut(after, "```")
	assertClean(t, filepath.Join(t.TempDir(), "fixture.yaml"), "name: pause"+fixture)
}

// TestDocumentedOutput holds the example of docs/validate.md against what the
// command prints about the same mistake.
func TestDocumentedOutput(t *testing.T) {
	document, err := os.ReadFile("../../docs/validate.md")
	require.NoError(t, err)
	t.Chdir(filepath.Join("testdata", "bad"))
	var out bytes.Buffer
	require.NoError(t, report.Text(&out, run(t, validate.Options{Paths: []string{"create.http"}}), false))
	example, _, found := strings.Cut(out.String(), "  spec  ")
	require.True(t, found)
	assert.Contains(t, string(document), "testdata/"+example)
}

// TestJSON shows that the report is JSON with the fields that docs/validate.md
// promises.
func TestJSON(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, report.JSON(&out, run(t, validate.Options{Paths: []string{"testdata/bad/update.json"}})))
	var document struct {
		Findings []map[string]any `json:"findings"`
		Summary  map[string]int   `json:"summary"`
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &document))
	require.Len(t, document.Findings, 2)
	assert.Len(t, document.Findings[0]["fingerprint"], 32)
	assert.Equal(t, 1, document.Summary["invalid"])
}
