// Package shell finds the curl commands of shell scripts, with a real parser of
// the shell's grammar, and reads them as curl would.
package shell

import (
	"errors"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// Files reads a file that a command names, such as curl's --data @FILE.
type Files func(name string) (*source.File, error)

// Parse yields a request for every URL of every curl command in a script. What
// only a running shell knows, such as the output of commands and variables from
// outside, is unknown in the texts. Its errors are *source.FileError, or those
// of yield.
func Parse(text source.Text, files Files, yield source.Yield) error {
	text = unixLines(text)
	file, err := parser().Parse(strings.NewReader(text.Value), "")
	if err != nil {
		return problem(text, err)
	}
	s := &script{text: text, files: files, yield: yield, variables: map[string][]source.Text{}}
	s.statements(file.Stmts, nil)
	return s.err
}

// unixLines returns a script that was saved on Windows as it is meant: Bash
// takes the carriage return for a character.
func unixLines(text source.Text) source.Text {
	if !strings.Contains(text.Value, "\r\n") {
		return text
	}
	b := source.Builder{Parent: text}
	at := 0
	for line := range strings.Lines(text.Value) {
		plain := strings.TrimSuffix(line, "\r\n")
		b.Literal(plain, at)
		if at += len(line); plain != line {
			b.Literal("\n", at-len("\r\n"))
		}
	}
	return b.Build()
}

// problem says where a script is wrong. The parser's own sentence may repeat
// what it has read, so only its place counts.
func problem(text source.Text, err error) error {
	if failure, ok := errors.AsType[syntax.ParseError](err); ok {
		return source.ErrorAt(text.Place(int(failure.Pos.Offset())), "the shell script cannot be parsed: its syntax is wrong here")
	}
	if failure, ok := errors.AsType[syntax.LangError](err); ok {
		return source.ErrorAt(text.Place(int(failure.Pos.Offset())), "the shell script cannot be parsed: this is not Bash")
	}
	return source.ErrorAt(text.Place(0), "the shell script cannot be parsed")
}

// script walks a syntax tree. Variables are those that the script has set so
// far to what can be known.
type script struct {
	text      source.Text
	files     Files
	yield     source.Yield
	variables map[string][]source.Text // an array has several
	err       error
}

// input is what a command reads, or nil where it is not known. Files are not
// looked for until a request is made of them.
type input func() *source.Text

// statements reads statements in their order.
func (s *script) statements(list []*syntax.Stmt, stdin input) {
	for _, statement := range list {
		s.statement(statement, stdin)
	}
}

func (s *script) statement(statement *syntax.Stmt, stdin input) {
	if s.err != nil {
		return
	}
	for _, redirect := range statement.Redirs {
		if text := s.redirected(redirect); text != nil {
			stdin = text
		}
	}
	switch command := statement.Cmd.(type) {
	case *syntax.CallExpr:
		s.call(command, stdin)
	case *syntax.BinaryCmd:
		s.statement(command.X, stdin)
		if command.Op == syntax.Pipe || command.Op == syntax.PipeAll {
			stdin = func() *source.Text { return s.output(command.X) }
		}
		s.statement(command.Y, stdin)
	case *syntax.DeclClause:
		s.assign(command.Args)
		s.nested(command)
	case *syntax.ForClause:
		if loop, ok := command.Loop.(*syntax.WordIter); ok {
			delete(s.variables, loop.Name.Value)
		}
		s.nested(command)
	case *syntax.TimeClause:
		if command.Stmt != nil {
			s.statement(command.Stmt, stdin)
		}
	case nil:
	default:
		s.nested(command)
	}
}

// nested reads the statements within a compound command or within the words of
// one, whatever it is.
func (s *script) nested(node syntax.Node) {
	syntax.Walk(node, func(n syntax.Node) bool {
		statement, ok := n.(*syntax.Stmt)
		if ok {
			s.statement(statement, nil)
		}
		return !ok
	})
}

func (s *script) call(command *syntax.CallExpr, stdin input) {
	if len(command.Args) == 0 {
		s.assign(command.Assigns)
		for _, a := range command.Assigns {
			s.nested(a)
		}
		return
	}
	var words []source.Text
	for _, word := range command.Args {
		words = append(words, s.word(word)...)
		s.nested(word)
	}
	if at := curlAt(words); at >= 0 && s.err == nil {
		c := curl{script: s, stdin: stdin, start: words[at]}
		s.err = c.run(words[at+1:])
	}
}

// wrappers run the command that follows them, after options and assignments of
// their own.
var wrappers = map[string]bool{
	"command": true, "env": true, "exec": true, "nohup": true, "nice": true, "sudo": true, "time": true, "then": true,
}

// curlAt returns which word is the command curl, or -1.
func curlAt(words []source.Text) int {
	wrapped := false
	for i, word := range words {
		name := path.Base(word.Value)
		switch {
		case !word.Known():
			return -1
		case name == "curl" || name == "curl.exe":
			// `command -v curl` only asks where curl is.
			if i > 0 && strings.HasPrefix(strings.ToLower(words[i-1].Value), "-v") {
				return -1
			}
			return i
		case wrappers[name]:
			wrapped = true
		case !wrapped || !strings.HasPrefix(word.Value, "-") && !strings.Contains(word.Value, "="):
			return -1
		}
	}
	return -1
}

// assign keeps what variables are set to.
func (s *script) assign(assignments []*syntax.Assign) {
	for _, a := range assignments {
		if a.Name == nil || a.Naked {
			continue
		}
		name := a.Name.Value
		delete(s.variables, name)
		switch {
		case a.Append || a.Index != nil:
		case a.Value != nil:
			s.variables[name] = []source.Text{s.joined(a.Value)}
		case a.Array != nil:
			items := []source.Text{}
			for _, item := range a.Array.Elems {
				if item.Value != nil {
					items = append(items, s.word(item.Value)...)
				}
			}
			s.variables[name] = items
		}
	}
}

// redirected returns what a redirection gives a command to read, or nil where
// it is something else.
func (s *script) redirected(r *syntax.Redirect) input {
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		return func() *source.Text {
			text := s.heredoc(r)
			return &text
		}
	case syntax.WordHdoc:
		return func() *source.Text {
			text := s.joined(r.Word)
			return &text
		}
	case syntax.RdrIn:
		return func() *source.Text { return s.read(s.joined(r.Word)) }
	default:
		return nil
	}
}

// read returns what a file holds, or nil where only the program that runs
// knows. It ends the parsing where the file cannot be read.
func (s *script) read(name source.Text) *source.Text {
	text, err := s.open(name)
	if err != nil {
		s.err = errors.Join(s.err, source.ErrorAt(name.Place(0), "the file that is to be sent cannot be read: %v", err))
	}
	return text
}

// open is read for a file that may be one that only comes to be when the script
// runs.
func (s *script) open(name source.Text) (*source.Text, error) {
	var text source.Text
	switch {
	case name.Value == "/dev/null":
		text = name.Named("")
	case !name.Known() || strings.HasPrefix(name.Value, "/dev/"):
		return nil, nil //nolint:nilnil // there is a file, and nobody knows what it holds
	default:
		file, err := s.files(name.Value)
		if err != nil {
			return nil, err
		}
		text = file.Text()
	}
	return &text, nil
}

// output returns what a statement writes, where that is plain: cat with a
// heredoc or a file, echo or printf with a text.
func (s *script) output(statement *syntax.Stmt) *source.Text {
	command, ok := statement.Cmd.(*syntax.CallExpr)
	if !ok || len(command.Args) == 0 {
		return nil
	}
	var words []source.Text
	for _, word := range command.Args {
		words = append(words, s.word(word)...)
	}
	switch {
	case len(words) == 1 && words[0].Value == "cat" && len(statement.Redirs) == 1:
		return s.written(statement.Redirs[0])
	case len(words) == 2 && words[0].Value == "cat" && words[1].Known() && !strings.HasPrefix(words[1].Value, "-"):
		return s.quiet(words[1])
	case len(words) == 2 && words[0].Value == "echo" && !strings.HasPrefix(words[1].Value, "-"):
		return &words[1]
	case len(words) == 2 && words[0].Value == "printf" && !strings.ContainsAny(words[1].Value, `%\`):
		return &words[1]
	case len(words) == 3 && words[0].Value == "printf" && strings.TrimSuffix(words[1].Value, `\n`) == "%s":
		return &words[2]
	default:
		return nil
	}
}

// written returns what cat copies from a redirection.
func (s *script) written(r *syntax.Redirect) *source.Text {
	if r.Op == syntax.RdrIn {
		return s.quiet(s.joined(r.Word))
	}
	if text := s.redirected(r); text != nil {
		return text()
	}
	return nil
}

// quiet is open for a file that does not matter where it cannot be read.
func (s *script) quiet(name source.Text) *source.Text {
	text, err := s.open(name)
	if err != nil {
		return nil
	}
	return text
}

// Valid tells whether a script can be parsed.
func Valid(script string) bool {
	_, err := parser().Parse(strings.NewReader(script), "")
	return err == nil
}

func parser() *syntax.Parser { return syntax.NewParser(syntax.Variant(syntax.LangBash)) }

// Incomplete tells whether a command goes on in the next line: a quote, a
// here-document or a joined line is open.
func Incomplete(command string) bool {
	if strings.HasSuffix(strings.TrimRight(command, "\r\n"), `\`) {
		return true
	}
	_, err := parser().Parse(strings.NewReader(command), "")
	return syntax.IsIncomplete(err)
}
