// Package httpfile reads .http and .rest files in the dialects of JetBrains'
// HTTP Client and of VS Code's REST Client.
package httpfile

import (
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Files reads a file whose content is to be sent.
type Files func(name string) (*source.File, error)

// Parse yields the requests of a file. Variables that neither the file nor the
// environment sets are unknown in the texts. A request that cannot be read does
// not hide the others. Its errors are *source.FileError, joined, or the first
// other one of yield.
func Parse(text source.Text, environment Environment, files Files, yield source.Yield) error {
	p := &parser{
		text: text, environment: environment, files: files, yield: yield, variables: map[string]source.Text{},
	}
	p.split()
	var problems source.Problems
	for _, block := range p.blocks {
		if err := problems.Add(p.block(block)); err != nil {
			return err
		}
	}
	return problems.Err()
}

type parser struct {
	text        source.Text
	environment Environment
	files       Files
	yield       source.Yield
	variables   map[string]source.Text
	blocks      []block
}

// block is what stands between two lines that begin with "###".
type block struct {
	name  string
	lines []source.Text // without their ends
}

var variable = regexp.MustCompile(`^\s*@([^\s=]+)\s*=\s*(.*?)\s*$`)

// split cuts the file into blocks, and reads the variables, which hold for the
// whole file.
func (p *parser) split() {
	current := block{}
	at := 0
	for raw := range strings.Lines(p.text.Value) {
		line := p.text.Slice(at, at+len(strings.TrimRight(raw, "\r\n")))
		at += len(raw)
		if name, ok := strings.CutPrefix(line.Value, "###"); ok {
			p.blocks = append(p.blocks, current)
			current = block{name: strings.Trim(name, "# \t")}
			continue
		}
		if found := variable.FindStringSubmatchIndex(line.Value); found != nil {
			p.variables[line.Value[found[2]:found[3]]] = line.Slice(found[4], found[5])
		}
		current.lines = append(current.lines, line)
	}
	p.blocks = append(p.blocks, current)
}

// lookup implements source.Lookup. A file's own variables come before those of
// the environment.
func (p *parser) lookup(name string) (source.Text, bool) {
	if value, ok := p.variables[name]; ok {
		return value, true
	}
	value, ok := p.environment[name]
	return value, ok
}

func (p *parser) expand(t source.Text) source.Text { return source.Expand(t, p.lookup) }

// block reads the request of a block, if it has one.
func (p *parser) block(b block) error {
	rest := preamble(&b)
	if len(rest) == 0 {
		return nil
	}
	line := rest[0]
	if strings.HasPrefix(strings.TrimSpace(line.Value), "curl ") {
		return p.curl(rest)
	}
	request := &source.Request{Name: b.name}
	if !p.requestLine(request, line) {
		return nil
	}
	rest = p.continuations(request, rest[1:])
	request.URL = p.expand(request.URL)
	rest, err := p.headers(request, rest)
	if err != nil {
		return err
	}
	if err := p.body(request, rest); err != nil {
		return err
	}
	p.graphQL(request)
	return p.yield(request)
}

// curl reads a command of curl, which the REST Client takes in the place of a
// request.
func (p *parser) curl(lines []source.Text) error {
	b := source.Builder{Parent: p.text}
	for _, line := range lines {
		b.Text(line)
		b.Atom("\n", 0)
	}
	return shell.Parse(p.expand(b.Build()), shell.Files(p.files), p.yield)
}

var (
	// directive is "# @name value". Only the name of a request matters: the
	// others say how it is sent, or are words of a comment.
	directive = regexp.MustCompile(`^\s*(?:#|//)\s*@name(?:[ \t=]+(.*))?$`)
	// statement is what JetBrains' client has for the use of other files.
	statement = regexp.MustCompile(`^(import|run)\s+\S`)
)

// preamble skips what stands before the request line and returns the lines from
// there on.
func preamble(b *block) []source.Text {
	end := "" // of the script or the comment that the line is in
	for i, line := range b.lines {
		text := strings.TrimSpace(line.Value)
		switch {
		case end != "":
			if strings.Contains(text, end) {
				end = ""
			}
		case opensScript(text) != "":
			if end = opensScript(text); strings.Contains(text, end) {
				end = ""
			}
		case isComment(text):
			if found := directive.FindStringSubmatch(line.Value); found != nil {
				b.name = strings.TrimSpace(found[1])
			}
		case text == "", strings.HasPrefix(text, "<"), variable.MatchString(line.Value), statement.MatchString(text):
		case statusLine.MatchString(text):
			return nil // a response alone, as documents show it
		default:
			return b.lines[i:]
		}
	}
	return nil
}

// opensScript returns what ends the script or the comment that a line begins, or
// nothing where it begins none: JetBrains' scripts, httpYac's, and its comments.
func opensScript(line string) (end string) {
	switch {
	case strings.HasPrefix(line, "< {%"):
		return "%}"
	case strings.HasPrefix(line, "{{") && !strings.Contains(line, "}}"), line == "{{":
		return "}}"
	case strings.HasPrefix(line, "/*"):
		return "*/"
	default:
		return ""
	}
}

func isComment(line string) bool {
	return strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//")
}

// otherProtocols are the methods of JetBrains' client that are not HTTP's.
var otherProtocols = map[string]bool{
	"GRPC": true, "RSOCKET": true, "WEBSOCKET": true, "WS": true, "SSE": true, "MQTT": true, "AMQP": true,
}

var (
	methodName  = regexp.MustCompile(`^([A-Za-z]+)\s+`)
	httpVersion = regexp.MustCompile(`\s+HTTP/[0-9.]+(\s*\([^)]*\))?\s*$`)
)

// requestLine reads "METHOD URL HTTP/1.1", of which only the URL must be there.
// It returns false for other protocols.
func (p *parser) requestLine(request *source.Request, line source.Text) bool {
	line = line.Trim()
	request.Start = line.Slice(0, 0)
	request.Method = line.Slice(0, 0).Named("GET")
	url := line
	if found := methodName.FindStringSubmatchIndex(line.Value); found != nil {
		request.Method = line.Slice(0, found[3])
		url = line.Slice(found[1], len(line.Value))
	}
	if found := httpVersion.FindStringIndex(url.Value); found != nil {
		url = url.Slice(0, found[0])
	}
	request.URL = url
	return !otherProtocols[strings.ToUpper(request.Method.Value)]
}

// continuations adds the lines that go on with the URL: indented ones, and
// those that begin with "?" or "&".
func (p *parser) continuations(request *source.Request, lines []source.Text) []source.Text {
	for i, line := range lines {
		text := line.Trim()
		indented := text.Value != "" && len(line.Value) > 0 && (line.Value[0] == ' ' || line.Value[0] == '\t')
		if !indented && !strings.HasPrefix(text.Value, "?") && !strings.HasPrefix(text.Value, "&") {
			return lines[i:]
		}
		b := source.Builder{Parent: p.text}
		b.Text(request.URL)
		b.Text(text)
		request.URL = b.Build()
	}
	return nil
}

// headerName is a token of RFC 9110, section 5.6.2, or has variables in it.
var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+\\s*$|\\{\\{")

// headers reads the header fields, up to the empty line, and returns what
// follows it.
func (p *parser) headers(request *source.Request, lines []source.Text) ([]source.Text, error) {
	for i, line := range lines {
		text := line.Trim()
		switch {
		case text.Value == "":
			return lines[i+1:], nil
		case isComment(text.Value):
			continue
		case isHandler(text.Value):
			return lines[i:], nil
		}
		colon := strings.IndexByte(text.Value, ':')
		if colon <= 0 || !headerName.MatchString(text.Value[:colon]) {
			return nil, source.ErrorAt(text.Place(0), "the line is not a header: Name: value, and an empty line before the body")
		}
		request.Header = append(request.Header, source.Field{
			Name: p.expand(text.Slice(0, colon).Trim()), Value: p.expand(text.Slice(colon+1, len(text.Value)).Trim()),
		})
	}
	return nil, nil
}

// statusLine is where a response begins that somebody has pasted.
var statusLine = regexp.MustCompile(`^HTTP/[0-9.]+ [1-5][0-9]{2}( |$)`)

// isHandler tells the lines about responses, which end the body.
func isHandler(line string) bool {
	if statusLine.MatchString(line) {
		return true
	}
	for _, prefix := range []string{"> {%", "> ", ">> ", ">>! ", "<> "} {
		if strings.HasPrefix(line, prefix) {
			return true
		}
	}
	return false
}
