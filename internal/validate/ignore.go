package validate

import (
	"regexp"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/report"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// ignoring is "hookline: ignore CODE CODE", in a comment or a description.
// Without a code it means all of them.
var ignoring = regexp.MustCompile(`hookline:\s*ignore\b[ \t=]*((?:[a-z0-9_]+[ \t]*,?[ \t]*)*)`)

// ignored are the codes that a text says are to be ignored; all means every code.
type ignored struct {
	codes []string
	all   bool
}

func readIgnored(text string) ignored {
	var i ignored
	for _, found := range ignoring.FindAllStringSubmatch(text, -1) {
		codes := strings.FieldsFunc(found[1], func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
		i.codes = append(i.codes, codes...)
		i.all = i.all || len(codes) == 0
	}
	return i
}

func (i *ignored) has(code string) bool { return i.all || slices.Contains(i.codes, code) }

// ignores tells whether the file says that a finding is to be ignored: in the
// request's description, in a comment in the finding's own line or in that where
// the request begins, or in the comments directly above the request.
func (c *checked) ignores(f *report.Finding) bool {
	if c.request.Comment.Given() {
		if described := readIgnored(c.request.Comment.Value); described.has(f.Code) {
			return true
		}
	}
	file := c.v.reading
	if file == nil || !c.v.hasIgnored {
		return false
	}
	start := c.request.Start.Place(0)
	if start.File == file.Name {
		if above := readIgnored(commentsAbove(file, start.Line)); above.has(f.Code) {
			return true
		}
	}
	if f.Place.File != file.Name {
		return false
	}
	own := readIgnored(lineOf(file, f.Place.Line))
	return own.has(f.Code)
}

// mayComment tells the lines that may stand between a comment and the request
// that it is about: other comments, empty lines, fences of documents, and keys
// of YAML that hold a script.
var mayComment = regexp.MustCompile("^\\s*(#|//|<!--|/\\*|\\*|--|;|```|~~~|:::|\\.\\.|-->|[-\\w\\s]*:\\s*[|>]?[-+]?\\s*$|$)")

// commentsAbove returns the line where a request begins, and the comments
// directly above it.
func commentsAbove(file *source.File, line int) string {
	var text strings.Builder
	text.WriteString(lineOf(file, line))
	for line--; line > 0; line-- {
		above := lineOf(file, line)
		if !mayComment.MatchString(above) {
			break
		}
		text.WriteString("\n" + above)
	}
	return text.String()
}

// lineOf returns a line of a file.
func lineOf(file *source.File, line int) string {
	text, _, _ := strings.Cut(file.Data[file.Offset(line, 1):], "\n")
	return text
}
