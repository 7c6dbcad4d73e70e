package validate_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/internal/validate/document"
	"github.com/hookline-go/hookline/internal/validate/fixture"
	"github.com/hookline-go/hookline/internal/validate/har"
	"github.com/hookline-go/hookline/internal/validate/httpfile"
	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/postman"
	"github.com/hookline-go/hookline/internal/validate/report"
	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// seeds adds the files of testdata with one of the endings.
func seeds(f *testing.F, endings ...string) {
	f.Helper()
	for _, ending := range endings {
		for _, pattern := range []string{"testdata/*/*", "testdata/*/*/*"} {
			names, err := filepath.Glob(pattern + ending)
			require.NoError(f, err)
			for _, name := range names {
				data, err := os.ReadFile(name)
				require.NoError(f, err)
				f.Add(string(data))
			}
		}
	}
	for _, v := range bodies {
		for _, w := range wrappings {
			for _, ending := range endings {
				if strings.HasSuffix(w.file, ending) {
					f.Add(strings.ReplaceAll(w.wrap("POST", api+"/core/webhook-config", v.body), mark, ""))
				}
			}
		}
	}
}

func noFiles(string) (*source.File, error) { return &source.File{Name: "other", Data: "{}"}, nil }

// checkParsed fails if a part of a request is nowhere in its file, or an error
// is not one line about the file.
func checkParsed(t *testing.T, text string, parse func(source.Yield) error) {
	t.Helper()
	lines := strings.Count(text, "\n") + 1
	err := parse(func(r *source.Request) error {
		for _, part := range textsOf(r) {
			checkText(t, part, lines)
		}
		return nil
	})
	for _, part := range source.Unjoin(err) {
		if errors.Is(part, fixture.ErrNone) {
			continue
		}
		failure, ok := errors.AsType[*source.FileError](part)
		if !ok {
			t.Fatalf("not an error of the file: %v", part)
		}
		if strings.Contains(failure.Reason, "\n") {
			t.Fatalf("more than one line: %q", failure.Reason)
		}
	}
}

// textsOf returns every part of a request.
func textsOf(r *source.Request) []source.Text {
	all := []source.Text{r.Start, r.Method, r.URL, r.Body}
	fields := slices.Concat(r.Header, r.Query)
	if r.Response != nil {
		all = append(all, r.Response.Start, r.Response.StatusText, r.Response.Body)
		fields = append(fields, r.Response.Header...)
	}
	for _, field := range fields {
		all = append(all, field.Name, field.Value)
	}
	return all
}

// checkText fails if a text is outside of its file, or what is unknown of it is
// outside of the text.
func checkText(t *testing.T, part source.Text, lines int) {
	t.Helper()
	if !part.Given() {
		return
	}
	for _, offset := range []int{0, len(part.Value) / 2, len(part.Value)} {
		place := part.Place(offset)
		if place.File == "file" && (place.Line < 1 || place.Line > lines || place.Column < 1) {
			t.Fatalf("a text is at %v of %d lines", place, lines)
		}
	}
	last := 0
	for _, unknown := range part.Unknown {
		if unknown.Start < last || unknown.End < unknown.Start || unknown.End > len(part.Value) {
			t.Fatalf("what is unknown is at %v of %d bytes", part.Unknown, len(part.Value))
		}
		last = unknown.End
	}
}

func fuzzText(f *testing.F, parse func(*source.File, source.Yield) error) {
	f.Helper()
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return // refused before any parser
		}
		file := &source.File{Name: "file", Data: text}
		checkParsed(t, text, func(yield source.Yield) error { return parse(file, yield) })
	})
}

func FuzzHAR(f *testing.F) {
	seeds(f, ".har")
	f.Fuzz(func(t *testing.T, text string) {
		checkParsed(t, text, func(yield source.Yield) error { return har.Read("file", strings.NewReader(text), yield) })
	})
}

func FuzzHTTPFile(f *testing.F) {
	seeds(f, ".http")
	fuzzText(f, func(file *source.File, yield source.Yield) error {
		return httpfile.Parse(file.Text(), nil, noFiles, yield)
	})
}

func FuzzShell(f *testing.F) {
	seeds(f, ".sh")
	f.Add("A=(-H \"x: y\"); curl \"${A[@]}\" $'\\u00e9\\x41\\101' ${B:-c} <<< '{}' --next -sSG -d a=b -d @- u")
	fuzzText(f, func(file *source.File, yield source.Yield) error { return shell.Parse(file.Text(), noFiles, yield) })
}

func FuzzMarkdown(f *testing.F) {
	seeds(f, ".md")
	fuzzText(f, func(file *source.File, yield source.Yield) error {
		return document.Markdown(file.Text(), noFiles, yield)
	})
}

func FuzzPostman(f *testing.F) {
	seeds(f, "collection.json")
	fuzzText(f, func(file *source.File, yield source.Yield) error {
		root, err := jsontree.Parse(file.Text())
		if err != nil {
			return err
		}
		return postman.Parse(root, postman.Environment{}, yield)
	})
}

func FuzzFixtureJSON(f *testing.F) {
	seeds(f, ".json")
	fuzzText(f, func(file *source.File, yield source.Yield) error {
		file.Name = "file"
		return fixture.Parse(file, fixture.Bare{Operation: "x"}, yield)
	})
}

func FuzzFixtureYAML(f *testing.F) {
	seeds(f, ".yaml")
	fuzzText(f, func(file *source.File, yield source.Yield) error {
		file.Name = "file.yaml"
		return fixture.Parse(file, fixture.Bare{Operation: "x"}, yield)
	})
}

// FuzzRun goes all the way from a file to every report.
func FuzzRun(f *testing.F) {
	endings := []string{".har", ".http", ".sh", ".md", ".json", ".yaml", ""}
	for i, ending := range endings {
		names, err := filepath.Glob("testdata/*/*" + ending)
		require.NoError(f, err)
		for _, name := range names {
			if data, err := os.ReadFile(name); err == nil && len(data) < 4096 {
				f.Add(uint8(i), data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		name := filepath.Join(t.TempDir(), "file"+endings[int(kind)%len(endings)])
		require.NoError(t, os.WriteFile(name, data, 0o600))
		result, err := validate.Run(t.Context(), validate.Options{Paths: []string{name}, Strict: true, Cases: true})
		require.NoError(t, err)
		for _, format := range report.Formats() {
			var out bytes.Buffer
			require.NoError(t, report.Write(&out, format, result, report.Options{}))
		}
		for i := range result.Findings {
			require.Positive(t, result.Findings[i].Place.Line)
		}
	})
}
