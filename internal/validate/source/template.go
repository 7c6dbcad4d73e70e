package source

import "strings"

// WithoutTags makes the tags of a template language unknown, from the text that
// opens one to the text that closes it.
func WithoutTags(t Text, opens, closes string) Text {
	if !strings.Contains(t.Value, opens) {
		return t
	}
	b := Builder{Parent: t}
	rest := 0
	for {
		start := strings.Index(t.Value[rest:], opens)
		if start < 0 {
			break
		}
		start += rest
		length := strings.Index(t.Value[start:], closes)
		if length < 0 {
			break
		}
		b.Text(t.Slice(rest, start))
		end := start + length + len(closes)
		b.Unknown(t.Value[start:end], start)
		rest = end
	}
	b.Text(t.Slice(rest, len(t.Value)))
	return b.Build()
}

// WithPathParameters puts values in the places of the steps ":name" of a URL's
// path. A step without a value is unknown.
func WithPathParameters(address Text, values map[string]Text) Text {
	path := address.Value
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	if !strings.Contains(path, "/:") {
		return address
	}
	b := Builder{Parent: address}
	at := 0
	for i, step := range strings.Split(path, "/") {
		if i > 0 {
			b.Literal("/", at)
			at++
		}
		name, isParameter := strings.CutPrefix(step, ":")
		value, ok := values[name]
		switch {
		case !isParameter || name == "" || i < 1:
			b.Literal(step, at)
		case ok && value.Value != "":
			b.Text(value)
		default:
			b.Unknown(step, at)
		}
		at += len(step)
	}
	b.Literal(address.Value[at:], at)
	return b.Build()
}
