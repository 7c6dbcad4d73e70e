// Package shell finds the curl and HTTPie commands of shell scripts, with a real
// parser of the shell's grammar, and reads them as those programs would.
package shell

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// Files reads a file that a command names, such as curl's --data @FILE.
type Files func(name string) (*source.File, error)

// Parse yields a request for every URL of every such command in a script. What
// only a running shell knows, such as the output of commands and variables from
// outside, is unknown in the texts. A statement that cannot be read does not
// hide those after it. Its errors are *source.FileError, joined, or the first
// other one of yield.
func Parse(text source.Text, files Files, yield source.Yield) error {
	s := newScript(unixLines(text), files, yield)
	s.parse()
	s.uncalled()
	return s.result()
}

func newScript(text source.Text, files Files, yield source.Yield) *script {
	return &script{
		text: text, files: files, yield: yield, problems: &source.Problems{},
		variables: map[string][]source.Text{}, functions: &functions{byName: map[string]*function{}},
	}
}

func (s *script) result() error {
	if s.err != nil {
		return s.err
	}
	return s.problems.Err()
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

// script is a script that is being read. Variables are those that the script has
// set so far to what can be known; the positional parameters are "1", "2" … and,
// together, "@".
type script struct {
	text      source.Text
	files     Files
	yield     source.Yield
	problems  *source.Problems
	variables map[string][]source.Text // an array has several
	functions *functions
	depth     int   // of functions and of scripts within scripts
	err       error // ends the reading
}

// fail keeps a problem of the file; any other error ends the reading.
func (s *script) fail(err error) {
	if err = s.problems.Add(err); err != nil {
		s.err = err
	}
}

// maxScripts is how deep scripts in arguments and calls of functions may nest.
const maxScripts = 16

// inner reads a script that stands within a word of this one, such as that of
// bash -c, and that another shell runs.
func (s *script) inner(text source.Text) {
	inner := *s
	inner.variables = map[string][]source.Text{}
	inner.functions = &functions{byName: map[string]*function{}, calls: s.functions.calls}
	inner.eval(text)
	inner.uncalled()
	s.functions.calls = inner.functions.calls
	s.err = inner.err
}

// eval reads a script that stands within a word of this one, and that the same
// shell runs.
func (s *script) eval(text source.Text) {
	if s.depth == maxScripts || s.err != nil {
		return
	}
	outer, problems := s.text, s.problems
	s.text = text
	s.depth++
	if !text.Known() {
		s.problems = &source.Problems{} // what is unknown may be what is wrong
	}
	s.parse()
	s.depth--
	s.text, s.problems = outer, problems
}

// input is what a command reads. Known is false where only the program that runs
// knows. Files are not looked for until a request is made of them.
type input func() (text source.Text, known bool, err error)

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
			stdin = func() (source.Text, bool, error) {
				text, known := s.output(command.X)
				return text, known, nil
			}
		}
		s.statement(command.Y, stdin)
	case *syntax.DeclClause:
		s.assign(command.Args)
		s.nested(command)
	case *syntax.FuncDecl:
		s.declare(command)
	case *syntax.Block:
		s.statements(command.Stmts, stdin)
	case *syntax.Subshell:
		s.statements(command.Stmts, stdin)
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
	if len(words) > 0 && s.err == nil {
		s.run(words, stdin)
	}
}

// run reads a command: a function of the script, a builtin that sets the
// positional parameters, curl, or what runs another command.
func (s *script) run(words []source.Text, stdin input) {
	name := words[0].Value
	if f := s.functions.byName[name]; f != nil && words[0].Known() {
		s.callFunction(f, words[1:], stdin)
		return
	}
	switch {
	case name == "set" && len(words) > 1 && words[1].Value == "--":
		s.setPositional(words[2:])
	case name == "shift":
		s.shift(words[1:])
	case name == "read":
		s.readInto(words[1:], stdin)
	default:
		if at := curlAt(words); at >= 0 {
			c := curl{script: s, stdin: stdin, start: words[at]}
			c.run(words[at+1:])
			return
		}
		if at := httpieAt(words); at >= 0 {
			h := httpie{script: s, stdin: stdin, start: words[at], scheme: httpiePrograms[baseOf(words[at])]}
			h.run(words[at+1:])
			return
		}
		s.runScripts(words, stdin)
	}
}

// assign keeps what variables are set to.
func (s *script) assign(assignments []*syntax.Assign) {
	for _, a := range assignments {
		if a.Name == nil || a.Naked {
			continue
		}
		name := a.Name.Value
		before, known := s.variables[name]
		delete(s.variables, name)
		switch {
		case a.Index != nil:
		case a.Value != nil && !a.Append:
			s.variables[name] = []source.Text{s.joined(a.Value)}
		case a.Value != nil && known && len(before) == 1:
			b := source.Builder{Parent: s.text}
			b.Text(before[0])
			b.Text(s.joined(a.Value))
			s.variables[name] = []source.Text{b.Build()}
		case a.Array != nil && a.Append:
			s.variables[name] = append(slices.Clip(before), s.elementsOf(a.Array)...)
		case a.Array != nil:
			s.variables[name] = s.elementsOf(a.Array)
		}
	}
}

// readInto keeps what read takes from its standard input: all of it with -d ”,
// as scripts do with here-documents. Of a line, nothing is known.
func (s *script) readInto(args []source.Text, stdin input) {
	whole := false
	for i, arg := range args {
		switch {
		case strings.HasPrefix(arg.Value, "-"):
			whole = whole || strings.HasSuffix(arg.Value, "d") && i+1 < len(args) && args[i+1].Value == ""
			continue
		case arg.Value == "":
			continue
		}
		delete(s.variables, arg.Value)
		if !whole || stdin == nil || i+1 < len(args) {
			continue
		}
		if text, known, err := stdin(); known && err == nil {
			s.variables[arg.Value] = []source.Text{text.Trim()}
		}
	}
}

// elementsOf returns what an array is set to, which is never nil: an array
// without elements is known, too.
func (s *script) elementsOf(array *syntax.ArrayExpr) []source.Text {
	items := []source.Text{}
	for _, item := range array.Elems {
		if item.Value != nil {
			items = append(items, s.word(item.Value)...)
		}
	}
	return items
}

// scoped runs a part of the script whose positional parameters are its own.
func (s *script) scoped(text source.Text, part func()) {
	outer, variables := s.text, maps.Clone(s.variables)
	s.text = text
	s.depth++
	part()
	s.depth--
	s.text = outer
	for name := range s.variables {
		if isPositional(name) {
			delete(s.variables, name)
		}
	}
	for name, value := range variables {
		if isPositional(name) {
			s.variables[name] = value
		}
	}
}

// problem says where a script is wrong. The parser's own sentence may repeat
// what it has read, so only its place counts.
func problem(text source.Text, err error) *source.FileError {
	if failure, ok := errors.AsType[syntax.ParseError](err); ok {
		return source.ErrorAt(text.Place(int(failure.Pos.Offset())), "the shell script cannot be parsed: its syntax is wrong here")
	}
	if failure, ok := errors.AsType[syntax.LangError](err); ok {
		return source.ErrorAt(text.Place(int(failure.Pos.Offset())), "the shell script cannot be parsed: this is not Bash")
	}
	return source.ErrorAt(text.Place(0), "the shell script cannot be parsed")
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

// Command yields the requests of one command whose words are known already, as
// where a list has them. Its errors are those of Parse.
func Command(words []source.Text, files Files, yield source.Yield) error {
	if len(words) == 0 {
		return nil
	}
	s := newScript(words[0], files, yield)
	s.run(words, nil)
	return s.result()
}
