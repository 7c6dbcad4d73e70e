package hurl

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// addSections adds what the sections of a request stand for.
func (p *parser) addSections(r *source.Request, m message) {
	for _, field := range p.fields(m, "QueryStringParams") {
		r.Query = append(r.Query, source.Field{
			Name: field.Name.Named(url.QueryEscape(field.Name.Value)), Value: field.Value.Named(url.QueryEscape(field.Value.Value)),
		})
	}
	if form := p.fields(m, "FormParams"); len(form) > 0 {
		r.Body = source.URLEncoded(form[0].Name, form)
		r.Header = source.WithDefault(r.Header, form[0].Name, "Content-Type", source.URLEncodedType)
	}
	if form := p.fields(m, "MultipartFormData"); len(form) > 0 {
		var parts []source.FormPart
		for _, field := range form {
			part := source.FormPart{Name: field.Name, Value: field.Value}
			if strings.HasPrefix(field.Value.Value, "file,") {
				part.File, part.Value = true, field.Value.Placeholder("file")
			}
			parts = append(parts, part)
		}
		r.Body = source.Multipart(form[0].Name, parts)
		r.Header = source.WithDefault(r.Header, form[0].Name, "Content-Type", source.MultipartType)
	}
	for _, field := range p.fields(m, "BasicAuth") {
		credentials := base64.StdEncoding.EncodeToString([]byte(field.Name.Value + ":" + field.Value.Value))
		r.Header = append(r.Header, source.Field{Name: field.Name.Named("Authorization"), Value: field.Value.Named("Basic " + credentials)})
	}
	for _, field := range p.fields(m, "Cookies") {
		r.Header = append(r.Header, source.Field{
			Name: field.Name.Named("Cookie"), Value: field.Value.Named(field.Name.Value + "=" + field.Value.Value),
		})
	}
}

func (p *parser) fields(m message, section string) []source.Field {
	fields := m.sections[section]
	for i := range fields {
		fields[i].Name, fields[i].Value = p.expand(fields[i].Name), p.expand(fields[i].Value)
	}
	return fields
}

// content is a body, or a body that nobody knows.
type content struct {
	text    source.Text
	unknown bool
}

var oneLine = regexp.MustCompile("^`([^`]*)`$")

// body reads JSON, XML, a text between fences or backquotes, a file, or data.
func (p *parser) body(lines []source.Text) (body content, mediaType string, err error) {
	first := lines[0].Trim()
	data := strings.TrimSuffix(first.Value, ";")
	switch {
	case strings.HasPrefix(first.Value, "```"):
		return p.fenced(lines)
	case strings.HasPrefix(data, "file,"):
		name := p.expand(first.Slice(len("file,"), len(data)))
		if !name.Known() {
			return content{unknown: true}, "", nil
		}
		file, err := p.files(name.Value)
		if err != nil {
			return content{}, "", source.ErrorAt(name.Place(0), "the file that is to be sent cannot be read: %v", err)
		}
		return content{text: file.Text()}, "", nil
	case strings.HasPrefix(data, "base64,"):
		plain, err := base64.StdEncoding.DecodeString(data[len("base64,"):])
		return content{text: first.Named(string(plain)), unknown: err != nil}, "", nil
	case strings.HasPrefix(data, "hex,"):
		return content{unknown: true}, "", nil
	}
	if found := oneLine.FindStringSubmatchIndex(first.Value); found != nil {
		return content{text: p.expand(first.Slice(found[2], found[3]))}, "", nil
	}
	mediaType = "application/json"
	if strings.HasPrefix(first.Value, "<") {
		mediaType = "application/xml"
	}
	return content{text: p.expand(joined(withoutEnd(lines)))}, mediaType, nil
}

// fenced reads a text between lines of backquotes, of which the first may name
// what it is.
func (p *parser) fenced(lines []source.Text) (body content, mediaType string, err error) {
	language := strings.Trim(lines[0].Trim().Value, "` ")
	name, _, _ := strings.Cut(language, ",")
	var inside []source.Text
	for _, line := range lines[1:] {
		if strings.HasPrefix(line.Value, "```") {
			break
		}
		inside = append(inside, line)
	}
	if len(inside) == 0 {
		return content{text: lines[0].Named("")}, "", nil
	}
	text := joined(inside)
	switch name {
	case "json":
		mediaType = "application/json"
	case "xml":
		mediaType = "application/xml"
	case "graphql":
		return content{text: p.expand(source.GraphQL(text, source.Text{}))}, "application/json", nil
	}
	return content{text: p.expand(text)}, mediaType, nil
}

// withoutEnd leaves out empty lines and comments behind a body.
func withoutEnd(lines []source.Text) []source.Text {
	for len(lines) > 1 {
		last := strings.TrimSpace(lines[len(lines)-1].Value)
		if last != "" && last[0] != '#' {
			break
		}
		lines = lines[:len(lines)-1]
	}
	return lines
}

func joined(lines []source.Text) source.Text {
	b := source.Builder{Parent: lines[0]}
	for i, line := range lines {
		if i > 0 {
			b.Atom("\n", 0)
		}
		b.Text(line)
	}
	return b.Build()
}
