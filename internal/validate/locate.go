package validate

import (
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/contract"
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
	// loose says that something outside of the body's strings is unknown, so
	// that its syntax cannot be judged.
	loose    bool
	response bool
}

// withinBody is the position within the body that some messages end with. A
// finding has the one in the file.
var withinBody = regexp.MustCompile(` \((line [0-9]+, column [0-9]+|byte [0-9]+)\)$`)

// add turns a violation into a finding, unless it is about a value that is
// unknown.
func (c *checked) add(violation *contract.Violation, p *part, severity report.Severity) {
	place, known := c.locate(violation, p)
	if !known {
		return
	}
	f := report.Finding{
		Place: place, Severity: severity, Code: string(violation.Code), In: string(violation.In),
		Pointer: violation.Pointer, Message: withinBody.ReplaceAllString(violation.Message, ""), Suggestion: violation.Suggestion,
		Schema: violation.Schema, Operation: c.match.Operation.ID, Request: c.request.Name, Response: p.response,
	}
	if f.Schema != "" {
		f.Spec = c.v.specPlace(f.Schema)
	}
	c.findings = append(c.findings, f)
}

// locate returns where a violation is in the user's file, and whether what it
// is about is known.
func (c *checked) locate(violation *contract.Violation, p *part) (source.Place, bool) {
	name := parameterName(violation.Pointer)
	switch violation.In {
	case contract.InBody:
		return locateBody(violation, p)
	case contract.InHeader:
		return locateHeader(violation, p, name)
	case contract.InQuery:
		return c.locateQuery(violation, name)
	case contract.InPath:
		start, end, ok := c.match.ParamSpan(name)
		if !ok {
			return c.request.URL.Place(c.urlStart), true
		}
		span := source.Span{Start: c.urlStart + start, End: c.urlStart + end}
		return c.request.URL.Place(span.Start), c.request.URL.KnownIn(span)
	default:
		return p.status.Place(0), true
	}
}

var pointerUnescapes = strings.NewReplacer("~1", "/", "~0", "~")

// parameterName returns the name of the parameter or header that a pointer
// begins with.
func parameterName(pointer string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return pointerUnescapes.Replace(name)
}

func locateBody(violation *contract.Violation, p *part) (source.Place, bool) {
	if p.bodyUnknown {
		return source.Place{}, false
	}
	if !p.body.Given() {
		return p.start.Place(0), true
	}
	offset := min(max(violation.Offset, 0), len(p.body.Value))
	if offset == len(p.body.Value) {
		offset = len(strings.TrimRight(p.body.Value, " \t\r\n")) // where something is missing
	}
	switch violation.Code {
	case contract.CodeInvalidJSON, contract.CodeTrailingData, contract.CodeTooDeep:
		return p.body.Place(offset), !p.loose
	default:
		return p.body.Place(offset), p.body.KnownIn(tokenAt(p.body.Value, offset))
	}
}

func locateHeader(violation *contract.Violation, p *part, name string) (source.Place, bool) {
	fields := fieldsNamed(p.header, name)
	if len(fields) == 0 {
		return p.start.Place(0), true
	}
	field := fields[0]
	if violation.Code == contract.CodeDuplicateParameter && len(fields) > 1 {
		field = fields[1]
	}
	return field.Value.Place(0), field.Value.Known()
}

// locateQuery finds a query parameter in the URL, or among those that the file
// lists apart from it.
func (c *checked) locateQuery(violation *contract.Violation, name string) (source.Place, bool) {
	found := c.queryValues(name)
	if len(found) == 0 || violation.Code == contract.CodeRequired {
		return c.request.URL.Place(c.urlStart + max(c.match.QueryStart, 0)), true
	}
	value := found[0]
	if violation.Code == contract.CodeDuplicateParameter && len(found) > 1 {
		value = found[1]
	}
	return value.Place(0), value.Known()
}

// queryValues returns a query parameter's values; for one that the contract
// does not have, its name is what is wrong.
func (c *checked) queryValues(name string) []source.Text {
	var found []source.Text
	if start := c.match.QueryStart; start >= 0 {
		at := c.urlStart + start
		for pair := range strings.SplitSeq(c.match.RawQuery, "&") {
			key, _, _ := strings.Cut(pair, "=")
			if pair != "" && unescapeQuery(key) == name {
				found = append(found, c.request.URL.Slice(at+min(len(key)+1, len(pair)), at+len(pair)))
			}
			at += len(pair) + 1
		}
	}
	for _, field := range c.request.Query {
		if unescapeQuery(field.Name.Value) == name {
			found = append(found, field.Value)
		}
	}
	return found
}

// tokenAt returns the part of a JSON text that its value at an offset takes; of
// an array or an object only the bracket.
func tokenAt(text string, offset int) source.Span {
	span := source.Span{Start: offset, End: min(offset+1, len(text))}
	if offset >= len(text) {
		return span
	}
	switch text[offset] {
	case '{', '[':
	case '"':
		for span.End < len(text) && text[span.End] != '"' {
			if text[span.End] == '\\' {
				span.End++
			}
			span.End++
		}
		span.End = min(span.End+1, len(text))
	default:
		for span.End < len(text) && strings.IndexByte(" \t\r\n,]}", text[span.End]) < 0 {
			span.End++
		}
	}
	return span
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

// specPlace returns a rule's position in the document. One that is not to be
// found, which only a document can be to blame for that was read in the
// meantime, is at its beginning.
func (v *validator) specPlace(pointer string) source.Place {
	place := source.Place{File: v.result.SpecFile, Line: 1, Column: 1}
	index, err := v.spec()
	if err != nil {
		return place
	}
	if line, column, ok := index.Position(pointer); ok {
		place.Line, place.Column = line, column
	}
	return place
}
