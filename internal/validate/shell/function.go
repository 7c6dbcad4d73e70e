package shell

import (
	"strconv"

	"mvdan.cc/sh/v3/syntax"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// functions are those that a script declares.
type functions struct {
	byName   map[string]*function
	declared []*function
	calls    int
}

// function is one, with the text that the places of its body refer to.
type function struct {
	body    *syntax.Stmt
	text    source.Text
	called  bool
	running bool // one that calls itself is read once
}

// maxCalls bounds the calls of one script, as functions may call one another.
const maxCalls = 10_000

func (s *script) declare(f *syntax.FuncDecl) {
	declared := &function{body: f.Body, text: s.text}
	if f.Name != nil {
		s.functions.byName[f.Name.Value] = declared
	}
	for _, name := range f.Names {
		s.functions.byName[name.Value] = declared
	}
	s.functions.declared = append(s.functions.declared, declared)
}

// callFunction reads a function's body with the arguments of a call.
func (s *script) callFunction(f *function, args []source.Text, stdin input) {
	f.called = true
	if f.running || s.depth == maxScripts || s.functions.calls == maxCalls {
		return
	}
	f.running = true
	s.functions.calls++
	s.scoped(f.text, func() {
		s.setPositional(args)
		s.statement(f.body, stdin)
	})
	f.running = false
}

// uncalled reads the functions that the script itself does not call, with
// arguments that nobody knows.
func (s *script) uncalled() {
	for i := 0; i < len(s.functions.declared); i++ { //nolint:intrange // a body may declare more
		f := s.functions.declared[i]
		if !f.called && s.err == nil {
			f.running = true
			s.scoped(f.text, func() {
				s.unsetPositional()
				s.statement(f.body, nil)
			})
		}
	}
}

func isPositional(name string) bool {
	_, err := strconv.Atoi(name)
	return name == "@" || err == nil
}

func (s *script) unsetPositional() {
	for name := range s.variables {
		if isPositional(name) {
			delete(s.variables, name)
		}
	}
}

func (s *script) setPositional(args []source.Text) {
	s.unsetPositional()
	s.variables["@"] = append([]source.Text{}, args...)
	for i, arg := range args {
		s.variables[strconv.Itoa(i+1)] = []source.Text{arg}
	}
}

// shift drops positional parameters: one, unless the argument says how many.
func (s *script) shift(args []source.Text) {
	count := 1
	if len(args) > 0 {
		count, _ = strconv.Atoi(args[0].Value)
	}
	if all, known := s.variables["@"]; known && count >= 0 && count <= len(all) {
		s.setPositional(all[count:])
	}
}
