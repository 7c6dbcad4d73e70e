package contract

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
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

var (
	pointerEscapes   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescapes = strings.NewReplacer("~1", "/", "~0", "~")
)

// pointer renders the path as a JSON pointer (RFC 6901).
func (p path) pointer() string {
	var out strings.Builder
	for _, s := range p {
		out.WriteByte('/')
		if s.index >= 0 {
			out.WriteString(strconv.Itoa(s.index))
		} else {
			out.WriteString(pointerEscapes.Replace(shorten(s.name)))
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

// fragment renders a name as one step of a JSON pointer in a URI fragment (RFC
// 6901, section 6).
func fragment(name string) string {
	step := url.URL{Fragment: pointerEscapes.Replace(name)}
	return "/" + step.EscapedFragment()
}

var errPointer = errors.New(`a JSON pointer must be empty or begin with "/"`)

// parsePointer splits a JSON pointer into its names.
func parsePointer(pointer string) ([]string, error) {
	if pointer == "" {
		return nil, nil
	}
	if pointer[0] != '/' {
		return nil, errPointer
	}
	names := strings.Split(pointer[1:], "/")
	for i, name := range names {
		names[i] = pointerUnescapes.Replace(name)
	}
	return names, nil
}

// sortByOffset puts violations into the order of the body. Those at the same
// place keep their order.
func sortByOffset(violations []Violation) {
	slices.SortStableFunc(violations, func(a, b Violation) int { return cmp.Compare(a.Offset, b.Offset) })
}
