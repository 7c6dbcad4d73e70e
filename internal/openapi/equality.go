package openapi

import (
	"hash/maphash"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// longestExact is how long a literal may be to be divided exactly, and
// largestExact how large: both bound what a division costs.
const (
	longestExact = 64
	largestExact = 1e100
)

// isMultipleOf is exact: 0.3 is a multiple of 0.1, which floating-point
// division would deny.
func (n node) isMultipleOf(divisor float64) bool {
	number, literal := math.Abs(n.number()), n.literal()
	if number == 0 {
		return true
	}
	if len(literal) > longestExact || number > largestExact || number < 1/largestExact {
		return math.Mod(number, divisor) == 0
	}
	value, ok := new(big.Rat).SetString(literal)
	if !ok {
		return false
	}
	unit, ok := new(big.Rat).SetString(strconv.FormatFloat(divisor, 'g', -1, 64))
	return ok && unit.Sign() != 0 && value.Quo(value, unit).IsInt()
}

// equals compares the value with one of the document, whose numbers are of
// several Go types. Numbers are compared as the document's loader reads them,
// as float64.
func (n node) equals(value any) bool {
	switch value := value.(type) {
	case nil:
		return n.kind() == kindNull
	case bool:
		return n.kind() == kindBool && n.literal() == strconv.FormatBool(value)
	case string:
		k := n.kind()
		return (k == kindString || k == kindName) && n.str() == value
	case []any:
		return n.equalsArray(value)
	case map[string]any:
		return n.equalsObject(value)
	default:
		number, ok := float(value)
		return ok && n.kind() == kindNumber && n.number() == number
	}
}

func (n node) equalsArray(value []any) bool {
	if n.kind() != kindArray || n.length() != len(value) {
		return false
	}
	for i, item := range n.items() {
		if !item.equals(value[i]) {
			return false
		}
	}
	return true
}

func (n node) equalsObject(value map[string]any) bool {
	if n.kind() != kindObject || n.length() != len(value) {
		return false
	}
	for name, member := range n.members() {
		v, ok := value[name.str()]
		if !ok || !member.equals(v) {
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

// equalitySeed keeps anybody from choosing items whose hashes collide.
var equalitySeed = maphash.MakeSeed()

// repeated returns the items that repeat one before them, at most as many as
// asked for. It compares hashes of canonical texts, so that a large array takes
// no quadratic time, and eight bytes an item.
func (n node) repeated(most int) (indexes []int, repeats []node) {
	seen := newHashSet()
	var scratch []byte
	for i, item := range n.items() {
		scratch = item.canonical(scratch[:0])
		hash := maphash.Bytes(equalitySeed, scratch)
		if seen.add(hash) {
			continue
		}
		indexes, repeats = append(indexes, i), append(repeats, item)
		if len(repeats) == most {
			break
		}
	}
	return indexes, repeats
}

// hashSet is a set of hashes: open addressing with linear probing, at most
// three quarters full.
type hashSet struct {
	slots []uint64 // 0: empty
	count int
}

func newHashSet() *hashSet { return &hashSet{slots: make([]uint64, 2*smallObject)} }

// add returns false where the set has the hash already.
func (s *hashSet) add(hash uint64) bool {
	hash = max(hash, 1)
	if !s.put(hash) {
		return false
	}
	s.count++
	if 4*s.count <= 3*len(s.slots) {
		return true
	}
	old := s.slots
	s.slots = make([]uint64, 2*len(old))
	for _, known := range old {
		if known != 0 {
			s.put(known)
		}
	}
	return true
}

func (s *hashSet) put(hash uint64) bool {
	mask := uint64(len(s.slots)) - 1
	for i := hash & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case hash:
			return false
		case 0:
			s.slots[i] = hash
			return true
		}
	}
}

// canonical appends a text that equal values share, and only they, whatever the
// order of their members and the spelling of their numbers.
func (n node) canonical(text []byte) []byte {
	switch n.kind() {
	case kindNull:
		return append(text, "null"...)
	case kindNumber:
		return n.canonicalNumber(text)
	case kindString:
		return strconv.AppendQuote(text, n.str())
	case kindArray:
		text = append(text, '[')
		for _, item := range n.items() {
			text = append(item.canonical(text), ',')
		}
		return append(text, ']')
	case kindObject:
		return n.canonicalObject(text)
	default:
		return append(text, n.literal()...)
	}
}

// canonicalNumber keeps the digits of an integer, since neighbours beyond 2^53
// are the same float64.
func (n node) canonicalNumber(text []byte) []byte {
	number := n.number()
	switch {
	case number == 0:
		return append(text, '0') // -0 too
	case strings.ContainsAny(n.literal(), ".eE"):
		return strconv.AppendFloat(text, number, 'f', -1, 64)
	default:
		return append(text, n.literal()...)
	}
}

func (n node) canonicalObject(text []byte) []byte {
	var names []node
	for name := range n.members() {
		names = append(names, name)
	}
	slices.SortStableFunc(names, func(a, b node) int { return strings.Compare(a.str(), b.str()) })
	text = append(text, '{')
	for _, name := range names {
		text = append(strconv.AppendQuote(text, name.str()), ':')
		text = append(node{tree: n.tree, i: name.i + 1}.canonical(text), ',')
	}
	return append(text, '}')
}
