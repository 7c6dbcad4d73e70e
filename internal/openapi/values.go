package openapi

import (
	"math"
	"regexp"
	"strconv"
	"sync"
)

// text is one value of a parameter as it was sent.
type text struct {
	value string
	// raw is a query's value before its percent-encoding is undone.
	raw string
	span
}

// values builds a tree of texts that have no types of their own: of parameters.
// They are read as the schema wants them.
type values struct {
	tree   tree
	buffer []byte
}

var valuesPool = sync.Pool{New: func() any { return &values{} }}

func newValues() *values {
	v := valuesPool.Get().(*values) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	v.buffer = v.buffer[:0]
	return v
}

// root ends the building. The tree is good until release.
func (v *values) root() node {
	v.tree.text = string(v.buffer)
	return v.tree.root()
}

func (v *values) release() {
	spans := v.tree.spans[:0]
	v.tree.release()
	v.tree.spans = spans
	if cap(v.buffer) <= largestKept {
		valuesPool.Put(v)
	}
}

// largestKept bounds what a pool keeps, in bytes.
const largestKept = 1 << 14

func (v *values) add(k kind, content string, flags uint32, at span) uint32 {
	start := len(v.buffer)
	v.buffer = append(v.buffer, content...)
	v.tree.spans = append(v.tree.spans, at)
	return v.tree.add(newEntry(k, start, len(v.buffer), flags))
}

func (v *values) open(k kind, at span) uint32 { return v.add(k, "", 0, at) }

func (v *values) close(i uint32) { v.tree.close(i, len(v.buffer)) }

// scalar adds a text as one of the types, or as a string where it is none of
// the others. Where a string would do as well, it is one unless the schema
// takes the other.
func (v *values) scalar(s *schema, types typeSet, value *text) {
	k, flags := kindOf(types, value.value), uint32(0)
	if k == kindString || types&typeString != 0 && !takes(s, k, value.value) {
		k, flags = kindString, bare
	}
	v.add(k, value.value, flags, value.span)
}

// takes tells whether a schema takes a text as a number or a boolean.
func takes(s *schema, k kind, value string) bool {
	alone := newValues()
	defer alone.release()
	alone.add(k, value, 0, nowhere)
	e := evaluation{direction: inRequest}
	return e.keepsTo(s, alone.root(), nil)
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// integerLiteral is how an integer must be written outside of JSON, where 1e2
// and 1.0 are mistakes rather than integers.
var integerLiteral = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

func kindOf(types typeSet, value string) kind {
	switch {
	case types&typeNumber != 0 && jsonNumber.MatchString(value) && isFinite(value),
		types&typeInteger != 0 && integerLiteral.MatchString(value):
		return kindNumber
	case types&typeBoolean != 0 && (value == "true" || value == "false"):
		return kindBool
	default:
		return kindString
	}
}

func isFinite(number string) bool {
	value, _ := strconv.ParseFloat(number, 64) // only its range can be off
	return !math.IsInf(value, 0)
}

// json adds a JSON text. It returns false for what is none.
func (v *values) json(value *text, depth int) bool {
	d := newDecoder(depth)
	defer d.release()
	violations, ok := d.decode([]byte(value.value), nil)
	if !ok || len(violations) > 0 {
		return false
	}
	offset := uint32(len(v.buffer)) //nolint:gosec // at most largestText
	v.buffer = append(v.buffer, value.value...)
	for i := range d.tree.size {
		e := *d.tree.entry(i)
		e.start, e.end = e.start+offset, e.end+offset
		v.tree.add(e)
		v.tree.spans = append(v.tree.spans, value.span)
	}
	return true
}
