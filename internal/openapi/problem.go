package openapi

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is something wrong with a document.
type Problem struct {
	// Message is a sentence for a person.
	Message string
	// File is empty for the document itself.
	File string
	// Line and Column are where it stands, both from 1.
	Line, Column int
}

// String implements fmt.Stringer.
func (p *Problem) String() string {
	at := fmt.Sprintf("line %d, column %d: ", p.Line, p.Column)
	if p.File != "" {
		at = p.File + ", " + at
	}
	return at + p.Message
}

// DocumentError is a document that is not valid.
type DocumentError struct {
	// Problems are all that were found, in the document's order.
	Problems []Problem
}

// Error implements error.
func (e *DocumentError) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for i := range e.Problems {
		lines = append(lines, e.Problems[i].String())
	}
	return "the document is not valid: " + strings.Join(lines, "\n")
}

// problems gathers what is wrong with a document, each once.
type problems struct {
	files *files
	seen  map[found]bool
	all   []found
}

// found is a problem before its place is known, which takes longer.
type found struct {
	at      node
	message string
}

// mostProblems bounds what is reported.
const mostProblems = 1000

func (p *problems) addf(at node, format string, args ...any) {
	if len(p.all) >= mostProblems {
		return
	}
	problem := found{at: at, message: fmt.Sprintf(format, args...)}
	if !p.seen[problem] {
		p.seen[problem] = true
		p.all = append(p.all, problem)
	}
}

// sorted returns the problems in the order of the document.
func (p *problems) sorted() []Problem {
	slices.SortStableFunc(p.all, func(a, b found) int {
		return cmp.Or(strings.Compare(p.files.of(a.at).name, p.files.of(b.at).name), cmp.Compare(a.at.i, b.at.i))
	})
	all := make([]Problem, len(p.all))
	for i := range p.all {
		f := p.files.of(p.all[i].at)
		where := f.place(p.all[i].at)
		all[i] = Problem{Message: p.all[i].message, File: f.name, Line: int(where.line), Column: int(where.column)}
	}
	return all
}
