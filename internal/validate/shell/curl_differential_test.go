package shell_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/testpart"
	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// exchanged is a request, as far as an option of curl can say what it is.
type exchanged struct {
	method, target, body string
	header               []string
}

// own are the headers that curl sends without being told, or that depend on the
// connection.
var own = map[string]bool{
	"Host": true, "Content-Length": true, "Expect": true, "Accept-Encoding": true, "Connection": true, "Transfer-Encoding": true,
}

var boundary = regexp.MustCompile(`-{20,}[0-9A-Za-z]+`)

func (e *exchanged) add(name, value string) {
	name = textproto.CanonicalMIMEHeaderKey(name)
	byDefault := name == "Accept" && value == "*/*" || name == "User-Agent" && strings.HasPrefix(value, "curl/")
	if !own[name] && !byDefault {
		e.header = append(e.header, name+": "+boundary.ReplaceAllString(value, "BOUNDARY"))
	}
	sort.Strings(e.header)
}

var hex = regexp.MustCompile(`%[0-9a-f]{2}`)

// upperHex makes one of the two spellings that versions of curl have.
func upperHex(text string) string { return hex.ReplaceAllStringFunc(text, strings.ToUpper) }

// filename is what the reader does not know about the parts of a form.
var filename = regexp.MustCompile(`filename="[^"]*"`)

func (e *exchanged) setBody(body string) {
	e.body = filename.ReplaceAllString(boundary.ReplaceAllString(body, "BOUNDARY"), "FILENAME")
}

// echo records the requests that come in.
type echo struct {
	mu  sync.Mutex
	got []exchanged
}

// take returns what has come since the last call.
func (s *echo) take() []exchanged {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.got
	s.got = nil
	return got
}

func (s *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := exchanged{method: r.Method, target: upperHex(r.RequestURI)}
	for name, values := range r.Header {
		for _, value := range values {
			e.add(name, value)
		}
	}
	if body, err := io.ReadAll(r.Body); err == nil {
		e.setBody(string(body))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, e)
	w.WriteHeader(http.StatusNoContent)
}

// commands are command lines, option by option and together. URL stands for the
// server's.
var commands = []string{
	"curl URL/a",
	"curl URL",
	"curl 'URL/a?b=c&d=%20#fragment'",
	"curl URL/a URL/b",
	"curl --url URL/a",
	"curl -X DELETE URL/a",
	"curl -XPATCH URL/a",
	"curl --request PUT URL/a",
	"curl -sSfLX POST URL/a",
	"curl -I URL/a",
	"curl --head URL/a",
	"curl -d a=1 URL/a",
	"curl -d a=1 -d b=2 URL/a",
	"curl -d '' URL/a",
	"curl --data-ascii @body.txt URL/a",
	"curl -d @body.txt URL/a",
	"curl --data-binary @body.txt URL/a",
	"curl --data-raw @body.txt URL/a",
	"curl -d @- URL/a < body.txt",
	"curl --data-urlencode 'a b=c&d' URL/a",
	"curl --data-urlencode '=a b' --data-urlencode 'c~*d' --data-urlencode e@body.txt --data-urlencode @body.txt URL/a",
	"curl -d a=1 --data-urlencode 'b=é' URL/a",
	"curl -G -d a=1 --data-urlencode 'b= ' URL/a",
	"curl -G -d a=1 'URL/a?z=0'",
	"curl --get URL/a",
	"curl --json '{\"a\": 1}' URL/a",
	"curl --json '{' --json '}' URL/a",
	"curl --json @body.txt URL/a",
	"curl --json '{}' -H 'Content-Type: application/merge-patch+json' -H 'Accept: text/plain' -X PATCH URL/a",
	"curl --url-query 'a=b c' --url-query '+d=e' --url-query '=f g' --url-query 'h@body.txt' URL/a",
	"curl --url-query a=1 -d b=2 'URL/a?c=3'",
	"curl -H 'X-A: b' -H 'X-C:d' -H 'X-E:' -H 'X-F;' URL/a",
	"curl -H 'Accept:' -H 'User-Agent:' URL/a",
	"curl -H @headers.txt URL/a",
	"curl -H 'Content-Type: text/plain' -d a URL/a",
	"curl -H 'Content-Type:' -d a URL/a",
	"curl -H 'Content-Type;' -d a URL/a",
	"curl -H 'x-a: 1' -H 'x-a: 2' URL/a",
	"curl -A agent -e http://r/ -b 'k=v; l=w' -r 0-9 URL/a",
	"curl --user-agent agent --referer 'http://r/;auto' --cookie k=v --range 5- URL/a",
	"curl -u user:pass URL/a",
	"curl --oauth2-bearer token URL/a",
	"curl -F a=1 -F 'b=2;type=application/json' URL/a",
	"curl -F a=@body.txt -F 'b=<body.txt' -F 'c=@body.txt;type=text/x;filename=other' URL/a",
	"curl --form-string 'a=@x;type=y' URL/a",
	"curl -F 'a=\"x;y\"' URL/a",
	"curl -T body.txt URL/folder/",
	"curl -T body.txt URL/file",
	"curl --upload-file body.txt -X POST URL/file",
	"curl --request-target /other -d x URL/a",
	"curl -d a=1 URL/a --next -X PUT URL/b",
	"curl -d a=1 URL/a -: URL/b",
	"curl -m 5 --retry 3 --connect-timeout 5 -o /dev/null -w '%{http_code}' --compressed URL/a",
	"curl -sd a=1 URL/a",
	"curl -sda=1 URL/a",
	"D='{\"a\": 1}'; curl -d \"$D\" URL/a",
	"args=(-X PUT); args+=(-d 'a b'); curl \"${args[@]}\" URL/a",
	"api() { curl -X \"$1\" \"URL/$2\" \"${@:3}\"; }; api PUT x -d y",
	"curl -d \"\\\n{\\\n  \\\"a\\\": 1 \\\n}\" URL/a",
	"curl -d @- URL/a <<EOF\n{\"a\": \\\n  \"$((1))\"}\nEOF",
	"curl -d @- URL/a <<'EOF'\n{\"a\": \\\n1}\nEOF",
	"curl --data-binary @- URL/a <<-EOF\n\tone\n\t two\n\tEOF",
	"curl URL/\\\na -d b\\\nc",
	"echo a | curl --data-binary @- URL/a",
	"echo -n a | curl --data-binary @- URL/a",
	"printf 'a b' | curl --data-binary @- URL/a",
	"cat body.txt | curl --data-binary @- URL/a",
	"curl --data-binary @- URL/a <<< 'a b'",
	"curl -d $'a\\tb\\u00e9' URL/a",
	"bash -c \"curl -d 'a b' URL/a\"",
	"env A=b timeout 20 curl -X PUT URL/a",
	"echo URL/a | xargs -I{} curl -X PUT URL/b",
	"eval \"curl -d x URL/a\"",
	"f() { for i in 1; do curl -d \"$@\" URL/a; done; }; f x",
	"{ curl -d @- URL/a; } < body.txt",
	"if true; then curl -d x URL/a; fi",
	"x=$(curl -s URL/a)",
	"curl -d 'a=1\nb=2' URL/a",
	"read -r -d '' P <<'EOF'\n{\"a\":\n 1}\nEOF\ncurl --data-binary \"$P\" URL/a",
	"curl -H \"$(printf 'X-A: b')\" URL/a",
}

// newCommands are of options that came later than curl 7.88.
var newCommands = []string{
	"curl --variable n=5 --expand-data '{\"a\": {{n}}}' --expand-url 'URL/{{n:url}}' -H 'Content-Type: application/json'",
	"curl --variable 's= a \"b\" ' --expand-json '{\"a\": \"{{s:trim:json}}\"}' URL/a",
	"curl --variable f@body.txt --expand-data '{{f:trim:url}}' URL/a",
	"curl --variable s=x --expand-header 'X-A: {{s:b64}}' --expand-data '\\{{s}}' URL/a",
}

// TestLikeCurl holds what the reader makes of a command line to what the real
// curl sends, which Bash runs.
func TestLikeCurl(t *testing.T) {
	for _, program := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			testpart.Missing(t, "curl", err.Error())
		}
	}
	all := commands
	if help, err := exec.CommandContext(t.Context(), "curl", "--help", "all").Output(); err == nil && bytes.Contains(help, []byte("--variable")) {
		all = append(slices.Clip(all), newCommands...)
	}
	server := &echo{}
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"body.txt": "one\r\ntwo \"\n", "headers.txt": "X-A: b\nX-C: d\n",
	} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	for _, command := range all {
		command = strings.ReplaceAll(command, "URL", listener.URL)
		run := exec.CommandContext(t.Context(), "bash", "-c", command) //nolint:gosec // of this file
		run.Env = append(os.Environ(), "no_proxy=127.0.0.1", "HOME="+t.TempDir())
		output, err := run.CombinedOutput()
		require.NoError(t, err, "%s\n%s", command, output)
		assert.Equal(t, server.take(), readScript(t, command, listener.URL), command)
	}
}

// readScript returns the requests that the reader finds.
func readScript(t *testing.T, script, server string) []exchanged {
	t.Helper()
	var all []exchanged
	file := &source.File{Name: "script", Data: script}
	err := shell.Parse(file.Text(), readFile, func(r *source.Request) error {
		e := exchanged{method: r.Method.Value, target: target(r, server)}
		assert.True(t, r.Body.Known() && r.URL.Known() && !r.BodyUnknown || strings.Contains(script, "$(("), script)
		for _, field := range r.Header {
			e.add(field.Name.Value, field.Value.Value)
		}
		e.setBody(strings.ReplaceAll(r.Body.Value, "$((1))", "1"))
		all = append(all, e)
		return nil
	})
	require.NoError(t, err, script)
	return all
}

func readFile(name string) (*source.File, error) {
	data, err := os.ReadFile(filepath.Clean(name))
	return &source.File{Name: name, Data: string(data)}, err
}

// target returns the path and the query.
func target(r *source.Request, server string) string {
	path := strings.TrimPrefix(r.URL.Value, server)
	if path == "" || path[0] == '?' {
		path = "/" + path
	}
	var parameters []string
	for _, field := range r.Query {
		parameter := field.Name.Value
		if field.Value.Value != "" {
			parameter += "=" + field.Value.Value
		}
		parameters = append(parameters, parameter)
	}
	switch {
	case len(parameters) == 0:
		return path
	case strings.Contains(path, "?"):
		return path + "&" + strings.Join(parameters, "&")
	default:
		return path + "?" + strings.Join(parameters, "&")
	}
}
