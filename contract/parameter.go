package contract

import (
	"errors"
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

func (o *Operation) validatePath(values map[string]string) (violations []Violation) {
	for _, p := range o.path {
		value, given := values[p.name]
		if !given {
			violations = append(violations, p.missing())
			continue
		}
		violations = append(violations, p.validate([]string{value})...)
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
			violations = append(violations, p.validate(values)...)
		}
	}
	return violations
}

// validateQuery looks at the parameters in the order in which the query has
// them, and at what is missing last.
func (o *Operation) validateQuery(raw string) (violations []Violation) {
	if raw == "" && len(o.query) == 0 {
		return nil
	}
	values, names, err := parseQuery(raw)
	if err != nil {
		return []Violation{{
			In: InQuery, Code: CodeInvalidQuery, Offset: -1,
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
			violations = append(violations, o.unknownParameter(name))
		}
	}
	for _, p := range o.query {
		if p.required && !slices.ContainsFunc(names, p.owns) {
			violations = append(violations, p.missing())
		}
	}
	return violations
}

func (o *Operation) unknownParameter(name string) Violation {
	here := path{}.field(name)
	return Violation{
		In: InQuery, Pointer: here.pointer(), Code: CodeUnknownParameter, Offset: -1,
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

var errQuery = errors.New(`contract: a query has no ";" between its parts`)

// parseQuery returns the values by name, and the names in their order.
func parseQuery(raw string) (values map[string][]string, names []string, err error) {
	values = map[string][]string{}
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		if strings.Contains(part, ";") {
			return nil, nil, errQuery
		}
		name, value, _ := strings.Cut(part, "=")
		if name, err = url.QueryUnescape(name); err != nil {
			return nil, nil, err
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, nil, err
		}
		if _, again := values[name]; !again {
			names = append(names, name)
		}
		values[name] = append(values[name], value)
	}
	return values, names, nil
}

// validate applies the parameter's schema to its values.
func (p *parameter) validate(values []string) []Violation {
	switch {
	case p.opaque:
		return nil
	case len(values) > 1 && !p.repeatable():
		return []Violation{p.violation(CodeDuplicateParameter, "is given several times, and must be given once")}
	case !slices.ContainsFunc(values, notUTF8):
	default:
		return []Violation{p.violation(CodeInvalidUTF8, "is not valid UTF-8")}
	}
	if p.allowEmpty && len(values) == 1 && values[0] == "" {
		return nil
	}
	return p.evaluate(values)
}

func (p *parameter) evaluate(values []string) []Violation {
	e := evaluation{in: p.in, direction: inRequest, subject: p.label}
	n := p.node(values)
	var steps [usualDepth]step
	e.visit(p.schema, &n, path(steps[:0]).field(p.name))
	for i := range e.violations {
		e.violations[i].Offset = -1
	}
	return e.violations
}

// repeatable tells whether the parameter may be given several times. The values
// of a header that is a list are one list (RFC 9110, section 5.3).
func (p *parameter) repeatable() bool {
	return p.types&typeArray != 0 && (p.exploded || p.in == InHeader)
}

func notUTF8(text string) bool { return !utf8.ValidString(text) }

// node reads values as the parameter's schema wants them: text has no types of
// its own.
func (p *parameter) node(values []string) node {
	if p.types&typeArray == 0 {
		return scalar(p.schema, p.types, values[0])
	}
	if !p.exploded {
		values = strings.Split(strings.Join(values, p.separator), p.separator)
	}
	array := node{kind: kindArray}
	for i, value := range values {
		if p.in == InHeader {
			value = strings.Trim(value, " \t")
		}
		item := scalar(p.items, p.itemTypes, value)
		item.offset = 1 + i
		array.items = append(array.items, item)
	}
	return array
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// integerLiteral is how an integer must be written outside of JSON, where 1e2
// and 1.0 are mistakes rather than integers.
var integerLiteral = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// scalar reads a text as one of the types, or as a string where it is none of
// the others. Where a string would do as well, it is one unless the schema
// takes the other.
func scalar(s *schema, types typeSet, text string) node {
	n := node{kind: kindString, text: text}
	typed := node{kind: kindOf(types, text), text: text}
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

func (p *parameter) missing() Violation { return p.violation(CodeRequired, "is required") }

func (p *parameter) violation(code Code, message string) Violation {
	here := path{}.field(p.name)
	return Violation{
		In: p.in, Pointer: here.pointer(), Code: code, Offset: -1, Schema: p.pointer,
		Message: p.label + " " + message,
	}
}
