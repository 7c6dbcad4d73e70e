// Package markdown finds the requests of Markdown files: curl commands and HTTP
// messages in code blocks.
package markdown

import (
	"errors"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"github.com/hookline-go/hookline/internal/validate/httpfile"
	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// languages are the names by which a fenced code block says that it holds shell
// commands. Those that are true show a session: commands behind a prompt, and
// output.
var languages = map[string]bool{
	"sh": false, "bash": false, "shell": false, "zsh": false, "curl": false,
	"console": true, "shell-session": true, "sh-session": true, "terminal": true,
}

// Parse yields the requests of a document's code blocks. A block without a
// language counts if it begins with curl. Its errors are those of shell.Parse
// and httpfile.Parse; one in a block does not keep it from reading the next.
func Parse(document source.Text, files shell.Files, yield source.Yield) error {
	root := goldmark.DefaultParser().Parse(text.NewReader([]byte(document.Value)))
	var problems []error
	err := ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		err := block(document, n, files, yield)
		if _, ok := errors.AsType[*source.FileError](err); ok {
			problems = append(problems, err)
			return ast.WalkContinue, nil
		}
		return ast.WalkContinue, err
	})
	if err != nil {
		return err
	}
	return errors.Join(problems...)
}

func block(document source.Text, n ast.Node, files shell.Files, yield source.Yield) error {
	language := ""
	switch n := n.(type) {
	case *ast.FencedCodeBlock:
		language = strings.ToLower(string(n.Language([]byte(document.Value))))
	case *ast.CodeBlock:
	default:
		return nil
	}
	code := content(document, n.Lines())
	session, isShell := languages[language]
	switch {
	case session:
		return shell.Parse(withoutPlaceholders(commands(code)), files, yield)
	case isShell:
		code = withoutPlaceholders(commands(code))
		// Only blocks with requests matter: whether the others are good scripts
		// is none of our business.
		if !strings.Contains(code.Value, "curl") {
			return nil
		}
		return shell.Parse(code, files, yield)
	case language == "http" || language == "rest":
		return httpfile.Parse(code, nil, httpfile.Files(files), yield)
	case language == "" && strings.HasPrefix(strings.TrimLeft(code.Value, "$ \t\r\n"), "curl "):
		return shell.Parse(withoutPlaceholders(commands(code)), files, yield)
	default:
		return nil
	}
}

var placeholder = regexp.MustCompile(`<[A-Za-z][\w .-]*>`)

// withoutPlaceholders makes what a document writes for the reader to fill in,
// such as <id>, unknown. For the shell it would be redirections. All
// placeholders count where the block is no script with them, and else those
// that are a part of a word.
func withoutPlaceholders(code source.Text) source.Text {
	code = masked(code, isGlued)
	if !shell.Valid(code.Value) {
		code = masked(code, func(string, int, int) bool { return true })
	}
	return code
}

// isGlued tells whether a placeholder is a part of a word, where nobody would
// write two redirections.
func isGlued(code string, start, end int) bool {
	before, after := code[:start], code[end:]
	return strings.HasPrefix(after, "/") || before != "" && strings.ContainsAny(before[len(before)-1:], "/=:.-_")
}

func masked(code source.Text, counts func(code string, start, end int) bool) source.Text {
	b := source.Builder{Parent: code}
	rest := 0
	for _, at := range placeholder.FindAllStringIndex(code.Value, -1) {
		if counts(code.Value, at[0], at[1]) {
			b.Literal(code.Value[rest:at[0]], rest)
			b.Unknown(strings.Repeat("x", at[1]-at[0]), at[0])
			rest = at[1]
		}
	}
	if rest == 0 {
		return code
	}
	b.Literal(code.Value[rest:], rest)
	return b.Build()
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

func isSession(code string) bool { return strings.HasPrefix(strings.TrimLeft(code, " \t\r\n"), "$ ") }

// commands blanks the prompts and the output of a session, so that everything
// else keeps its place. A text without prompts is all commands.
func commands(code source.Text) source.Text {
	if !isSession(code.Value) {
		return code
	}
	b := source.Builder{Parent: code}
	at, command := 0, ""
	for line := range strings.Lines(code.Value) {
		trimmed := strings.TrimLeft(line, " \t")
		indent := len(line) - len(trimmed)
		switch {
		case strings.HasPrefix(trimmed, "$ "):
			b.Atom(strings.Repeat(" ", indent+2), at)
			b.Literal(trimmed[2:], at+indent+2)
			command = unfinished(trimmed[2:])
		case command != "":
			continued := strings.TrimPrefix(line, "> ") // the shell's second prompt
			b.Literal(continued, at+len(line)-len(continued))
			command = unfinished(command + continued)
		default:
			b.Atom("\n", at)
		}
		at += len(line)
	}
	return b.Build()
}

// longestCommand bounds how much of a session is tried as one command.
const longestCommand = 32 << 10

// unfinished returns the command if it goes on in the next line, and nothing if
// it is complete.
func unfinished(command string) string {
	if len(command) > longestCommand || !shell.Incomplete(command) {
		return ""
	}
	return command
}
