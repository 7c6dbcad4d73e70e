package document

import (
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// angled is a placeholder that the shell would take for redirections.
var angled = regexp.MustCompile(`<[A-Za-z][\w .-]*>`)

// callout is AsciiDoc's number of an explanation below, at the end of a line.
var callout = regexp.MustCompile(`(?m)[ \t]*(?:#[ \t]*)?<(?:[0-9]+|\.)>[ \t]*$`)

// others are placeholders that mean nothing to the shell: {id}, :id as a step of
// a path, YOUR_ID, and names in capitals that end as those of such values do.
var others = regexp.MustCompile(`\{\{[^{}\n]+\}\}|\{[A-Za-z_][\w.-]*\}|/:[A-Za-z_]\w*|\bYOUR[-_][A-Z0-9_-]+|\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:ID|KEY|TOKEN|SECRET|PASSWORD)\b|\b[Xx]{4,}\b|\.\.\.|…`)

// withoutPlaceholders makes what a document writes for the reader to fill in
// unknown. Of those in angle brackets, all count where the block is no script
// with them, and else those that are a part of a word.
func withoutPlaceholders(code source.Text) source.Text {
	code = withoutCallouts(code)
	code = masked(code, others, isValue)
	code = masked(code, angled, isGlued)
	if !shell.Valid(code.Value) {
		code = masked(code, angled, func(string, int, int) bool { return true })
	}
	return code
}

func withoutCallouts(code source.Text) source.Text {
	b := source.Builder{Parent: code}
	rest := 0
	for _, at := range callout.FindAllStringIndex(code.Value, -1) {
		b.Literal(code.Value[rest:at[0]], rest)
		rest = at[1]
	}
	if rest == 0 {
		return code
	}
	b.Literal(code.Value[rest:], rest)
	return b.Build()
}

// isValue tells a placeholder from a variable of the shell, from its name where
// it is set, and from the brackets of other languages.
func isValue(code string, start, end int) bool {
	before, after := code[:start], code[end:]
	switch {
	case strings.HasSuffix(before, "$"), strings.HasSuffix(before, "${"), strings.HasSuffix(before, "$("):
		return false
	case strings.HasPrefix(after, "=") && (before == "" || strings.ContainsAny(before[len(before)-1:], " \t\n;")):
		return false // an assignment
	default:
		return !strings.HasSuffix(before, "/") || !strings.HasPrefix(code[start:], "/:") // http://:x
	}
}

// isHTTPValue leaves {{name}} to the reader of .http files.
func isHTTPValue(code string, start, end int) bool {
	return !strings.HasPrefix(code[start:], "{{") && isValue(code, start, end)
}

// isGlued tells whether a placeholder is a part of a word, where nobody would
// write two redirections.
func isGlued(code string, start, end int) bool {
	before, after := code[:start], code[end:]
	return strings.HasPrefix(after, "/") || before != "" && strings.ContainsAny(before[len(before)-1:], "/=:.-_\"")
}

func masked(code source.Text, placeholder *regexp.Regexp, counts func(code string, start, end int) bool) source.Text {
	b := source.Builder{Parent: code}
	rest := 0
	for _, at := range placeholder.FindAllStringIndex(code.Value, -1) {
		start, end := at[0], at[1]
		if !counts(code.Value, start, end) {
			continue
		}
		if strings.HasPrefix(code.Value[start:], "/:") {
			start++ // the slash is the path's
		}
		b.Literal(code.Value[rest:start], rest)
		b.Unknown(strings.Repeat("x", end-start), start)
		rest = end
	}
	if rest == 0 {
		return code
	}
	b.Literal(code.Value[rest:], rest)
	return b.Build()
}
