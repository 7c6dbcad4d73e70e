package document

import (
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// line is one of a document, without its end.
type line struct {
	text   source.Text
	indent int
}

func (l *line) isEmpty() bool { return strings.TrimSpace(l.text.Value) == "" }

func linesOf(document source.Text) []line {
	var all []line
	at := 0
	for raw := range strings.Lines(document.Value) {
		text := document.Slice(at, at+len(strings.TrimRight(raw, "\r\n")))
		all = append(all, line{text: text, indent: len(text.Value) - len(strings.TrimLeft(text.Value, " \t"))})
		at += len(raw)
	}
	return all
}

// joined returns lines as one text, without an indentation that all have.
func joined(document source.Text, lines []line, indent int) source.Text {
	b := source.Builder{Parent: document}
	for _, l := range lines {
		b.Text(l.text.Slice(min(indent, l.indent), len(l.text.Value)))
		b.Atom("\n", 0)
	}
	return b.Build()
}

var (
	rstDirective = regexp.MustCompile(`^\s*\.\.\s+(?:code-block|sourcecode|code|prompt|http:example)::\s*(\S*)`)
	rstOption    = regexp.MustCompile(`^\s*:[\w-]+:`)
)

// ReStructuredText yields the requests of a document's code blocks, as Docutils
// and Sphinx write them: directives such as code-block, and literal blocks after
// "::" that begin with curl. A block that cannot be read does not hide the
// others. Its errors are *source.FileError, joined, or the first other one of
// yield.
func ReStructuredText(document source.Text, files shell.Files, yield source.Yield) error {
	r := &reader{files: files, yield: yield}
	var problems source.Problems
	lines := linesOf(document)
	for i := 0; i < len(lines); i++ {
		language, begins := rstBegins(lines[i].text.Value)
		if !begins {
			continue
		}
		outer := lines[i].indent
		i++
		for i < len(lines) && rstOption.MatchString(lines[i].text.Value) && lines[i].indent > outer {
			i++
		}
		start := i
		for i < len(lines) && (lines[i].isEmpty() || lines[i].indent > outer) {
			i++
		}
		code := lines[start:i]
		for len(code) > 0 && code[0].isEmpty() {
			code = code[1:]
		}
		i--
		if len(code) == 0 {
			continue
		}
		if err := problems.Add(r.block(language, joined(document, code, code[0].indent))); err != nil {
			return err
		}
	}
	return problems.Err()
}

// rstBegins tells whether the lines after one are a code block.
func rstBegins(text string) (language string, begins bool) {
	if found := rstDirective.FindStringSubmatch(text); found != nil {
		return strings.ToLower(found[1]), true
	}
	return "", strings.HasSuffix(strings.TrimRight(text, " \t"), "::") && !strings.HasPrefix(strings.TrimLeft(text, " \t"), "..")
}

var (
	adocAttributes = regexp.MustCompile(`^\[(?:source|listing)?\s*%?[\w-]*\s*,?\s*["']?([\w-]*)["']?.*\]\s*$`)
	adocDelimiter  = regexp.MustCompile("^(-{4,}|\\.{4,}|`{3,})\\s*([\\w-]*)\\s*$")
)

// Adoc yields the requests of an AsciiDoc document's listings, literal blocks
// and fences. A block that cannot be read does not hide the others. Its errors are
// *source.FileError, joined, or the first other one of yield.
func Adoc(document source.Text, files shell.Files, yield source.Yield) error {
	r := &reader{files: files, yield: yield}
	var problems source.Problems
	language := ""
	lines := linesOf(document)
	for i := 0; i < len(lines); i++ {
		text := strings.TrimRight(lines[i].text.Value, " \t")
		if found := adocAttributes.FindStringSubmatch(text); found != nil {
			language = strings.ToLower(found[1])
			continue
		}
		found := adocDelimiter.FindStringSubmatch(text)
		if found == nil {
			if !strings.HasPrefix(text, ".") { // a title may stand between
				language = ""
			}
			continue
		}
		if found[2] != "" {
			language = strings.ToLower(found[2])
		}
		code := until(lines[i+1:], found[1])
		i += len(code) + 1
		if err := problems.Add(r.block(language, joined(document, code, 0))); err != nil {
			return err
		}
		language = ""
	}
	return problems.Err()
}

// until returns the lines before the one that ends a block.
func until(lines []line, delimiter string) []line {
	for i := range lines {
		if strings.TrimRight(lines[i].text.Value, " \t") == delimiter {
			return lines[:i]
		}
	}
	return lines
}
