package openapi

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// deepestSpec is how deep a document may nest.
const deepestSpec = 1000

// file is a document, or a part of one in a file of its own, as a tree with
// places. It is kept only while the document is compiled.
type file struct {
	// name is empty for the document itself, and a path relative to it for
	// others, as in the references to them.
	name string
	tree tree
	// lines and columns are by entry, both from 1, where the text was YAML.
	places []place
	// starts are where the lines of a JSON text begin.
	starts []int
	// known is a place that was asked for, from which the next one may be
	// counted: the lines of a JSON text can be as long as itself.
	known struct{ line, at, column int }
}

// place is a line and a column, both from 1; the column counts characters.
type place struct{ line, column int32 }

// parseFile reads a text in JSON or YAML.
func parseFile(name string, data []byte) (*file, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	trimmed := bytes.TrimLeft(data, jsonSpace)
	if len(trimmed) == 0 {
		return nil, errors.New("it is empty")
	}
	if trimmed[0] == '{' {
		if f, ok := parseJSON(name, data); ok {
			return f, nil
		}
	}
	return parseYAML(name, data) // which knows flow style, too, and says what is wrong
}

// parseJSON returns false for what is not JSON.
func parseJSON(name string, data []byte) (*file, bool) {
	if len(data) > largestText {
		return nil, false
	}
	d := newDecoder(deepestSpec)
	violations, ok := d.decode(data, nil)
	f := &file{name: name, tree: d.tree}
	d.tree = tree{} // it is the file's from here on
	d.release()
	for i := range violations {
		ok = ok && violations[i].Code == CodeDuplicateKey
	}
	return f, ok
}

func (f *file) root() node { return node{tree: &f.tree} }

// place returns where a value or a name begins. It keeps what it has counted,
// so it is not safe for concurrent use on a JSON text.
func (f *file) place(n node) place {
	if f.places != nil {
		return f.places[n.i]
	}
	if f.starts == nil {
		f.starts = lineStarts(f.tree.text)
	}
	at := int(n.entry().start)
	line, _ := slices.BinarySearch(f.starts, at+1)
	line-- // the last one that begins at or before it
	from, column := f.starts[line], 0
	if f.known.line == line && from <= f.known.at && f.known.at <= at {
		from, column = f.known.at, f.known.column
	}
	column += utf8.RuneCountInString(f.tree.text[from:at])
	f.known.line, f.known.at, f.known.column = line, at, column
	return place{line: int32(line) + 1, column: int32(column) + 1} //nolint:gosec // at most largestText
}

func lineStarts(text string) []int {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// member returns the name and the value of a member.
func (n node) member(name string) (key, value node) {
	if n.kind() != kindObject {
		return node{}, node{}
	}
	for key, value := range n.members() {
		if key.str() == name {
			return key, value
		}
	}
	return node{}, node{}
}

// field returns a member, as get does, also of what is no object or no value.
func (n node) field(name string) node {
	if !n.exists() {
		return node{}
	}
	return n.get(name)
}

// text returns a string.
func (n node) string() (text string, ok bool) {
	if !n.exists() || n.kind() != kindString {
		return "", false
	}
	return n.str(), true
}

// text returns a string, or nothing for what is none.
func (n node) text() string {
	text, _ := n.string()
	return text
}

func (n node) isTrue() bool { return n.exists() && n.kind() == kindBool && n.literal() == "true" }

// value returns the value as encoding/json would decode it. The document's text
// is not kept by it.
func (n node) value() any {
	switch n.kind() {
	case kindBool:
		return n.literal() == "true"
	case kindNumber:
		return n.number()
	case kindString:
		return strings.Clone(n.str())
	case kindArray:
		items := make([]any, 0, n.length())
		for _, item := range n.items() {
			items = append(items, item.value())
		}
		return items
	case kindObject:
		members := map[string]any{}
		for name, member := range n.members() {
			members[strings.Clone(name.str())] = member.value()
		}
		return members
	default:
		return nil
	}
}

// find follows the names of a JSON pointer.
func (n node) find(names []string) (value node, ok bool) {
	value = n
	for _, name := range names {
		if _, value = value.step(name); !value.exists() {
			return node{}, false
		}
	}
	return value, true
}

// step goes to a member, or to an item.
func (n node) step(name string) (key, value node) {
	switch n.kind() {
	case kindObject:
		return n.member(name)
	case kindArray:
		for i, item := range n.items() {
			if jsonpointer.Index(i) == "/"+name {
				return item, item
			}
		}
	default: // it holds nothing
	}
	return node{}, node{}
}
