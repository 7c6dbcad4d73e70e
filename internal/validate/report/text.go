package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// ANSI's select graphic rendition (ECMA-48, section 8.3.117).
const (
	bold   = "\x1b[1m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	green  = "\x1b[32m"
	dim    = "\x1b[2m"
	plain  = "\x1b[0m"
)

// Text prints a result for people, with colours if the caller wants them.
func Text(w io.Writer, r *Result, colour bool) error {
	p := painter(colour)
	var out strings.Builder
	for i := range r.Findings {
		p.finding(&out, &r.Findings[i])
	}
	for _, problem := range r.Problems {
		colour := red
		if problem.Note {
			colour = yellow
		}
		fmt.Fprintf(&out, "%s\n", p.paint(colour, clean(problem.Error())))
	}
	colourOfAll := green
	if r.Summary.Invalid > 0 || r.ExitCode() == 2 {
		colourOfAll = red
	}
	if r.BuiltIn && slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Schema != "" }) {
		fmt.Fprintf(&out, "%s\n", p.paint(dim, r.SpecFile+" is hookline's own contract: hookline spec prints it"))
	}
	fmt.Fprintf(&out, "%s\n", p.paint(colourOfAll, r.Line()))
	_, err := io.WriteString(w, out.String())
	return err
}

// painter adds colours, or not.
type painter bool

func (p painter) paint(colour, text string) string {
	if !p {
		return text
	}
	return colour + text + plain
}

func (p painter) finding(out *strings.Builder, f *Finding) {
	colour := red
	if f.Severity == Warning {
		colour = yellow
	}
	fmt.Fprintf(out, "%s  %s  %s  %s\n", p.paint(bold, position(f.Place)), p.paint(colour, string(f.Severity)), f.Code,
		clean(subject(f)))
	fmt.Fprintf(out, "  %s\n", clean(f.Message))
	if f.Suggestion != "" {
		fmt.Fprintf(out, "  did you mean %s?\n", clean(f.Suggestion))
	}
	if f.Schema != "" {
		fmt.Fprintf(out, "  %s\n", p.paint(dim, "spec  "+position(f.Spec)+"  "+f.Schema))
	}
	if f.Was.Line > 0 {
		fmt.Fprintf(out, "  %s\n", p.paint(dim, "was   "+position(f.Was)))
	}
}

// subject names the part of the message and the place within it.
func subject(f *Finding) string {
	text := f.In
	if f.Response {
		text = "response " + f.In
	}
	if f.Pointer != "" {
		text += " " + f.Pointer
	}
	return text
}

func position(p source.Place) string {
	return fmt.Sprintf("%s:%d:%d", clean(p.File), p.Line, p.Column)
}

// clean keeps names that a file made up from controlling the terminal.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u2028' || r == '\u2029' {
			return '\uFFFD'
		}
		return r
	}, text)
}
