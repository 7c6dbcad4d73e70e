package openapi

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// parameter is a parameter of a request, or a header of a response.
type parameter struct {
	name       string
	header     string // the name in canonical form
	label      string // what it is, for a person
	in         In
	pointer    string
	required   bool
	allowEmpty bool
	deprecated bool
	schema     *schema
	shape      *shape
	style      style
	explode    bool
	// json is a parameter whose value is a JSON text (content).
	json bool
	// opaque is a parameter whose value is not looked at: one in a media type
	// that is not JSON.
	opaque bool
}

// style is how a parameter is written.
type style uint8

const (
	styleForm style = iota // and simple
	styleSpace
	stylePipe
	styleDeep
	styleLabel
	styleMatrix
)

var styles = map[string]style{
	"": styleForm, "form": styleForm, "simple": styleForm, "cookie": styleForm, "spaceDelimited": styleSpace,
	"pipeDelimited": stylePipe, "deepObject": styleDeep, "label": styleLabel, "matrix": styleMatrix,
}

// partNames name the parts of a message that parameters are in.
var partNames = map[In]string{
	InPath: "the path parameter", InQuery: "the query parameter", InHeader: "the header", InCookie: "the cookie",
}

// parameter prepares a parameter, or a header of a response.
func (c *compiler) parameter(in In, name string, source node, pointer string) *parameter {
	p := &parameter{
		name: name, header: http.CanonicalHeaderKey(name), in: in, pointer: c.keep(pointer),
		required: source.get("required").isTrue(), allowEmpty: source.get("allowEmptyValue").isTrue(),
		label: partNames[in] + " " + label(name),
	}
	p.schema = c.schema(source.get("schema"), pointer+"/schema")
	if p.schema != nil {
		for _, what := range []string{"example"} {
			if value := source.get(what); value.exists() {
				c.samples = append(c.samples, sample{schema: p.schema, value: value, what: what})
			}
		}
	}
	if content := source.get("content"); content.exists() && content.kind() == kindObject {
		for mediaType, media := range content.members() {
			p.json = isJSON(withoutParameters(mediaType.str()))
			p.opaque = !p.json
			p.schema = c.schema(media.field("schema"), pointer+"/content"+jsonpointer.Fragment(mediaType.str())+"/schema")
		}
	}
	p.deprecated = source.get("deprecated").isTrue() || p.schema != nil && p.schema.deprecated
	p.shape = c.shape(p.schema)
	c.style(p, source)
	return p
}

func (c *compiler) style(p *parameter, source node) {
	name := source.get("style").text()
	known := false
	if p.style, known = styles[name]; !known {
		c.problems.addf(source.get("style"), "there is no style %q", name)
	}
	p.explode = name == "" && (p.in == InQuery || p.in == InCookie) || name == "form"
	if explode := source.get("explode"); explode.exists() {
		p.explode = explode.isTrue()
	}
}

func (o *Operation) validatePath(r *Request) (violations []Violation) {
	for _, p := range o.path {
		value, given := r.PathParams[p.name]
		raw, encoded := r.RawPathParams[p.name]
		switch {
		case encoded:
			value, _ = url.PathUnescape(raw) // the router has read it before
		case given:
			raw = strings.ReplaceAll(value, "%", "%25") // so that it comes out as it is
		default:
			violations = append(violations, p.missing())
			continue
		}
		violations = append(violations, p.validate([]text{{value: value, raw: raw, span: nowhere}})...)
	}
	return violations
}

func validateHeaders(parameters []*parameter, header http.Header) (violations []Violation) {
	for _, p := range parameters {
		values := header[p.header]
		switch {
		case len(values) == 0 && p.required:
			violations = append(violations, p.missing())
		case len(values) > 0:
			violations = append(violations, p.validate(headerTexts(values))...)
		}
	}
	return violations
}

func headerTexts(values []string) []text {
	texts := make([]text, len(values))
	for i, value := range values {
		texts[i] = text{value: value, raw: value, span: span{end: len(value), value: i}}
	}
	return texts
}

// validateCookies looks at the cookies that are described. There are always
// others.
func (o *Operation) validateCookies(header http.Header) (violations []Violation) {
	if len(o.cookies) == 0 {
		return nil
	}
	q := query{}
	for _, line := range header["Cookie"] {
		for part := range strings.SplitSeq(line, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			value = strings.Trim(value, `"`)
			q.names, q.texts = append(q.names, name), append(q.texts, text{value: value, raw: value, span: nowhere})
		}
	}
	for _, p := range o.cookies {
		var values []text
		for i, name := range q.names {
			if p.isOwn(name) {
				values = append(values, q.texts[i])
			}
		}
		switch {
		case len(values) > 0 && !p.scattered():
			violations = append(violations, p.validate(values)...)
		case len(values) == 0 && p.required:
			violations = append(violations, p.missing())
		}
	}
	return violations
}

// validate applies the parameter's schema to its values.
func (p *parameter) validate(values []text) []Violation {
	switch {
	case p.opaque || p.schema == nil && !p.json:
		return nil
	case len(values) > 1 && !p.repeatable():
		return []Violation{p.violation(&values[1], CodeDuplicateParameter, "is given several times, and must be given once")}
	}
	for i := range values {
		if !utf8.ValidString(values[i].value) {
			return []Violation{p.violation(&values[i], CodeInvalidUTF8, "is not valid UTF-8")}
		}
	}
	if p.allowEmpty && len(values) == 1 && values[0].value == "" {
		return nil
	}
	if p.json {
		return p.validateJSON(&values[0])
	}
	v := newValues()
	defer v.release()
	if !p.build(v, values) {
		return []Violation{p.violation(&values[0], CodeFormat, "is not written as its style wants it")}
	}
	return p.evaluate(v.root())
}

func (p *parameter) evaluate(n node) []Violation {
	e := evaluation{in: p.in, direction: inRequest, subject: p.label}
	var steps [usualDepth]step
	e.visit(p.schema, n, path(steps[:0]).field(p.name))
	return e.violations
}

// validateJSON reads the value as the JSON text that it is.
func (p *parameter) validateJSON(value *text) []Violation {
	d := newDecoder(MaxDepth)
	defer d.release()
	violations, ok := d.decode([]byte(value.value), p.schema)
	if len(violations) > 0 || !ok {
		return []Violation{p.violation(value, CodeInvalidJSON, "is not valid JSON")}
	}
	if p.schema == nil {
		return nil
	}
	found := p.evaluate(d.tree.root())
	for i := range found {
		found[i].Start, found[i].End, found[i].Value = value.start, value.end, value.span.value
	}
	return found
}

// repeatable tells whether the parameter may be given several times. The values
// of a header that is a list are one list (RFC 9110, section 5.3).
func (p *parameter) repeatable() bool {
	return p.shape.isArray() && (p.explode && p.in != InPath && p.style == styleForm || p.in == InHeader) || p.scattered()
}

// scattered tells whether the parameter is an object whose fields are
// parameters of their own.
func (p *parameter) scattered() bool {
	return !p.json && p.shape.isObject() && (p.style == styleDeep || p.explode && p.style == styleForm) && p.in != InPath && p.in != InHeader
}

// isOwn tells whether a name of the query is the parameter's, or that of one of
// its object's fields, as far as they are known.
func (p *parameter) isOwn(name string) bool {
	switch {
	case !p.scattered():
		return name == p.name || p.explode && p.shape.isArray() && name == p.name+"[]"
	case p.style == styleDeep:
		return strings.HasPrefix(name, p.name+"[")
	default:
		_, known := p.shape.fields[name]
		return known
	}
}

// takesAny tells whether any name of the query may be a field.
func (p *parameter) takesAny() bool { return p.scattered() && p.style == styleForm && p.shape.open }

func (p *parameter) missing() Violation {
	return p.violation(&text{span: nowhere}, CodeRequired, "is required")
}

func (p *parameter) violation(value *text, code Code, message string) Violation {
	return Violation{
		In: p.in, Pointer: jsonpointer.Name(shorten(p.name)), Code: code, Start: value.start, End: value.end,
		Value: value.span.value, Schema: p.pointer, Message: p.label + " " + message,
	}
}

// queryParameter returns the parameter that a name of the query belongs to, or
// nil.
func (o *Operation) queryParameter(name string) *parameter {
	for _, by := range []func(*parameter) bool{
		func(p *parameter) bool { return p.name == name && !p.scattered() },
		func(p *parameter) bool { return p.isOwn(name) },
		(*parameter).takesAny,
	} {
		if i := slices.IndexFunc(o.query, by); i >= 0 {
			return o.query[i]
		}
	}
	return nil
}
