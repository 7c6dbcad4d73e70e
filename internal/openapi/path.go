package openapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// path is the place of a value, as the steps that lead there from the root.
// Paths that branch off share memory, so one is good only until its parent
// branches again.
type path []step

// step is the name of a field, or the index of an item.
type step struct {
	name  string
	index int // -1: a field
}

// usualDepth is how many steps of a path have room on the stack, so that a
// valid message costs no allocations for them.
const usualDepth = 8

func (p path) field(name string) path { return append(p, step{name: name, index: -1}) }

func (p path) item(index int) path { return append(p, step{index: index}) }

// pointer renders the path as a JSON pointer (RFC 6901).
func (p path) pointer() string {
	var out strings.Builder
	for _, s := range p {
		if s.index >= 0 {
			out.WriteString(jsonpointer.Index(s.index))
		} else {
			out.WriteString(jsonpointer.Name(shorten(s.name)))
		}
	}
	return out.String()
}

// label renders the path for a person: "headers[0].name", in quotes.
func (p path) label() string {
	if len(p) == 0 {
		return "the body"
	}
	var out strings.Builder
	for i, s := range p {
		switch {
		case s.index >= 0:
			out.WriteString("[" + strconv.Itoa(s.index) + "]")
		case i > 0:
			out.WriteString("." + shorten(s.name))
		default:
			out.WriteString(shorten(s.name))
		}
	}
	return strconv.Quote(out.String())
}

// label renders a name for a person.
func label(name string) string { return strconv.Quote(shorten(name)) }

// longestName is how much of a name a violation repeats, in bytes.
const longestName = 128

// shorten cuts a name that nobody would give a field, as one name may be part
// of many violations.
func shorten(name string) string {
	if len(name) > longestName {
		end := longestName
		for end > 0 && !utf8.RuneStart(name[end]) {
			end--
		}
		name = name[:end] + "…"
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// sortByStart puts violations into the order of the body. Those at the same
// place keep their order.
func sortByStart(violations []Violation) {
	slices.SortStableFunc(violations, func(a, b Violation) int { return cmp.Compare(a.Start, b.Start) })
}
