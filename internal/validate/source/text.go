package source

import (
	"slices"
	"sort"
	"strings"
)

// Span is a part of a text, from Start up to but without End, in bytes.
type Span struct{ Start, End int }

// Text is a text as a program would read it, such as a string without its
// escapes. It knows where its bytes stand in the file, and which of them are
// not known before the program runs (variables). The zero value is an absent
// text.
type Text struct {
	Value string
	// Unknown are the parts that stand for something else, in order.
	Unknown []Span
	at      Locator
}

// NewText returns a text whose bytes stand where the locator says.
func NewText(value string, at Locator) Text { return Text{Value: value, at: at} }

// Given tells a text that is there, even if it is empty, from one that is
// absent.
func (t Text) Given() bool { return t.at != nil }

// Known tells whether nothing of the text is unknown.
func (t Text) Known() bool { return len(t.Unknown) == 0 }

// KnownIn tells whether nothing of a part of the text is unknown.
func (t Text) KnownIn(part Span) bool {
	return !slices.ContainsFunc(t.Unknown, func(u Span) bool { return u.Start < part.End && part.Start < u.End })
}

// Place implements Locator. An absent text is nowhere.
func (t Text) Place(offset int) Place {
	if t.at == nil {
		return Place{}
	}
	return t.at.Place(offset)
}

// Slice returns a part of the text.
func (t Text) Slice(start, end int) Text {
	part := NewText(t.Value[start:end], shifted{at: t, by: start})
	for _, u := range t.Unknown {
		if u.Start < end && start < u.End {
			part.Unknown = append(part.Unknown, Span{max(u.Start, start) - start, min(u.End, end) - start})
		}
	}
	return part
}

// Trim returns the text without white space around it.
func (t Text) Trim() Text {
	start := len(t.Value) - len(strings.TrimLeft(t.Value, " \t\r\n"))
	end := max(start, len(strings.TrimRight(t.Value, " \t\r\n")))
	return t.Slice(start, end)
}

type shifted struct {
	at Locator
	by int
}

func (s shifted) Place(offset int) Place { return s.at.Place(offset + s.by) }

// Fixed returns a locator of a text all of which stands for the one byte at an
// offset.
func Fixed(at Locator, offset int) Locator { return fixed{at: at, offset: offset} }

type fixed struct {
	at     Locator
	offset int
}

func (f fixed) Place(int) Place { return f.at.Place(f.offset) }

// Builder puts a text together from pieces. The zero value is ready; give it a
// Parent before its first piece.
type Builder struct {
	// Parent is what the offsets of the pieces refer to.
	Parent   Locator
	value    strings.Builder
	segments []segment
	unknown  []Span
}

type segment struct {
	start   int // in the text
	at      int // in the locator
	literal bool
	locator Locator
}

// Len is the length of what was put together so far.
func (b *Builder) Len() int { return b.value.Len() }

// Literal appends what stands in the parent byte for byte. What is unknown in
// the parent stays so.
func (b *Builder) Literal(value string, at int) {
	if parent, ok := b.Parent.(Text); ok && !parent.Known() {
		b.Text(parent.Slice(at, at+len(value)))
		return
	}
	b.add(value, at, true, b.Parent)
}

// Atom appends what one place of the parent stands for, such as an escape.
func (b *Builder) Atom(value string, at int) { b.add(value, at, false, b.Parent) }

// Unknown appends a placeholder for what only the program that runs knows.
func (b *Builder) Unknown(placeholder string, at int) {
	b.unknown = append(b.unknown, Span{b.Len(), b.Len() + len(placeholder)})
	b.Atom(placeholder, at)
}

// Text appends another text, which keeps its own places.
func (b *Builder) Text(t Text) {
	for _, u := range t.Unknown {
		b.unknown = append(b.unknown, Span{u.Start + b.Len(), u.End + b.Len()})
	}
	b.add(t.Value, 0, true, t)
}

func (b *Builder) add(value string, at int, literal bool, locator Locator) {
	b.segments = append(b.segments, segment{start: b.Len(), at: at, literal: literal, locator: locator})
	b.value.WriteString(value)
}

// Build returns the text.
func (b *Builder) Build() Text {
	if len(b.segments) == 0 && b.Parent != nil {
		b.Atom("", 0)
	}
	return Text{Value: b.value.String(), Unknown: b.unknown, at: pieces(b.segments)}
}

type pieces []segment

// Place implements Locator.
func (p pieces) Place(offset int) Place {
	if len(p) == 0 {
		return Place{}
	}
	i := sort.Search(len(p), func(i int) bool { return p[i].start > offset }) - 1
	piece := p[max(i, 0)]
	if piece.literal {
		return piece.locator.Place(piece.at + offset - piece.start)
	}
	return piece.locator.Place(piece.at)
}

// Named returns another value, all of which stands where the text begins.
func (t Text) Named(value string) Text {
	named := NewText(value, Fixed(t, 0))
	if !t.Known() {
		named.Unknown = []Span{{0, len(value)}}
	}
	return named
}

// Placeholder returns a text that stands for something that nobody knows, and is
// to be found where the text begins.
func (t Text) Placeholder(value string) Text {
	placeholder := NewText(value, Fixed(t, 0))
	placeholder.Unknown = []Span{{0, len(value)}}
	return placeholder
}
