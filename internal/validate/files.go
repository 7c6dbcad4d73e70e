package validate

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hookline-go/hookline/internal/validate/bruno"
	"github.com/hookline-go/hookline/internal/validate/document"
	"github.com/hookline-go/hookline/internal/validate/fixture"
	"github.com/hookline-go/hookline/internal/validate/har"
	"github.com/hookline-go/hookline/internal/validate/httpfile"
	"github.com/hookline-go/hookline/internal/validate/hurl"
	"github.com/hookline-go/hookline/internal/validate/insomnia"
	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/ndjson"
	"github.com/hookline-go/hookline/internal/validate/openapidoc"
	"github.com/hookline-go/hookline/internal/validate/postman"
	"github.com/hookline-go/hookline/internal/validate/scripts"
	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
	"github.com/hookline-go/hookline/internal/validate/yamltext"
)

// MaxFile is how large a file may be that is not an HTTP Archive, in bytes.
// Archives are streamed, and have no limit.
const MaxFile = 10 << 20

// sniffed is how much of a file is looked at to recognise it.
const sniffed = 4096

// file validates the requests of one file.
func (v *validator) file(in input) error {
	reader, name, err := v.open(in)
	if err != nil {
		return v.problem(&source.FileError{Place: source.Place{File: name}, Reason: reason(err)})
	}
	defer reader.Close() //nolint:errcheck // nothing was written
	head := make([]byte, sniffed)
	n, err := io.ReadFull(reader, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return v.problem(&source.FileError{Place: source.Place{File: name}, Reason: reason(err)})
	}
	// Programs of Windows begin files with a byte order mark, which is no part
	// of any format.
	head = bytes.TrimPrefix(head[:n], []byte("\uFEFF"))
	kind := recognise(in, head)
	switch {
	case n < sniffed && len(bytes.TrimSpace(head)) == 0:
		return v.passOver(in, name, "the file is empty")
	case kind == formatNone:
		if hint, ok := hintFor(name, head); ok {
			return v.note(in, name, hint)
		}
		return v.passOver(in, name, unrecognised(name, head))
	}
	v.inFile = 0
	err = v.read(kind, in, name, io.MultiReader(bytes.NewReader(head), reader))
	if v.inFile > 0 {
		v.result.Summary.Files++
	}
	return v.problem(err)
}

func (v *validator) open(in input) (io.ReadCloser, string, error) {
	if in.path == stdin {
		return io.NopCloser(v.options.Stdin), "<stdin>", nil
	}
	f, err := os.Open(in.path)
	return f, in.path, err
}

// passOver leaves out a file that was found in a folder. For one that the user
// has named it is a problem.
func (v *validator) passOver(in input, name, reason string) error {
	if !in.named {
		return nil
	}
	return v.problem(&source.FileError{Place: source.Place{File: name}, Reason: reason})
}

func unrecognised(name string, head []byte) string {
	switch {
	case bytes.IndexByte(head, 0) >= 0:
		return "the file is binary"
	case strings.EqualFold(filepath.Ext(name), ".go"):
		return "Go sources are not read; contract.Transport and contract.Handler validate what their tests send"
	default:
		return "the file is of none of the formats that can be validated; " +
			"a name such as x.sh, x.http, x.har, x.json or x.md says which it is"
	}
}

// read parses a file and validates its requests as they come.
func (v *validator) read(kind format, in input, name string, r io.Reader) error {
	v.reading, v.hasIgnored = nil, false
	if kind == formatHAR {
		return har.Read(name, r, v.check)
	}
	if kind == formatNDJSON {
		return ndjson.Read(name, r, v.check)
	}
	file, err := readAll(name, r)
	if err != nil {
		return err
	}
	v.reading, v.hasIgnored = file, strings.Contains(file.Data, "hookline:")
	folder := filepath.Dir(in.path)
	files := v.sibling(folder)
	switch kind {
	case formatHTTP:
		environment, err := httpfile.LoadEnvironment(folder, v.options.Environment)
		if err != nil {
			return err
		}
		return httpfile.Parse(file.Text(), environment, files, v.check)
	case formatHurl:
		return hurl.Parse(file.Text(), hurl.Files(files), v.check)
	case formatBruno:
		environment, err := bruno.LoadEnvironment(folder, v.options.Environment)
		if err != nil {
			return err
		}
		return bruno.Parse(file.Text(), environment, v.check)
	case formatMarkdown:
		return document.Markdown(file.Text(), files, v.check)
	case formatRST:
		return document.ReStructuredText(file.Text(), files, v.check)
	case formatAdoc:
		return document.Adoc(file.Text(), files, v.check)
	case formatJSON:
		return v.readJSON(in, file, folder)
	case formatYAML:
		return v.readYAML(in, file, files)
	default:
		return v.readScript(kind, file, files)
	}
}

// readScript reads a script, or a file that holds some. A script without requests
// may have mistakes: nobody asked.
func (v *validator) readScript(kind format, file *source.File, files shell.Files) error {
	switch {
	case !shell.Mentions(file.Data):
		return nil
	case kind == formatMakefile:
		return scripts.Makefile(file.Text(), files, v.check)
	case kind == formatDockerfile:
		return scripts.Dockerfile(file.Text(), files, v.check)
	default:
		return shell.Parse(file.Text(), files, v.check)
	}
}

// readJSON reads what another program keeps as JSON, or else a fixture.
func (v *validator) readJSON(in input, file *source.File, folder string) error {
	if root, err := jsontree.Parse(file.Text()); err == nil {
		v.hasIgnored = v.hasIgnored && !root.IsObject() // descriptions say it
		if err := v.readTree(in, root, folder); !errors.Is(err, fixture.ErrNone) {
			return err
		}
	}
	err := v.fixture(in, file)
	if !errors.Is(err, fixture.ErrNone) {
		return err
	}
	return v.noFixture(in, file)
}

// readTree reads what other programs keep as JSON or YAML. It returns
// fixture.ErrNone for anything else.
func (v *validator) readTree(in input, root *jsontree.Node, folder string) error {
	switch {
	case postman.Is(root):
		environment, err := postman.LoadEnvironment(folder, v.options.Environment)
		if err != nil {
			return err
		}
		return postman.Parse(root, environment, v.check)
	case insomnia.Is(root):
		return insomnia.Parse(root, v.options.Environment, v.check)
	case openapidoc.Is(root):
		return openapidoc.Parse(root, v.example)
	}
	if hint, ok := hintForJSON(root); ok {
		return v.note(in, root.Raw().Place(0).File, hint)
	}
	return fixture.ErrNone
}

// example checks an example of an OpenAPI document if the contract has its
// operation: documents of other APIs may lie about.
func (v *validator) example(e *openapidoc.Example) error {
	operation, ok := v.contract.Operation(e.Request.Operation)
	if !ok || operation.Method != e.Method || operation.Path != e.Path {
		return nil
	}
	return v.check(e.Request)
}

// readYAML reads what other programs keep as YAML, a fixture, or else the scripts
// of a file of some CI system.
func (v *validator) readYAML(in input, file *source.File, files shell.Files) error {
	if texts, _ := yamltext.Documents(file); len(texts) == 1 && otherYAML.MatchString(file.Data) {
		root, err := jsontree.Parse(texts[0])
		if err != nil {
			return err
		}
		if err := v.readTree(in, root, filepath.Dir(in.path)); !errors.Is(err, fixture.ErrNone) {
			return errors.Join(err, v.samples(file, files))
		}
	}
	err := v.fixture(in, file)
	if !errors.Is(err, fixture.ErrNone) {
		return err
	}
	if shell.Mentions(file.Data) {
		return scripts.YAML(file, files, v.check)
	}
	return v.noFixture(in, file)
}

// samples reads the commands that a document shows.
func (v *validator) samples(file *source.File, files shell.Files) error {
	if !shell.Mentions(file.Data) {
		return nil
	}
	return scripts.YAML(file, files, v.check)
}

// otherYAML is how files of other programs begin that are YAML.
var otherYAML = regexp.MustCompile(`(?m)^["']?(openapi|swagger|type)["']?\s*:`)

// noFixture is for a file that the user has named.
func (v *validator) noFixture(in input, file *source.File) error {
	if !in.named {
		return nil
	}
	return source.ErrorAt(source.Place{File: file.Name},
		"the file is neither a request nor a body whose operation is known; --operation names one")
}

// fixture reads a fixture. It returns fixture.ErrNone where the file is none.
func (v *validator) fixture(in input, file *source.File) error {
	bare, err := v.bareFor(in.path)
	if err != nil {
		return err
	}
	err = fixture.Parse(file, fixture.Bare(bare), v.check)
	if errors.Is(err, fixture.ErrNone) {
		return err
	}
	return v.ofFixture(err, in, file, bare)
}

// fixtureKeys are the two that every whole request has, in any order, and the
// comment that bare bodies have.
var fixtureKeys = regexp.MustCompile(`(?s)\bmethod['"]?\s*:.*\b(path|url)['"]?\s*:|\b(path|url)['"]?\s*:.*\bmethod['"]?\s*:|hookline:\s*operation=`)

// ofFixture drops the error of a file that was found in a folder and does not
// look like a fixture: templates of YAML and settings with comments are not
// even meant to be what their names say.
func (v *validator) ofFixture(err error, in input, file *source.File, bare bare) error {
	if _, unreadable := errors.AsType[*source.FileError](err); !unreadable || in.named || bare.Operation != "" || v.inFile > 0 {
		return err
	}
	if fixtureKeys.MatchString(file.Data) || ciName.MatchString(filepath.ToSlash(in.path)) {
		return err
	}
	return nil
}

// ciName is the name of a file that must be YAML.
var ciName = regexp.MustCompile(`(^|/)(\.github/workflows/[^/]+|\.gitlab-ci[^/]*|\.circleci/[^/]+|\.travis|azure-pipelines[^/]*|bitbucket-pipelines)\.ya?ml$`)

// readAll reads a file that must be text.
func readAll(name string, r io.Reader) (*source.File, error) {
	file, err := readBounded(name, r)
	if err != nil {
		return nil, err
	}
	if strings.IndexByte(file.Data, 0) >= 0 {
		return nil, &source.FileError{Place: source.Place{File: name}, Reason: "the file is binary"}
	}
	if at := invalidUTF8(file.Data); at >= 0 {
		return nil, source.ErrorAt(file.Place(at), "the file is not valid UTF-8")
	}
	return file, nil
}

// readBounded reads a file of at most MaxFile bytes.
func readBounded(name string, r io.Reader) (*source.File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	place := source.Place{File: name}
	switch {
	case err != nil:
		return nil, &source.FileError{Place: place, Reason: reason(err)}
	case len(data) > MaxFile:
		return nil, &source.FileError{Place: place, Reason: "the file is larger than " + strconv.Itoa(MaxFile>>20) + " MiB, as only HTTP Archives and logs may be; --exclude leaves it out"}
	}
	return &source.File{Name: name, Data: string(data)}, nil
}

// invalidUTF8 returns where a text stops being UTF-8, or -1.
func invalidUTF8(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// sibling returns what reads the files that requests name: beside the file
// itself, or where the program runs.
func (v *validator) sibling(folder string) func(string) (*source.File, error) {
	return func(name string) (*source.File, error) {
		path := name
		if !filepath.IsAbs(name) {
			path = filepath.Join(folder, filepath.FromSlash(name))
			if _, err := os.Stat(path); err != nil {
				path = filepath.FromSlash(name)
			}
		}
		if file, ok := v.bodyFiles[path]; ok {
			return file, nil
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, errors.New(reason(err))
		}
		if !info.Mode().IsRegular() {
			return nil, errors.New("it is not a file")
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, errors.New(reason(err))
		}
		defer f.Close() //nolint:errcheck // nothing was written
		// What is sent may be anything.
		file, err := readBounded(path, f)
		if err != nil {
			problem, _ := errors.AsType[*source.FileError](err)
			return nil, errors.New(problem.Reason)
		}
		v.bodyFiles[path] = file
		return file, nil
	}
}
