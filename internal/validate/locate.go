package validate

import (
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
	"github.com/hookline-go/hookline/internal/openapi"
	"github.com/hookline-go/hookline/internal/validate/report"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// part is a request or a response, for the places of its violations.
type part struct {
	start       source.Text
	header      []source.Field
	body        source.Text
	status      source.Text
	bodyUnknown bool
	// partial says that headers may be missing from the file only.
	partial bool
	// loose says that something outside of the body's strings is unknown, so
	// that its syntax cannot be judged.
	loose    bool
	response bool
}

// add turns a violation into a finding, unless it is about a value that is
// unknown.
func (c *checked) add(violation *openapi.Violation, p *part, severity report.Severity) {
	place, known := c.locate(violation, p)
	if !known {
		return
	}
	f := report.Finding{
		Place: place, Severity: severity, Code: string(violation.Code), In: string(violation.In),
		Pointer: violation.Pointer, Message: violation.Message, Suggestion: violation.Suggestion,
		Schema: violation.Schema, Operation: c.match.Operation.ID, Request: c.request.Name, Response: p.response,
	}
	if f.Schema != "" {
		f.Spec = c.v.specPlace(f.Schema)
	}
	c.findings = append(c.findings, f)
}

// locate returns where a violation is in the user's file, and whether what it
// is about is known.
func (c *checked) locate(violation *openapi.Violation, p *part) (source.Place, bool) {
	switch violation.In {
	case openapi.InBody:
		return locateBody(violation, p)
	case openapi.InPath:
		start, end, ok := c.match.ParamSpan(jsonpointer.First(violation.Pointer))
		if !ok {
			return c.request.URL.Place(c.urlStart), true
		}
		span := source.Span{Start: c.urlStart + start, End: c.urlStart + end}
		return c.request.URL.Place(span.Start), c.request.URL.KnownIn(span)
	case openapi.InStatus:
		return p.status.Place(0), true
	case openapi.InHeader, openapi.InQuery, openapi.InCookie:
	}
	if violation.Start >= 0 {
		text := c.textOf(violation, p)
		return text.Place(0), text.Known()
	}
	if violation.In == openapi.InCookie {
		if fields := fieldsNamed(p.header, "Cookie"); len(fields) > 0 {
			return fields[0].Value.Place(0), fields[0].Value.Known()
		}
	}
	if violation.In == openapi.InHeader || violation.In == openapi.InCookie {
		return p.start.Place(0), !p.partial
	}
	return c.request.URL.Place(c.urlStart + max(c.match.QueryStart, 0)), true
}

func locateBody(violation *openapi.Violation, p *part) (source.Place, bool) {
	if p.bodyUnknown {
		return source.Place{}, false
	}
	if !p.body.Given() {
		return p.start.Place(0), true
	}
	start := min(max(violation.Start, 0), len(p.body.Value))
	if start == len(p.body.Value) {
		start = len(strings.TrimRight(p.body.Value, " \t\r\n")) // where something is missing
	}
	switch violation.Code {
	case openapi.CodeInvalidJSON, openapi.CodeTrailingData, openapi.CodeTooDeep:
		return p.body.Place(start), !p.loose
	default:
		return p.body.Place(start), p.body.KnownIn(source.Span{Start: violation.Start, End: violation.End})
	}
}

// textOf returns the text of the user's file that a violation's span is in. Its
// start and end are not negative.
func (c *checked) textOf(violation *openapi.Violation, p *part) source.Text {
	switch violation.In {
	case openapi.InBody:
		return p.body.Slice(violation.Start, violation.End)
	case openapi.InHeader:
		if fields := fieldsNamed(p.header, jsonpointer.First(violation.Pointer)); violation.Value < len(fields) {
			return fields[violation.Value].Value
		}
	case openapi.InQuery:
		return c.queryText(violation.Start, violation.End)
	case openapi.InPath, openapi.InStatus, openapi.InCookie: // none has a span
	}
	return source.Text{}
}

// queryText returns a part of what query returns: of the URL, or the value of a
// parameter that the file lists apart from it.
func (c *checked) queryText(start, end int) source.Text {
	at := 0
	if c.match.RawQuery != "" {
		if end <= len(c.match.RawQuery) {
			first := c.urlStart + c.match.QueryStart
			return c.request.URL.Slice(first+start, first+end)
		}
		at = len(c.match.RawQuery) + len("&")
	}
	for _, field := range c.request.Query {
		at += len(field.Name.Value) + len("=") + len(field.Value.Value)
		if end <= at {
			return field.Value
		}
		at += len("&")
	}
	return source.Text{}
}

// maskJSON replaces what is unknown in a JSON text by letters within strings,
// and by digits, which are a value, elsewhere; loose tells whether there is any
// of the latter.
func maskJSON(t source.Text) (masked string, loose bool) {
	if t.Known() {
		return t.Value, false
	}
	masked = mask(t.Value, t.Unknown)
	data := []byte(masked)
	next, quoted := 0, false
	for i := 0; i < len(data) && next < len(t.Unknown); i++ {
		unknown := t.Unknown[next]
		switch {
		case i == unknown.Start:
			if !quoted {
				loose = true
				for ; i < unknown.End; i++ {
					data[i] = '1'
				}
			}
			i = unknown.End - 1
			next++
		case data[i] == '\\' && quoted:
			i++
		case data[i] == '"':
			quoted = !quoted
		}
	}
	return string(data), loose
}

// specPlace returns a rule's position in the document. A rule that cannot be
// found, as in a document that has changed since it was read, is at the
// document's beginning.
func (v *validator) specPlace(pointer string) source.Place {
	place := source.Place{File: v.result.SpecFile, Line: 1, Column: 1}
	index, err := v.spec()
	if err != nil {
		return place
	}
	if at, ok := index.Position(pointer); ok {
		place = source.Place{File: v.specFile(at.File), Line: at.Line, Column: at.Column}
	}
	return place
}
