package source

import "strings"

// Lookup returns the value of a variable, or false where it is not known.
type Lookup func(name string) (Text, bool)

// maxNesting ends the expansion of variables that refer to one another.
const maxNesting = 16

// maxExpanded bounds what variables that double one another grow to, in bytes.
const maxExpanded = 4 << 20

// Expand puts the values of variables in the place of {{name}}. One that is not
// known is kept as it stands and marked. What is put in keeps its own place,
// where the variable is set.
func Expand(t Text, lookup Lookup) Text { return expand(t, lookup, 0) }

func expand(t Text, lookup Lookup, depth int) Text {
	if !strings.Contains(t.Value, "{{") {
		return t
	}
	b := Builder{Parent: t}
	rest := 0
	for {
		start, end, ok := nextVariable(t.Value, rest)
		if !ok {
			break
		}
		b.Text(t.Slice(rest, start))
		value, known := lookup(strings.TrimSpace(t.Value[start+2 : end-2]))
		if !known || depth == maxNesting || b.Len()+len(value.Value) > maxExpanded {
			b.Unknown(t.Value[start:end], start)
		} else {
			b.Text(expand(value, lookup, depth+1))
		}
		rest = end
	}
	b.Text(t.Slice(rest, len(t.Value)))
	return b.Build()
}

// nextVariable returns where the next {{name}} begins and ends. A name is on
// one line.
func nextVariable(text string, from int) (start, end int, ok bool) {
	for {
		open := strings.Index(text[from:], "{{")
		if open < 0 {
			return 0, 0, false
		}
		start = from + open
		length := strings.Index(text[start:], "}}")
		if length < 0 {
			return 0, 0, false
		}
		end = start + length + 2
		name := text[start+2 : end-2]
		if strings.TrimSpace(name) != "" && !strings.ContainsAny(name, "\n\"{") {
			return start, end, true
		}
		from = start + 1
	}
}
