package openapi

import (
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
)

var kindNames = map[kind]string{
	kindNull: "null", kindBool: "a boolean", kindNumber: "a number", kindString: "a string", kindArray: "an array",
	kindObject: "an object",
}

// node is a JSON value with its place in the text. It keeps what
// encoding/json's maps lose: the order of members, duplicate ones, and how a
// number was written.
type node struct {
	kind    kind
	span           // where the value stands; of an array or an object, its bracket
	stop    int    // where an array or an object ends
	text    string // the value of a string, the literal of a number or bool
	items   []node
	members []member
}

type member struct {
	name  string
	span  // where the name stands
	value node
}

// get returns the member of that name, or nil. The first one counts, as
// duplicates are violations already.
func (n *node) get(name string) *node {
	for i := range n.members {
		if n.members[i].name == name {
			return &n.members[i].value
		}
	}
	return nil
}

// at returns the value that names lead to, or as near to it as there is one.
func (n *node) at(names []string) *node {
	for _, name := range names {
		next := n.get(name)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

// integer returns a number's value where it is an integer that an int64 can
// hold.
func (n *node) integer() (value int64, ok bool) {
	if value, err := strconv.ParseInt(n.text, 10, 64); err == nil {
		return value, true
	}
	number := n.number()
	if number != math.Trunc(number) || math.Abs(number) >= 1<<63 {
		return 0, false
	}
	return int64(number), true
}

// isInteger takes 1.0 and 1e2 for integers, as JSON Schema does.
func (n *node) isInteger() bool {
	if !strings.ContainsAny(n.text, ".eE") {
		return true
	}
	number := n.number()
	return number == math.Trunc(number)
}

// number returns a number's value, an infinity where it is out of range.
func (n *node) number() float64 {
	value, _ := strconv.ParseFloat(n.text, 64) // the literal is a JSON number: only its range can be off
	return value
}

// longestExact is how long a literal may be to be divided exactly, and
// largestExact how large: both bound what a division costs.
const (
	longestExact = 64
	largestExact = 1e100
)

// isMultipleOf is exact: 0.3 is a multiple of 0.1, which floating-point
// division would deny.
func (n *node) isMultipleOf(divisor float64) bool {
	number := math.Abs(n.number())
	if number == 0 {
		return true
	}
	if len(n.text) > longestExact || number > largestExact || number < 1/largestExact {
		return math.Mod(number, divisor) == 0
	}
	value, ok := new(big.Rat).SetString(n.text)
	if !ok {
		return false
	}
	unit, ok := new(big.Rat).SetString(strconv.FormatFloat(divisor, 'g', -1, 64))
	return ok && unit.Sign() != 0 && value.Quo(value, unit).IsInt()
}

// equals compares the value with one of the document, whose numbers are of
// several Go types. Numbers are compared as the document's loader reads them,
// as float64.
func (n *node) equals(value any) bool {
	switch value := value.(type) {
	case nil:
		return n.kind == kindNull
	case bool:
		return n.kind == kindBool && n.text == strconv.FormatBool(value)
	case string:
		return n.kind == kindString && n.text == value
	case []any:
		return n.kind == kindArray && slices.EqualFunc(value, n.items, func(v any, item node) bool { return item.equals(v) })
	case map[string]any:
		return n.equalsObject(value)
	default:
		number, ok := float(value)
		return ok && n.kind == kindNumber && n.number() == number
	}
}

func (n *node) equalsObject(value map[string]any) bool {
	if n.kind != kindObject || len(n.members) != len(value) {
		return false
	}
	for i := range n.members {
		v, ok := value[n.members[i].name]
		if !ok || !n.members[i].value.equals(v) {
			return false
		}
	}
	return true
}

// float returns a number of a document.
func float(value any) (number float64, ok bool) {
	switch value := value.(type) {
	case float64:
		return value, true
	case int:
		return float64(value), true
	case int64:
		return float64(value), true
	case uint64:
		return float64(value), true
	default:
		return 0, false
	}
}

// canonical appends a text that equal values share, and only they, whatever the
// order of their members and the spelling of their numbers.
func (n *node) canonical(text []byte) []byte {
	switch n.kind {
	case kindNull:
		return append(text, "null"...)
	case kindBool:
		return append(text, n.text...)
	case kindNumber:
		return n.canonicalNumber(text)
	case kindString:
		return strconv.AppendQuote(text, n.text)
	case kindArray:
		text = append(text, '[')
		for i := range n.items {
			text = append(n.items[i].canonical(text), ',')
		}
		return append(text, ']')
	default:
		return n.canonicalObject(text)
	}
}

// canonicalNumber keeps the digits of an integer, since neighbours beyond 2^53
// are the same float64.
func (n *node) canonicalNumber(text []byte) []byte {
	number := n.number()
	switch {
	case number == 0:
		return append(text, '0') // -0 too
	case strings.ContainsAny(n.text, ".eE"):
		return strconv.AppendFloat(text, number, 'f', -1, 64)
	default:
		return append(text, n.text...)
	}
}

func (n *node) canonicalObject(text []byte) []byte {
	members := make(map[string]*node, len(n.members))
	for i := range n.members {
		members[n.members[i].name] = &n.members[i].value
	}
	text = append(text, '{')
	for _, name := range slices.Sorted(maps.Keys(members)) {
		text = append(strconv.AppendQuote(text, name), ':')
		text = append(members[name].canonical(text), ',')
	}
	return append(text, '}')
}
