package openapi

import (
	"iter"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
	kindName // of a member; its value follows it
)

var kindNames = map[kind]string{
	kindNull: "null", kindBool: "a boolean", kindNumber: "a number", kindString: "a string", kindArray: "an array",
	kindObject: "an object",
}

// tree holds the values of a JSON text, or of a parameter, in their order. It
// keeps what encoding/json's maps lose: the order of members, duplicate ones,
// and how a number was written. A value takes 12 bytes, so that a tree is a
// small multiple of its text.
type tree struct {
	text   string // not a copy
	blocks []*block
	size   uint32
	// spans are where the values of a parameter stand, if not in the text.
	spans []span
}

// entry is a value, or the name of a member.
type entry struct {
	start, end uint32 // in the text; the whole of an array or an object
	// meta holds the kind, two flags, and above them how many entries the value
	// takes: 1 and those of all that it holds.
	meta uint32
}

const (
	kindMask  = 1<<3 - 1
	escaped   = 1 << 3 // a string with escapes in it
	bare      = 1 << 4 // a string without quotes around it
	countFrom = 5

	// largestText is as much as entries can count, in bytes: 128 MiB.
	largestText = 1<<(32-countFrom) - 1
)

// blockSize is how many entries the arena hands out at a time.
const blockSize = 512

type block [blockSize]entry

var blocks = sync.Pool{New: func() any { return new(block) }}

// add appends an entry and returns its index.
func (t *tree) add(e entry) uint32 {
	i := t.size
	if i%blockSize == 0 {
		t.blocks = append(t.blocks, blocks.Get().(*block)) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	}
	*t.entry(i) = e
	t.size++
	return i
}

func (t *tree) entry(i uint32) *entry { return &t.blocks[i/blockSize][i%blockSize] }

// close notes that an array or an object ends here.
func (t *tree) close(i uint32, end int) {
	e := t.entry(i)
	e.end = uint32(end) //nolint:gosec // at most largestText
	e.meta = e.meta&(1<<countFrom-1) | (t.size-i)<<countFrom
}

// release gives the entries back. No node of the tree may be used any more.
func (t *tree) release() {
	for i, b := range t.blocks {
		blocks.Put(b)
		t.blocks[i] = nil
	}
	*t = tree{blocks: t.blocks[:0]}
}

func newEntry(k kind, start, end int, flags uint32) entry {
	return entry{
		start: uint32(start), end: uint32(end), //nolint:gosec // at most largestText
		meta: uint32(k) | flags | 1<<countFrom,
	}
}

// node is a value of a tree. The zero node is none.
type node struct {
	tree *tree
	i    uint32
}

func (t *tree) root() node { return node{tree: t} }

func (n node) entry() *entry { return n.tree.entry(n.i) }
func (n node) exists() bool  { return n.tree != nil }
func (n node) kind() kind    { return kind(n.entry().meta & kindMask) }

// last is the index after the value and all that it holds.
func (n node) last() uint32 { return n.i + n.entry().meta>>countFrom }

// holds tells whether an array or an object has anything in it.
func (n node) holds() bool { return n.entry().meta>>countFrom > 1 }

// bytes is how long the value's text is.
func (n node) bytes() int { e := n.entry(); return int(e.end - e.start) }

// span is where the value stands; of an array or an object, its bracket.
func (n node) span() span {
	if n.tree.spans != nil {
		return n.tree.spans[n.i]
	}
	e := n.entry()
	if k := kind(e.meta & kindMask); k == kindArray || k == kindObject {
		return span{start: int(e.start), end: int(e.start) + 1}
	}
	return span{start: int(e.start), end: int(e.end)}
}

// literal is a number or a boolean as it is written.
func (n node) literal() string { e := n.entry(); return n.tree.text[e.start:e.end] }

// str is the value of a string or a name. Most hold no escape, and are parts of
// the text.
func (n node) str() string {
	e := n.entry()
	switch {
	case e.meta&bare != 0:
		return n.tree.text[e.start:e.end]
	case e.meta&escaped == 0:
		return n.tree.text[e.start+1 : e.end-1]
	}
	return unquote(n.tree.text[e.start:e.end])
}

// unquote returns the value of a JSON string that has been read as one before.
func unquote(quoted string) string {
	var short [64]byte // most names fit, and need no memory but their own
	plain, _ := jsontext.AppendUnquote(short[:0], quoted)
	return string(plain)
}

// items are an array's values, with their indexes.
func (n node) items() iter.Seq2[int, node] {
	return func(yield func(int, node) bool) {
		last := n.last()
		for at, index := n.i+1, 0; at < last; index++ {
			item := node{tree: n.tree, i: at}
			at = item.last()
			if !yield(index, item) {
				return
			}
		}
	}
}

// members are an object's names and values, duplicate ones too.
func (n node) members() iter.Seq2[node, node] {
	return func(yield func(name, value node) bool) {
		last := n.last()
		for at := n.i + 1; at < last; {
			name, value := node{tree: n.tree, i: at}, node{tree: n.tree, i: at + 1}
			at = value.last()
			if !yield(name, value) {
				return
			}
		}
	}
}

// length counts items or members.
func (n node) length() (count int) {
	step := uint32(0)
	if n.kind() == kindObject {
		step = 1
	}
	last := n.last()
	for at := n.i + 1; at < last; at = (node{tree: n.tree, i: at + step}).last() {
		count++
	}
	return count
}

// get returns the member of that name. The first one counts, as duplicates are
// violations already.
func (n node) get(name string) node {
	if n.kind() != kindObject {
		return node{}
	}
	for key, value := range n.members() {
		if key.str() == name {
			return value
		}
	}
	return node{}
}

// at returns the value that names lead to, or as near to it as there is one.
func (n node) at(names []string) node {
	for _, name := range names {
		next := n.get(name)
		if !next.exists() {
			return n
		}
		n = next
	}
	return n
}

// integer returns a number's value where it is an integer that an int64 can
// hold.
func (n node) integer() (value int64, ok bool) {
	if value, err := strconv.ParseInt(n.literal(), 10, 64); err == nil {
		return value, true
	}
	number := n.number()
	if number != math.Trunc(number) || math.Abs(number) >= 1<<63 {
		return 0, false
	}
	return int64(number), true
}

// isInteger takes 1.0 and 1e2 for integers, as JSON Schema does.
func (n node) isInteger() bool {
	if !strings.ContainsAny(n.literal(), ".eE") {
		return true
	}
	number := n.number()
	return number == math.Trunc(number)
}

// number returns a number's value, an infinity where it is out of range.
func (n node) number() float64 {
	value, _ := strconv.ParseFloat(n.literal(), 64) // the literal is a JSON number: only its range can be off
	return value
}
