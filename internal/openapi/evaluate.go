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
	visited    visits
	oneWay     []scope
}

// scope is a composed schema that some fields exist for in one direction only,
// and the value that it is being applied to. What it is composed of must not
// ask for those fields in the other direction.
type scope struct {
	schema *schema
	value  uint32
}

// visit applies s to n, which stands at p. A recursive schema meets an array or
// an object once, however many ways of a composition lead there: without that,
// they would double at every level.
func (e *evaluation) visit(s *schema, n node, p path) {
	if s == nil || e.done() {
		return
	}
	if !s.circular && (!s.recursive || !n.holds()) {
		e.apply(s, n, p)
		return
	}
	mark := uint8(visited)
	if e.probe {
		mark = probed
	}
	failed, again := e.visited.begin(s, n, mark)
	if again {
		e.failed = e.failed || failed
		return
	}
	e.apply(s, n, p)
	if e.failed {
		e.visited.fail(s, n)
	}
}

func (e *evaluation) apply(s *schema, n node, p path) {
	k := n.kind()
	if k == kindName {
		k = kindString // propertyNames
	}
	if k == kindNull && s.nullable {
		return
	}
	if s.refused {
		e.fail(s, "", CodeNotAllowed, p, n.span(), "is not allowed here")
		return
	}
	if !s.accepts(n, k) {
		e.failType(s, k, n, p)
		return
	}
	if len(s.enum) > 0 && !s.inEnum(n, k) {
		e.failEnum(s, n, k, p)
	}
	if s.constant != nil && !n.equals(s.constant.value) && !e.stops() {
		e.fail(s, "const", CodeEnum, p, n.span(), "must be "+enumString(s.constant.value))
	}
	switch k {
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
	case kindNull, kindBool, kindName: // their type says it all
	}
	if len(s.inPlace) > 0 {
		e.visitComposition(s, n, k, p)
	}
	e.visitUnevaluated(s, n, k, p)
}

// visitString reports the first rule only that the text breaks: one mistake,
// such as a text that is empty, breaks several.
func (e *evaluation) visitString(s *schema, n node, p path) {
	if s.minLength <= 0 && s.maxLength < 0 && s.pattern == nil && s.validFormat == nil {
		return
	}
	broken := s.brokenBy(n.str())
	if broken == "" || e.stops() {
		return
	}
	switch broken {
	case CodeMinLength:
		e.fail(s, "minLength", broken, p, n.span(), "must be "+atLeast(s.minLength, "character"))
	case CodeMaxLength:
		e.fail(s, "maxLength", broken, p, n.span(), "must be "+atMost(s.maxLength, "character"))
	case CodePattern:
		e.fail(s, "pattern", broken, p, n.span(), "must "+s.patternHelp)
	default:
		e.fail(s, "format", broken, p, n.span(), "must be "+formatName(s.format))
	}
}

// brokenBy returns the first rule that a text breaks, or nothing.
func (s *schema) brokenBy(text string) Code {
	length := 0
	if s.minLength > 0 || s.maxLength >= 0 {
		length = utf8.RuneCountInString(text) // JSON Schema counts code points
	}
	switch {
	case length < s.minLength:
		return CodeMinLength
	case s.maxLength >= 0 && length > s.maxLength:
		return CodeMaxLength
	case s.pattern != nil && !s.pattern.matches(text):
		return CodePattern
	case s.validFormat != nil && !s.validFormat(text):
		return CodeFormat
	default:
		return ""
	}
}

func (e *evaluation) visitSize(s *schema, n node, p path) {
	if s.maxBytes >= 0 && n.bytes() > s.maxBytes && !e.stops() {
		e.fail(s, "x-max-bytes", CodeMaxBytes, p, n.span(), "must have "+atMost(s.maxBytes, "byte"))
	}
}

func (e *evaluation) visitObject(s *schema, n node, p path) {
	if s.minProperties > 0 || s.maxProperties >= 0 {
		length := n.length()
		if length < s.minProperties && !e.stops() {
			e.fail(s, "minProperties", CodeMinProperties, p, n.span(), "must have "+atLeast(s.minProperties, "field"))
		}
		if s.maxProperties >= 0 && length > s.maxProperties && !e.stops() {
			e.fail(s, "maxProperties", CodeMaxProperties, p, n.span(), "must have "+atMost(s.maxProperties, "field"))
		}
	}
	e.visitRequired(s, n, p)
	if s.names != nil {
		e.visitNames(s, n, p)
	}
	if s.open() {
		return
	}
	for name, value := range n.members() {
		if e.done() {
			return
		}
		e.visitMember(s, name, value, p)
	}
}

func (e *evaluation) visitMember(s *schema, name, value node, p path) {
	text := name.str()
	here := p.field(text)
	property, found := s.properties[text]
	if found {
		e.visitProperty(property, value, here)
	}
	for i := range s.patternProperties {
		if s.patternProperties[i].pattern.matches(text) {
			found = true
			e.visitProperty(s.patternProperties[i].schema, value, here)
		}
	}
	switch {
	case found:
	case s.additional != nil:
		e.visit(s.additional, value, here)
	case s.additionalRefused:
		e.failUnknown(s, "additionalProperties", name, here)
	}
}

func (e *evaluation) visitProperty(s *schema, value node, p path) {
	if !s.readOnly && !s.writeOnly {
		e.visit(s, value, p)
		return
	}
	switch null := value.kind() == kindNull; {
	case s.readOnly && e.direction == inRequest && !null:
		e.fail(s, "readOnly", CodeReadOnly, p, value.span(), "is read-only: leave it out of a request")
	case s.writeOnly && e.direction == inResponse && !null:
		e.fail(s, "writeOnly", CodeWriteOnly, p, value.span(), "is write-only: it must not be part of a response")
	default:
		e.visit(s, value, p)
	}
}

func (e *evaluation) visitRequired(s *schema, n node, p path) {
	for _, name := range s.required {
		if !n.get(name).exists() && !e.excused(s, n, name) {
			e.fail(s, "required", CodeRequired, p.field(name), n.span(), "is required")
		}
	}
	for i := range s.dependentRequired {
		d := &s.dependentRequired[i]
		if !n.get(d.name).exists() {
			continue
		}
		for _, name := range d.required {
			if !n.get(name).exists() && !e.excused(s, n, name) {
				e.fail(s, "dependentRequired", CodeRequired, p.field(name), n.span(), "is required with "+label(d.name))
			}
		}
	}
}

// visitNames holds an object's names against a schema of their own.
func (e *evaluation) visitNames(s *schema, n node, p path) {
	for name := range n.members() {
		if e.done() {
			return
		}
		if !e.keepsTo(s.names, name, nil) {
			e.fail(s, "propertyNames", CodePropertyName, p.field(name.str()), name.span(), "is not a name that is allowed here")
		}
	}
}

// excused tells whether a required field is one that must not be sent in this
// direction.
func (e *evaluation) excused(s *schema, n node, name string) bool {
	if s.absent[name]&e.direction != 0 {
		return true
	}
	return slices.ContainsFunc(e.oneWay, func(around scope) bool {
		return around.value == n.i && around.schema.absent[name]&e.direction != 0
	})
}

// done tells that there is no more to find out.
func (e *evaluation) done() bool { return e.failed || len(e.violations) >= MaxViolations }

// stops notes that the value breaks a rule, and tells whether no sentence about
// it is wanted.
func (e *evaluation) stops() bool {
	if e.probe {
		e.failed = true
	}
	return e.done()
}

// fail records a violation. It returns nil where none is recorded: in a probe,
// and beyond MaxViolations.
func (e *evaluation) fail(s *schema, keyword string, code Code, p path, at span, message string) *Violation {
	if e.stops() {
		return nil
	}
	pointer := s.pointer
	if keyword != "" {
		pointer += "/" + keyword
	}
	e.violations = append(e.violations, Violation{
		In: e.in, Pointer: p.pointer(), Code: code, Start: at.start, End: at.end, Value: at.value,
		Message: e.label(p) + " " + message, Schema: pointer,
	})
	return &e.violations[len(e.violations)-1]
}

func (e *evaluation) failType(s *schema, k kind, n node, p path) {
	if e.stops() {
		return
	}
	message := "must be " + s.typeNames
	if e.in == InBody {
		message += ", not " + kindNames[k] // a parameter is always text
	}
	e.fail(s, "type", CodeType, p, n.span(), message)
}

func (e *evaluation) failEnum(s *schema, n node, k kind, p path) {
	v := e.fail(s, "enum", CodeEnum, p, n.span(), s.enumHelp)
	switch {
	case v == nil:
	case k == kindString:
		v.Suggestion = nearest(n.str(), s.enumList)
	case k == kindNumber, k == kindBool:
		v.Suggestion = nearest(n.literal(), s.enumList)
	}
}

func (e *evaluation) failUnknown(s *schema, keyword string, name node, p path) {
	v := e.fail(s, keyword, CodeUnknownField, p, name.span(), "is not a field of the contract")
	if v != nil {
		v.Suggestion = nearest(name.str(), s.propertyNames)
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
func (s *schema) accepts(n node, k kind) bool {
	switch {
	case s.types == 0:
		return true
	case k == kindNumber:
		return s.types&typeNumber != 0 || s.types&typeInteger != 0 && n.isInteger()
	default:
		return s.types&kindTypes[k] != 0
	}
}

func (s *schema) inEnum(n node, k kind) bool {
	if k == kindString {
		_, ok := s.enumTexts[n.str()]
		return ok
	}
	return slices.ContainsFunc(s.enum, n.equals)
}
