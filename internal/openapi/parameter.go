package openapi

import (
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
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
	schema     *schema
	types      typeSet // of the value
	items      *schema // of the array that the value may be
	itemTypes  typeSet
	separator  string // between the items of an array that is not exploded
	exploded   bool

	// opaque is a parameter whose value is not looked at: an object, or one in
	// the label or matrix style, or in a media type of its own. Of an object,
	// these are the names in the query that are part of it.
	opaque   bool
	prefix   string
	fields   map[string]bool
	freeForm bool // any name may be a field
}

// partNames name the parts of a message that parameters are in.
var partNames = map[In]string{InPath: "the path parameter", InQuery: "the query parameter", InHeader: "the header"}

// text is one value of a parameter as it was sent.
type text struct {
	value string
	// raw is a query's value before its percent-encoding is undone.
	raw string
	span
}

func (o *Operation) validatePath(values map[string]string) (violations []Violation) {
	for _, p := range o.path {
		value, given := values[p.name]
		if !given {
			violations = append(violations, p.missing())
			continue
		}
		violations = append(violations, p.validate([]text{{value: value, span: nowhere}})...)
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
		texts[i] = text{value: value, span: span{end: len(value), value: i}}
	}
	return texts
}

// validateQuery looks at the parameters in the order in which the query has
// them, and at what is missing last.
func (o *Operation) validateQuery(raw string) (violations []Violation) {
	if raw == "" && len(o.query) == 0 {
		return nil
	}
	values, names, ok := parseQuery(raw)
	if !ok {
		return []Violation{{
			In: InQuery, Code: CodeInvalidQuery, End: len(raw),
			Message: "the query is not valid: each part must be name=value, percent-encoded, with & between parts",
		}}
	}
	for _, name := range names {
		if len(violations) >= MaxViolations {
			return violations
		}
		if p := o.queryParameter(name); p != nil {
			violations = append(violations, p.validate(values[name])...)
		} else {
			violations = append(violations, o.unknownParameter(name, values[name][0]))
		}
	}
	for _, p := range o.query {
		if p.required && !slices.ContainsFunc(names, p.owns) {
			violations = append(violations, p.missing())
		}
	}
	return violations
}

func (o *Operation) unknownParameter(name string, value text) Violation {
	here := path{}.field(name)
	return Violation{
		In: InQuery, Pointer: here.pointer(), Code: CodeUnknownParameter, Start: value.start, End: value.end,
		Message:    "the operation has no query parameter " + here.label(),
		Suggestion: nearest(name, o.queryNames),
	}
}

// queryParameter returns the parameter that a name of the query belongs to, or
// nil.
func (o *Operation) queryParameter(name string) *parameter {
	i := slices.IndexFunc(o.query, func(p *parameter) bool { return p.name == name })
	if i < 0 {
		i = slices.IndexFunc(o.query, func(p *parameter) bool { return p.owns(name) })
	}
	if i < 0 {
		return nil
	}
	return o.query[i]
}

// owns tells whether a name of the query belongs to the parameter: its own, or
// one of its object's fields.
func (p *parameter) owns(name string) bool {
	return name == p.name || p.freeForm || p.fields[name] || p.prefix != "" && strings.HasPrefix(name, p.prefix)
}

// parseQuery returns the values by name, and the names in their order. It
// returns false for a query that has ";" between its parts, or a percent sign
// that encodes nothing.
func parseQuery(raw string) (values map[string][]text, names []string, ok bool) {
	values = map[string][]text{}
	at := 0
	for part := range strings.SplitSeq(raw, "&") {
		start := at
		at += len(part) + 1
		if part == "" {
			continue
		}
		if strings.Contains(part, ";") {
			return nil, nil, false
		}
		key, rest, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(key)
		if err != nil {
			return nil, nil, false
		}
		value, err := url.QueryUnescape(rest)
		if err != nil {
			return nil, nil, false
		}
		if _, again := values[name]; !again {
			names = append(names, name)
		}
		end := start + len(part)
		values[name] = append(values[name], text{value: value, raw: rest, span: span{start: end - len(rest), end: end}})
	}
	return values, names, true
}

// validate applies the parameter's schema to its values.
func (p *parameter) validate(values []text) []Violation {
	switch {
	case p.opaque:
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
	return p.evaluate(values)
}

func (p *parameter) evaluate(values []text) []Violation {
	e := evaluation{in: p.in, direction: inRequest, subject: p.label}
	n := p.node(values)
	var steps [usualDepth]step
	e.visit(p.schema, &n, path(steps[:0]).field(p.name))
	return e.violations
}

// repeatable tells whether the parameter may be given several times. The values
// of a header that is a list are one list (RFC 9110, section 5.3).
func (p *parameter) repeatable() bool {
	return p.types&typeArray != 0 && (p.exploded || p.in == InHeader)
}

// node reads values as the parameter's schema wants them: text has no types of
// its own.
func (p *parameter) node(values []text) node {
	if p.types&typeArray == 0 {
		return scalar(p.schema, p.types, &values[0])
	}
	array := node{kind: kindArray, span: values[0].span}
	for i := range values {
		parts := values[i : i+1]
		if !p.exploded {
			parts = values[i].split(p.separator)
		}
		for j := range parts {
			if p.in == InHeader {
				parts[j].value = strings.Trim(parts[j].value, " \t")
			}
			array.items = append(array.items, scalar(p.items, p.itemTypes, &parts[j]))
		}
	}
	return array
}

// split returns the parts between separators.
func (t *text) split(separator string) []text {
	parts := []text{}
	for value := range strings.SplitSeq(t.value, separator) {
		parts = append(parts, text{value: value, span: t.span})
	}
	return parts
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// integerLiteral is how an integer must be written outside of JSON, where 1e2
// and 1.0 are mistakes rather than integers.
var integerLiteral = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// scalar reads a text as one of the types, or as a string where it is none of
// the others. Where a string would do as well, it is one unless the schema
// takes the other.
func scalar(s *schema, types typeSet, value *text) node {
	n := node{kind: kindString, text: value.value, span: value.span}
	typed := n
	typed.kind = kindOf(types, value.value)
	if typed.kind == kindString {
		return n
	}
	e := evaluation{direction: inRequest}
	if types&typeString != 0 && !e.keepsTo(s, &typed, nil) {
		return n
	}
	return typed
}

func kindOf(types typeSet, text string) kind {
	n := node{text: text}
	switch {
	case types&typeNumber != 0 && jsonNumber.MatchString(text) && !math.IsInf(n.number(), 0),
		types&typeInteger != 0 && integerLiteral.MatchString(text):
		return kindNumber
	case types&typeBoolean != 0 && (text == "true" || text == "false"):
		return kindBool
	default:
		return kindString
	}
}

func (p *parameter) missing() Violation {
	return p.violation(&text{span: nowhere}, CodeRequired, "is required")
}

func (p *parameter) violation(value *text, code Code, message string) Violation {
	here := path{}.field(p.name)
	return Violation{
		In: p.in, Pointer: here.pointer(), Code: code, Start: value.start, End: value.end, Value: value.span.value,
		Schema: p.pointer, Message: p.label + " " + message,
	}
}
