package openapi

import (
	"slices"
	"unicode/utf8"
)

// direction tells requests from responses, as readOnly and writeOnly do.
type direction uint8

const (
	inRequest direction = 1 << iota
	inResponse
)

// evaluation applies schemas to one value and gathers what it breaks. A probe
// only finds out whether there is anything: it stops at the first violation and
// writes no sentence.
type evaluation struct {
	in         In
	direction  direction
	probe      bool
	failed     bool   // only of a probe
	subject    string // how sentences name a parameter
	violations []Violation
	visited    map[visit]bool // of recursive schemas; whether a probe failed
	oneWay     []scope
}

// visit is the application of a schema to a value.
type visit struct {
	schema *schema
	value  *node
	probe  bool
}

// scope is a composed schema that some fields exist for in one direction only,
// and the value that it is being applied to. What it is composed of must not
// ask for those fields in the other direction.
type scope struct {
	schema *schema
	value  *node
}

// visit applies s to n, which stands at p. A recursive schema meets a value
// once, however many ways of a composition lead there: without that, they would
// double at every level.
func (e *evaluation) visit(s *schema, n *node, p path) {
	if e.done() {
		return
	}
	if !s.recursive {
		e.apply(s, n, p)
		return
	}
	key := visit{schema: s, value: n, probe: e.probe}
	if failed, again := e.visited[key]; again {
		e.failed = failed
		return
	}
	if e.visited == nil {
		e.visited = map[visit]bool{}
	}
	e.visited[key] = false
	e.apply(s, n, p)
	e.visited[key] = e.failed
}

func (e *evaluation) apply(s *schema, n *node, p path) {
	if n.kind == kindNull && s.nullable {
		return
	}
	if !s.accepts(n) {
		e.failType(s, n, p)
		return
	}
	if len(s.enum) > 0 && !s.inEnum(n) {
		e.failEnum(s, n, p)
	}
	switch n.kind {
	case kindString:
		e.visitString(s, n, p)
	case kindNumber:
		e.visitNumber(s, n, p)
	case kindArray:
		e.visitSize(s, n, p)
		e.visitArray(s, n, p)
	case kindObject:
		e.visitSize(s, n, p)
		e.visitObject(s, n, p)
	case kindNull, kindBool: // their type says it all
	}
	e.visitComposition(s, n, p)
}

func (e *evaluation) visitString(s *schema, n *node, p path) {
	if s.minLength > 0 || s.maxLength >= 0 {
		length := utf8.RuneCountInString(n.text) // JSON Schema counts code points
		if length < s.minLength {
			e.fail(s, "minLength", CodeMinLength, p, n.span, "must be "+atLeast(s.minLength, "character"))
		}
		if s.maxLength >= 0 && length > s.maxLength {
			e.fail(s, "maxLength", CodeMaxLength, p, n.span, "must be "+atMost(s.maxLength, "character"))
		}
	}
	if s.pattern != nil && !e.done() && !s.pattern.MatchString(n.text) {
		e.fail(s, "pattern", CodePattern, p, n.span, "must "+s.patternHelp)
	}
	if s.validFormat != nil && !e.done() && !s.validFormat(n.text) {
		e.fail(s, "format", CodeFormat, p, n.span, "must be "+formatName(s.format))
	}
}

func (e *evaluation) visitSize(s *schema, n *node, p path) {
	if s.maxBytes >= 0 && n.stop-n.start > s.maxBytes {
		e.fail(s, "x-max-bytes", CodeMaxBytes, p, n.span, "must have "+atMost(s.maxBytes, "byte"))
	}
}

func (e *evaluation) visitArray(s *schema, n *node, p path) {
	if len(n.items) < s.minItems {
		e.fail(s, "minItems", CodeMinItems, p, n.span, "must have "+atLeast(s.minItems, "item"))
	}
	if s.maxItems >= 0 && len(n.items) > s.maxItems {
		e.fail(s, "maxItems", CodeMaxItems, p, n.span, "must have "+atMost(s.maxItems, "item"))
	}
	if s.uniqueItems {
		e.visitUnique(s, n, p)
	}
	if s.items == nil {
		return
	}
	for i := range n.items {
		if e.done() {
			return
		}
		e.visit(s.items, &n.items[i], p.item(i))
	}
}

// visitUnique compares the items' canonical texts, so that a large array takes
// no quadratic time.
func (e *evaluation) visitUnique(s *schema, n *node, p path) {
	seen := make(map[string]struct{}, len(n.items))
	for i := range n.items {
		text := string(n.items[i].canonical(nil))
		if _, twice := seen[text]; twice {
			e.fail(s, "uniqueItems", CodeUniqueItems, p.item(i), n.items[i].span, "repeats an item before it")
		}
		seen[text] = struct{}{}
	}
}

func (e *evaluation) visitObject(s *schema, n *node, p path) {
	if len(n.members) < s.minProperties {
		e.fail(s, "minProperties", CodeMinProperties, p, n.span, "must have "+atLeast(s.minProperties, "field"))
	}
	if s.maxProperties >= 0 && len(n.members) > s.maxProperties {
		e.fail(s, "maxProperties", CodeMaxProperties, p, n.span, "must have "+atMost(s.maxProperties, "field"))
	}
	e.visitRequired(s, n, p)
	if s.open() {
		return
	}
	for i := range n.members {
		if e.done() {
			return
		}
		e.visitMember(s, &n.members[i], p)
	}
}

func (e *evaluation) visitMember(s *schema, m *member, p path) {
	here := p.field(m.name)
	property, ok := s.properties[m.name]
	switch {
	case ok:
		e.visitProperty(property, m, here)
	case s.additional != nil:
		e.visit(s.additional, &m.value, here)
	case s.additionalRefused:
		e.failUnknown(s, m, here)
	}
}

func (e *evaluation) visitProperty(s *schema, m *member, p path) {
	switch null := m.value.kind == kindNull; {
	case s.readOnly && e.direction == inRequest && !null:
		e.fail(s, "readOnly", CodeReadOnly, p, m.value.span, "is read-only: leave it out of a request")
	case s.writeOnly && e.direction == inResponse && !null:
		e.fail(s, "writeOnly", CodeWriteOnly, p, m.value.span, "is write-only: it must not be part of a response")
	default:
		e.visit(s, &m.value, p)
	}
}

func (e *evaluation) visitRequired(s *schema, n *node, p path) {
	for _, name := range s.required {
		if n.get(name) == nil && !e.excused(s, n, name) {
			e.fail(s, "required", CodeRequired, p.field(name), n.span, "is required")
		}
	}
}

// excused tells whether a required field is one that must not be sent in this
// direction.
func (e *evaluation) excused(s *schema, n *node, name string) bool {
	if s.absent[name]&e.direction != 0 {
		return true
	}
	return slices.ContainsFunc(e.oneWay, func(around scope) bool {
		return around.value == n && around.schema.absent[name]&e.direction != 0
	})
}

// done tells that there is no more to find out.
func (e *evaluation) done() bool { return e.failed || len(e.violations) >= MaxViolations }

// fail records a violation. It returns nil where none is recorded: in a probe,
// and beyond MaxViolations.
func (e *evaluation) fail(s *schema, keyword string, code Code, p path, at span, message string) *Violation {
	if e.probe {
		e.failed = true
	}
	if e.done() {
		return nil
	}
	e.violations = append(e.violations, Violation{
		In: e.in, Pointer: p.pointer(), Code: code, Start: at.start, End: at.end, Value: at.value,
		Message: e.label(p) + " " + message, Schema: s.pointer + "/" + keyword,
	})
	return &e.violations[len(e.violations)-1]
}

func (e *evaluation) failType(s *schema, n *node, p path) {
	message := "must be " + s.typeNames
	if e.in == InBody {
		message += ", not " + kindNames[n.kind] // a parameter is always text
	}
	e.fail(s, "type", CodeType, p, n.span, message)
}

func (e *evaluation) failEnum(s *schema, n *node, p path) {
	if v := e.fail(s, "enum", CodeEnum, p, n.span, s.enumHelp); v != nil {
		v.Suggestion = nearest(n.text, s.enumList)
	}
}

func (e *evaluation) failUnknown(s *schema, m *member, p path) {
	v := e.fail(s, "additionalProperties", CodeUnknownField, p, m.span, "is not a field of the contract")
	if v != nil {
		v.Suggestion = nearest(m.name, s.propertyNames)
	}
}

func (e *evaluation) label(p path) string {
	if e.in == InBody {
		return p.label()
	}
	return e.subject
}

// accepts tells whether the value has one of the schema's types. A number
// without a fraction is an integer, however it is written (JSON Schema). A null
// that nullable does not let through has none, but needs none where there are
// none.
func (s *schema) accepts(n *node) bool {
	if s.types == 0 {
		return true
	}
	switch n.kind {
	case kindNull:
		return false
	case kindBool:
		return s.types&typeBoolean != 0
	case kindNumber:
		return s.types&typeNumber != 0 || s.types&typeInteger != 0 && n.isInteger()
	case kindString:
		return s.types&typeString != 0
	case kindArray:
		return s.types&typeArray != 0
	default:
		return s.types&typeObject != 0
	}
}

func (s *schema) inEnum(n *node) bool {
	if n.kind == kindString {
		_, ok := s.enumTexts[n.text]
		return ok
	}
	return slices.ContainsFunc(s.enum, n.equals)
}
