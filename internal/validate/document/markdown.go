// Package document finds the requests of documents in Markdown, reStructuredText
// and AsciiDoc: curl and HTTPie commands and HTTP messages in code blocks.
package document

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Markdown yields the requests of a document's code blocks, those in MkDocs'
// admonitions and tabs included. A block without a language counts if it begins
// with curl. A block that cannot be read does not hide the others. Its errors are
// *source.FileError, joined, or the first other one of yield.
func Markdown(document source.Text, files shell.Files, yield source.Yield) error {
	m := &markdown{reader: reader{files: files, yield: yield}}
	if err := m.parse(document, 0); err != nil {
		return err
	}
	return m.problems.Err()
}

type markdown struct {
	reader

	problems source.Problems
}

// maxDocuments is how deep indented parts may nest that are documents again.
const maxDocuments = 8

func (m *markdown) parse(document source.Text, depth int) error {
	root := goldmark.DefaultParser().Parse(text.NewReader([]byte(document.Value)))
	return ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		return ast.WalkContinue, m.node(document, n, depth)
	})
}

func (m *markdown) node(document source.Text, n ast.Node, depth int) error {
	switch n := n.(type) {
	case *ast.FencedCodeBlock:
		info := ""
		if n.Info != nil {
			info = string(n.Info.Value([]byte(document.Value)))
		}
		return m.problems.Add(m.block(languageOf(info), content(document, n.Lines())))
	case *ast.CodeBlock:
		code := content(document, n.Lines())
		// What MkDocs indents below "!!! note" or "=== tab" is Markdown again.
		if depth < maxDocuments && (strings.Contains(code.Value, "```") || strings.Contains(code.Value, "~~~")) {
			return m.parse(code, depth+1)
		}
		return m.problems.Add(m.block("", code))
	default:
		return nil
	}
}

// content returns the text of a code block, without the indentation that the
// document adds.
func content(document source.Text, lines *text.Segments) source.Text {
	b := source.Builder{Parent: document}
	for i := range lines.Len() {
		line := lines.At(i)
		// A tab that is only partly indentation becomes spaces, which are not
		// in the document.
		b.Atom(strings.Repeat(" ", line.Padding), line.Start)
		b.Literal(document.Value[line.Start:line.Stop], line.Start)
	}
	return b.Build()
}
