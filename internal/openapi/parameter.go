package openapi

import (
	"net/http"
	"net/url"
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
	q, ok := parseQuery(raw)
	if !ok {
		return []Violation{{
			In: InQuery, Code: CodeInvalidQuery, End: len(raw),
			Message: "the query is not valid: each part must be name=value, percent-encoded, with & between parts",
		}}
	}
	for i, name := range q.names {
		if len(violations) >= MaxViolations {
			return violations
		}
		if q.again[i] {
			continue
		}
		if p := o.queryParameter(name); p != nil {
			violations = append(violations, p.validate(q.from(i))...)
		} else {
			violations = append(violations, o.unknownParameter(name, q.texts[i]))
		}
	}
	for _, p := range o.query {
		if p.required && !slices.ContainsFunc(q.names, p.owns) {
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

// query holds the parts of a query in their order.
type query struct {
	names []string
	texts []text
	again []bool // whether a part has the name of one before it
	next  []int  // the next part of the same name, or 0
}

// smallQuery is how many parts are looked through. In larger ones, a map finds
// names.
const smallQuery = 32

// parseQuery returns false for a query that has ";" between its parts, or a
// percent sign that encodes nothing.
func parseQuery(raw string) (q query, ok bool) {
	count := strings.Count(raw, "&") + 1
	q = query{
		names: make([]string, 0, count), texts: make([]text, 0, count), again: make([]bool, 0, count), next: make([]int, count),
	}
	var last map[string]int
	if count > smallQuery {
		last = make(map[string]int, count)
	}
	at := 0
	for part := range strings.SplitSeq(raw, "&") {
		start := at
		at += len(part) + 1
		if part == "" {
			continue
		}
		name, value, ok := parseQueryPart(part)
		if !ok {
			return query{}, false
		}
		end := start + len(part)
		value.span = span{start: end - len(value.raw), end: end}
		q.add(name, value, last)
	}
	return q, true
}

func parseQueryPart(part string) (name string, value text, ok bool) {
	if strings.Contains(part, ";") {
		return "", text{}, false
	}
	key, rest, _ := strings.Cut(part, "=")
	name, err := url.QueryUnescape(key)
	if err != nil {
		return "", text{}, false
	}
	plain, err := url.QueryUnescape(rest)
	return name, text{value: plain, raw: rest}, err == nil
}

func (q *query) add(name string, value text, last map[string]int) {
	before, again, index := 0, false, len(q.names)
	if last != nil {
		before, again = last[name]
		last[name] = index
	} else {
		for i := index - 1; i >= 0 && !again; i-- {
			before, again = i, q.names[i] == name
		}
	}
	if again {
		q.next[before] = index
	}
	q.names, q.texts, q.again = append(q.names, name), append(q.texts, value), append(q.again, again)
}

// from returns the value of a part, and those of the same name after it.
func (q *query) from(i int) []text {
	if q.next[i] == 0 {
		return q.texts[i : i+1]
	}
	values := []text{q.texts[i]}
	for i = q.next[i]; i > 0; i = q.next[i] {
		values = append(values, q.texts[i])
	}
	return values
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
	v := newValues()
	defer v.release()
	p.build(v, values)
	e := evaluation{in: p.in, direction: inRequest, subject: p.label}
	var steps [usualDepth]step
	e.visit(p.schema, v.root(), path(steps[:0]).field(p.name))
	return e.violations
}

// repeatable tells whether the parameter may be given several times. The values
// of a header that is a list are one list (RFC 9110, section 5.3).
func (p *parameter) repeatable() bool {
	return p.types&typeArray != 0 && (p.exploded || p.in == InHeader)
}

// build reads texts as the parameter's schema wants them.
func (p *parameter) build(v *values, texts []text) {
	if p.types&typeArray == 0 {
		v.scalar(p.schema, p.types, &texts[0])
		return
	}
	array := v.open(kindArray, texts[0].span)
	for i := range texts {
		parts := texts[i : i+1]
		if !p.exploded {
			parts = texts[i].split(p.separator)
		}
		for j := range parts {
			if p.in == InHeader {
				parts[j].value = strings.Trim(parts[j].value, " \t")
			}
			v.scalar(p.items, p.itemTypes, &parts[j])
		}
	}
	v.close(array)
}

// split returns the parts between separators.
func (t *text) split(separator string) []text {
	parts := []text{}
	for value := range strings.SplitSeq(t.value, separator) {
		parts = append(parts, text{value: value, span: t.span})
	}
	return parts
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
