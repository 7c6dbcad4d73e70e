package validate_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/testpart"
	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/internal/validate/report"
)

const oldDocument = `openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: 'https://things.example.com/'}]
paths:
  /things:
    post:
      operationId: addThing
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                size: {type: integer}
                colour:
                  type: string
                  enum: [red, green]
      responses: {'201': {description: made}, '202': {description: later}}
  /gone:
    get: {operationId: gone, responses: {'200': {description: ok}}}
`

const usedRequests = `[
 {"method": "POST", "path": "https://things.example.com/things", "body": {"size": 1, "colour": "red"}, "response": {"status": 201}},
 {"method": "POST", "path": "https://things.example.com/things", "body": {"size": 1, "colour": "green"}},
 {"method": "POST", "path": "https://things.example.com/things", "body": {"size": 1}, "response": {"status": 202}},
 {"method": "POST", "path": "https://things.example.com/things", "body": {"size": "x", "colour": "green"}},
 {"method": "GET", "path": "https://things.example.com/gone"},
 {"method": "GET", "path": "https://things.example.com/never"},
 {"method": "GET", "path": "https://other.example.com/"}
]`

func newDocument() string {
	changed := strings.NewReplacer("[red, green]", "[red, blue]", ", '202': {description: later}", "").Replace(oldDocument)
	changed, _, _ = strings.Cut(changed, "  /gone:")
	return changed
}

// TestAgainst reports what a change of the document breaks, with both rules.
func TestAgainst(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "old.yaml", oldDocument)
	writeFile(t, "new.yaml", newDocument())
	writeFile(t, "used.json", usedRequests)
	result := run(t, validate.Options{Paths: []string{"used.json"}, Spec: "new.yaml", Against: "old.yaml", Cases: true})
	assert.Equal(t, 1, result.ExitCode())
	assert.Equal(t, report.Summary{Files: 1, Requests: 6, Valid: 1, Invalid: 3, Unmatched: 1, Before: 1, OtherServers: 1, Errors: 3}, result.Summary)
	var out bytes.Buffer
	require.NoError(t, report.Text(&out, result, false))
	assert.Equal(t, `used.json:3:96  error  enum  body /colour
  "colour" must be one of red, blue
  spec  new.yaml:17:19  #/paths/~1things/post/requestBody/content/application~1json/schema/properties/colour/enum
  was   old.yaml:17:19
used.json:4:110  error  undocumented_status  response status
  the contract does not document the status 202 for addThing
  was   old.yaml:6:5
used.json:6:29  error  not_found  path
  the contract has no such path
  was   old.yaml:20:5
the change since old.yaml breaks 3 of the 4 requests that kept to it; 1 did not
`, out.String())
	for _, format := range report.Formats() {
		out.Reset()
		require.NoError(t, report.Write(&out, format, result, report.Options{}))
		if format == "sarif" {
			assert.Contains(t, out.String(), "the older document")
		} else {
			assert.Contains(t, out.String(), "was", format)
		}
	}
}

// TestAgainstItself breaks nothing.
func TestAgainstItself(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "old.yaml", oldDocument)
	writeFile(t, "used.json", usedRequests)
	result := run(t, validate.Options{Paths: []string{"used.json"}, Spec: "old.yaml", Against: "old.yaml"})
	assert.Zero(t, result.ExitCode())
	assert.Equal(t, "the change since old.yaml breaks 0 of the 4 requests that kept to it; 1 did not", result.Line())
}

// TestAgainstRevision takes the older document from git.
func TestAgainstRevision(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		testpart.Missing(t, "git", err.Error())
	}
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Chdir(t.TempDir())
	writeFile(t, filepath.Join("api", "openapi.yaml"), oldDocument)
	writeFile(t, "used.json", usedRequests)
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "."}, {"-c", "user.name=n", "-c", "user.email=e@example.com", "commit", "-q", "-m", "m"}, {"tag", "v1"},
	} {
		output, err := exec.CommandContext(t.Context(), "git", args...).CombinedOutput() //nolint:gosec // of this file
		require.NoError(t, err, string(output))
	}
	writeFile(t, filepath.Join("api", "openapi.yaml"), newDocument())
	o := validate.Options{Paths: []string{"used.json"}, Spec: filepath.Join("api", "openapi.yaml"), AgainstRef: "v1"}
	result := run(t, o)
	assert.Equal(t, 3, result.Summary.Invalid)
	assert.Equal(t, "v1:api/openapi.yaml", filepath.ToSlash(result.Findings[0].Was.File))
	assert.Equal(t, 17, result.Findings[0].Was.Line)
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	assert.Empty(t, left, "the files of the revision are removed")

	for _, c := range []struct {
		change func(*validate.Options)
		want   string
	}{
		{func(o *validate.Options) { o.AgainstRef = "nope" }, "git cannot give the document of nope: "},
		{func(o *validate.Options) { o.AgainstRef = "--output=x" }, "is no revision"},
		{func(o *validate.Options) { o.Spec = "" }, "name it with --spec"},
		{func(o *validate.Options) { o.Against = "x" }, "not both"},
		{func(o *validate.Options) { o.Against, o.AgainstRef = "none.yaml", "" }, "the older document: the OpenAPI document cannot be read"},
	} {
		changed := o
		c.change(&changed)
		_, err := validate.Run(t.Context(), changed)
		var usage *validate.UsageError
		require.ErrorAs(t, err, &usage)
		require.ErrorContains(t, err, c.want)
	}
}
