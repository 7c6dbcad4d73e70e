// Package hurl reads the files of Hurl: requests, each with the response that is
// expected of it.
package hurl

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// Files reads a file whose content is to be sent.
type Files func(name string) (*source.File, error)

// Parse yields the requests of a file, with the status and the body that the
// file expects. Variables that the file does not set, and what it captures, are
// unknown in the texts. A request that cannot be read does not hide the others.
// Its errors are *source.FileError, joined, or the first other one of yield.
func Parse(text source.Text, files Files, yield source.Yield) error {
	var problems source.Problems
	p := &parser{files: files, variables: map[string]source.Text{}}
	for _, e := range p.entries(text) {
		request, err := p.read(e)
		if err == nil {
			err = yield(request)
		}
		if err := problems.Add(err); err != nil {
			return err
		}
	}
	return problems.Err()
}

type parser struct {
	files     Files
	variables map[string]source.Text
}

func (p *parser) expand(t source.Text) source.Text {
	return source.Expand(t, func(name string) (source.Text, bool) {
		value, ok := p.variables[name]
		return value, ok
	})
}

// entry is a request and what is expected of it, as lines.
type entry struct{ request, response []source.Text }

var (
	methodLine  = regexp.MustCompile(`^([A-Z]+)\s+(\S.*?)\s*$`)
	statusLine  = regexp.MustCompile(`^HTTP(?:/[0-9.]+)?\s+([0-9]{3}|\*)\s*(?:#.*)?$`)
	sectionLine = regexp.MustCompile(`^\[([A-Za-z]+)\]\s*(?:#.*)?$`)
)

// entries cuts a file where a request begins, or the response of one. Within a
// text of several lines, nothing begins.
func (p *parser) entries(text source.Text) []entry {
	var all []entry
	at, inResponse, inText := 0, false, false
	for raw := range strings.Lines(text.Value) {
		line := text.Slice(at, at+len(strings.TrimRight(raw, "\r\n")))
		at += len(raw)
		if strings.HasPrefix(line.Value, "```") && strings.Count(line.Value, "```") == 1 {
			inText = !inText
		}
		switch {
		case inText && len(all) > 0:
		case statusLine.MatchString(line.Value) && len(all) > 0:
			inResponse = true
		case methodLine.MatchString(line.Value) && !strings.HasPrefix(line.Value, "HTTP"):
			all = append(all, entry{})
			inResponse = false
		}
		if len(all) == 0 {
			continue
		}
		last := &all[len(all)-1]
		if inResponse {
			last.response = append(last.response, line)
		} else {
			last.request = append(last.request, line)
		}
	}
	return all
}

// message is what follows a first line.
type message struct {
	header   []source.Field
	sections map[string][]source.Field
	body     []source.Text
}

// split reads headers and sections, and leaves the lines of the body.
func split(lines []source.Text) message {
	m := message{sections: map[string][]source.Field{}}
	section := ""
	for i, line := range lines {
		text := strings.TrimSpace(line.Value)
		found := sectionLine.FindStringSubmatch(text)
		colon := strings.IndexByte(text, ':')
		switch {
		case text == "" || text[0] == '#':
		case found != nil:
			section = sectionNames[found[1]]
			if section == "" {
				section = found[1]
			}
		case beginsBody(text):
			m.body = lines[i:]
			return m
		case colon > 0:
			line = line.Trim()
			field := source.Field{Name: line.Slice(0, colon).Trim(), Value: line.Slice(colon+1, len(line.Value)).Trim()}
			if section == "" {
				m.header = append(m.header, field)
			} else {
				m.sections[section] = append(m.sections[section], field)
			}
		}
	}
	return m
}

// sectionNames are short names of sections, with the long ones.
var sectionNames = map[string]string{
	"Query": "QueryStringParams", "Form": "FormParams", "Multipart": "MultipartFormData",
}

func beginsBody(text string) bool {
	return strings.IndexByte("{[\"<`", text[0]) >= 0 && !sectionLine.MatchString(text) ||
		strings.HasPrefix(text, "file,") || strings.HasPrefix(text, "base64,") || strings.HasPrefix(text, "hex,") ||
		text == "true" || text == "false" || text == "null"
}

func (p *parser) read(e entry) (*source.Request, error) {
	first := e.request[0]
	found := methodLine.FindStringSubmatchIndex(first.Value)
	m := split(e.request[1:])
	for _, field := range m.sections["Options"] {
		if name, value, ok := strings.Cut(field.Value.Value, "="); ok && field.Name.Value == "variable" {
			p.variables[name] = field.Value.Slice(len(field.Value.Value)-len(value), len(field.Value.Value))
		}
	}
	request := &source.Request{
		Start: first.Slice(0, 0), Method: first.Slice(found[2], found[3]), URL: p.expand(first.Slice(found[4], found[5])),
	}
	for _, field := range m.header {
		request.Header = append(request.Header, source.Field{Name: p.expand(field.Name), Value: p.expand(field.Value)})
	}
	p.addSections(request, m)
	if len(m.body) > 0 {
		body, mediaType, err := p.body(m.body)
		if err != nil {
			return nil, err
		}
		request.Body, request.BodyUnknown = body.text, body.unknown
		request.Header = source.WithDefault(request.Header, m.body[0], "Content-Type", mediaType)
	}
	return request, p.response(request, e.response)
}

// response reads what is expected. The file lists only those headers that
// matter to it.
func (p *parser) response(request *source.Request, lines []source.Text) error {
	if len(lines) == 0 {
		return nil
	}
	found := statusLine.FindStringSubmatchIndex(lines[0].Value)
	status := lines[0].Slice(found[2], found[3])
	if status.Value == "*" {
		return nil // any status will do
	}
	code, err := strconv.Atoi(status.Value)
	if err != nil {
		return source.ErrorAt(status.Place(0), "the status is not a whole number")
	}
	m := split(lines[1:])
	response := &source.Response{
		Start: lines[0].Slice(0, 0), Status: code, StatusText: status, Header: m.header, Partial: true, BodyUnknown: true,
	}
	if len(m.body) > 0 {
		body, mediaType, err := p.body(m.body)
		if err != nil {
			return err
		}
		response.Body, response.BodyUnknown = body.text, body.unknown
		if mediaType != "" && !source.HasField(response.Header, "Content-Type") {
			response.Header = append(response.Header, source.GuessedType(m.body[0], mediaType))
		}
	}
	request.Response = response
	return nil
}
