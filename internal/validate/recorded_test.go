package validate_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/internal/validate/report"
)

// entries puts entries into a recording, one a line.
func entries(lines ...string) map[string]string {
	return map[string]string{"a.har": `{"log": {"entries": [` + "\n" + strings.Join(lines, ",\n") + "\n]}}"}
}

// recordedFeatures are what browsers and proxies add to a recording.
var recordedFeatures = []feature{
	{
		name: "recordings: what is between client and server",
		files: entries(
			`{"request": {"method": "GET", "url": "`+logs+`?_=1700000000123&1700000000123"}, "response": {"status": 304, "headers": []}}`,
			`{"request": {"method": "GET", "url": "`+logs+`"}, "response": {"status": 502, "content": {"mimeType": "text/html", "text": "<html>"}}}`,
			`{"request": {"method": "HEAD", "url": "`+logs+`"}, "response": {"status": 200, "headers": [{"name": "content-type", "value": "application/json"}]}}`,
			`{"request": {"method": "GET", "url": "`+logs+`?x=1"}, "response": {"status": 418}}`,
			`{"request": {"method": "HEAD", "url": "`+api+`/core/nothing"}}`,
		),
		want: []string{
			"a.har:5:99 query /x unknown_parameter", "a.har:5:127 status  undocumented_status", "a.har:6:40 path  not_found",
		},
		valid: 3,
	},
	{
		name:    "recordings: a code that the user has set",
		files:   entries(`{"request": {"method": "GET", "url": "` + logs + `?_=1"}, "response": {"status": 304}}`),
		options: validate.Options{Severities: map[string]report.Severity{"undocumented_status": report.Warning, "unknown_parameter": report.Error}},
		want:    []string{"a.har:2:99 query /_ unknown_parameter", "a.har:2:127 status  undocumented_status"},
	},
	{
		name: "recordings: media types of the content",
		files: entries(
			`{"request": {"method": "PUT", "url": "`+update12+`", "postData": {"mimeType": "application/json", "text": "{\"state\": 1}"}}}`,
			`{"request": {"postData": {"mimeType": "text/plain", "text": "{}"}, "headers": [{"name": "content-type", "value": "application/json"}], "method": "PUT", "url": "`+update12+`"}}`,
			`{"request": {"method": "GET", "url": "`+logs+`"}, "response": {"status": 200, "headers": [], "content": {"mimeType": "x-unknown", "size": 0}}}`,
		),
		want: []string{
			"a.har:2:170 body /state type", "a.har:4:1 body  required",
		},
		valid: 1,
	},
	{
		name:  "recordings: no body at all",
		files: entries(`{"request": {"method": "PUT", "url": "` + update12 + `", "postData": null}}`),
		want:  []string{"a.har:2:1 body  required"},
	},
	{
		name: "findings that files say are to be ignored",
		files: map[string]string{
			"a.sh": "# hookline: ignore minimum, enum\n\n# the logs\ncurl " + logs + "?limit=0\ncurl " + logs + "?limit=0 # hookline: ignore enum\n" +
				"curl \\\n  -G -d limit=0 \\\n  " + logs + " # hookline: ignore\ncurl -G \\\n  -d limit=0 " + logs + " # hookline: ignore minimum\n",
			"b.md":   "<!-- hookline: ignore minimum -->\n\n```sh\ncurl " + logs + "?limit=0\n```\n",
			"c.http": "### one\n// hookline: ignore minimum\nGET " + logs + "?limit=0\n### two\nGET " + logs + "?limit=0\n",
			"d.yaml": "---\n# hookline: ignore minimum\nmethod: GET\npath: /core/webhook-logs?limit=0\n---\nmethod: GET\npath: /core/webhook-logs?limit=0 # hookline: ignore minimum\n",
			"e.json": `{"method": "GET", "path": "/core/webhook-logs?limit=0", "description": "wrong on purpose. hookline: ignore minimum"}`,
			"f.json": `{"info": {"_postman_id": "1"}, "item": [{"request": {"url": "` + logs + `?limit=0", "description": "hookline: ignore minimum"}}, {"request": "` + logs + `?limit=0"}]}`,
			"g.har":  `{"log": {"entries": [{"comment": "hookline: ignore minimum", "request": {"method": "GET", "url": "` + logs + `?limit=0"}}]}}`,
		},
		options: validate.Options{Paths: []string{"."}},
		want: []string{
			"a.sh:5:70 query /limit minimum", "a.sh:7:15 query /limit minimum", "c.http:5:69 query /limit minimum", "f.json:1:252 query /limit minimum",
		},
		valid: 9,
	},
}

// TestEncodedBodies decodes what a recording or a file holds compressed.
func TestEncodedBodies(t *testing.T) {
	const body = `{"state": 1}`
	compress := func(newWriter func(io.Writer) io.WriteCloser) string {
		var out bytes.Buffer
		w := newWriter(&out)
		_, err := io.WriteString(w, body)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return out.String()
	}
	gz := compress(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	raw := func(w io.Writer) io.WriteCloser {
		f, err := flate.NewWriter(w, flate.BestSpeed)
		require.NoError(t, err)
		return f
	}
	for name, c := range map[string]struct{ encoding, data, want string }{
		"gzip":               {"gzip", gz, "type"},
		"deflate":            {"deflate", compress(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }), "type"},
		"deflate, unwrapped": {"deflate", compress(raw), "type"},
		"br":                 {"br", compress(func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }), "type"},
		"identity":           {"identity", body, "type"},
		"decoded already":    {"gzip", body, "type"},
		"another":            {"zstd", gz, ""},
		"cut":                {"gzip", gz[:len(gz)-9], ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for file, text := range entries(`{"request": {"method": "PUT", "url": "` + update12 + `", "headers": [{"name": "Content-Encoding", "value": "` + c.encoding +
				`"}], "postData": {"mimeType": "application/json", "encoding": "base64", "text": "` + base64.StdEncoding.EncodeToString([]byte(c.data)) + `"}}}`) {
				writeFile(t, file, text)
			}
			writeFile(t, "body", c.data)
			writeFile(t, "a.sh", "curl -X PUT -H 'Content-Encoding: "+c.encoding+"' -H 'Content-Type: application/json' --data-binary @body "+update12+"\n")
			result := run(t, validate.Options{Paths: []string{"a.har", "a.sh"}})
			var codes []string
			for _, f := range result.Findings {
				codes = append(codes, f.Code)
			}
			if c.want == "" {
				assert.Empty(t, codes)
				return
			}
			assert.Equal(t, []string{c.want, c.want}, codes)
		})
	}
}

// TestDecodedIsBounded does not let a small body grow without an end.
func TestDecodedIsBounded(t *testing.T) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(make([]byte, 17<<20))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	t.Chdir(t.TempDir())
	writeFile(t, "body", out.String())
	writeFile(t, "a.sh", "curl -X PUT -H 'Content-Encoding: gzip' -H 'Content-Type: application/json' --data-binary @body "+update12+"\n")
	assert.Equal(t, 1, run(t, validate.Options{Paths: []string{"a.sh"}}).Summary.Valid, "nothing is said about it")
}
