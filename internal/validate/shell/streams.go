package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// redirected returns what a redirection gives a command to read, or nil where
// it is something else.
func (s *script) redirected(r *syntax.Redirect) input {
	text := s.text // a function's is another one when the input is asked for
	within := func(read func() source.Text) input {
		return func() (source.Text, bool, error) {
			outer := s.text
			defer func() { s.text = outer }()
			s.text = text
			return read(), true, nil
		}
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		return within(func() source.Text { return s.heredoc(r) })
	case syntax.WordHdoc:
		return within(func() source.Text {
			b := source.Builder{Parent: s.text}
			b.Text(s.joined(r.Word))
			b.Atom("\n", int(r.Word.End().Offset()))
			return b.Build()
		})
	case syntax.RdrIn:
		name := s.joined(r.Word)
		return func() (source.Text, bool, error) { return s.read(name) }
	default:
		return nil
	}
}

// read returns what a file holds; known is false where only the program that
// runs knows. It fails with a *source.FileError where the file cannot be read.
func (s *script) read(name source.Text) (text source.Text, known bool, err error) {
	text, known, err = s.open(name)
	if err != nil {
		return text, false, source.ErrorAt(name.Place(0), "the file that is to be sent cannot be read: %v", err)
	}
	return text, known, nil
}

// open is read for a file that may be one that only comes to be when the script
// runs.
func (s *script) open(name source.Text) (text source.Text, known bool, err error) {
	switch {
	case name.Value == "/dev/null":
		return name.Named(""), true, nil
	case !name.Known() || strings.HasPrefix(name.Value, "/dev/"):
		return source.Text{}, false, nil
	default:
		file, err := s.files(name.Value)
		if err != nil {
			return source.Text{}, false, err
		}
		return file.Text(), true, nil
	}
}

// output returns what a statement writes, where that is plain: cat with a
// heredoc or a file, echo or printf with a text.
func (s *script) output(statement *syntax.Stmt) (text source.Text, known bool) {
	command, ok := statement.Cmd.(*syntax.CallExpr)
	if !ok || len(command.Args) == 0 {
		return source.Text{}, false
	}
	var words []source.Text
	for _, word := range command.Args {
		words = append(words, s.word(word)...)
	}
	if len(words) == 0 {
		return source.Text{}, false
	}
	switch name := words[0].Value; {
	case name == "cat" && len(words) == 1 && len(statement.Redirs) == 1:
		return s.copied(statement.Redirs[0])
	case name == "cat" && len(words) == 2 && words[1].Known() && !strings.HasPrefix(words[1].Value, "-"):
		return s.quiet(words[1])
	case name == "echo":
		return echoed(words[1:])
	case name == "printf" && len(words) == 2 && !strings.ContainsAny(words[1].Value, `%\`):
		return words[1], true
	case name == "printf" && len(words) == 3 && strings.TrimSuffix(words[1].Value, `\n`) == "%s":
		return words[2], true
	default:
		return source.Text{}, false
	}
}

// echoed returns what echo writes: -n leaves out the newline, and -e would mean
// escapes.
func echoed(words []source.Text) (text source.Text, known bool) {
	newline := "\n"
	if len(words) == 2 && words[0].Value == "-n" {
		words, newline = words[1:], ""
	}
	if len(words) != 1 || strings.HasPrefix(words[0].Value, "-") {
		return source.Text{}, false
	}
	b := source.Builder{Parent: words[0]}
	b.Text(words[0])
	b.Atom(newline, len(words[0].Value))
	return b.Build(), true
}

// copied returns what cat copies from a redirection.
func (s *script) copied(r *syntax.Redirect) (text source.Text, known bool) {
	if r.Op == syntax.RdrIn {
		return s.quiet(s.joined(r.Word))
	}
	from := s.redirected(r)
	if from == nil {
		return source.Text{}, false
	}
	text, known, err := from()
	return text, known && err == nil
}

// quiet is open for a file that does not matter where it cannot be read.
func (s *script) quiet(name source.Text) (text source.Text, known bool) {
	text, known, err := s.open(name)
	return text, known && err == nil
}
