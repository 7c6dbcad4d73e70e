package shell

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// word returns what a word of a command becomes: one text, unless it is an
// array or a variable without quotes.
func (s *script) word(word *syntax.Word) []source.Text {
	if len(word.Parts) == 1 {
		if all := s.several(word.Parts[0]); all != nil {
			return all
		}
	}
	return []source.Text{s.joined(word)}
}

// several returns what "${name[@]}" and $name stand for, or nil for anything
// else.
func (s *script) several(part syntax.WordPart) []source.Text {
	if double, ok := part.(*syntax.DblQuoted); ok && len(double.Parts) == 1 {
		return s.elements(double.Parts[0])
	}
	if all := s.elements(part); all != nil {
		return all
	}
	param, ok := part.(*syntax.ParamExp)
	if !ok || !plain(param) || len(s.variables[param.Param.Value]) != 1 {
		return nil
	}
	return fields(s.variables[param.Param.Value][0])
}

// elements returns what ${name[@]} stands for, or nil for anything else.
func (s *script) elements(part syntax.WordPart) []source.Text {
	param, ok := part.(*syntax.ParamExp)
	if !ok || param.Param == nil || param.Length || param.Excl || param.Repl != nil || param.Exp != nil {
		return nil
	}
	name := param.Param.Value
	if index, ok := param.Index.(*syntax.Word); ok && (index.Lit() == "@" || index.Lit() == "*") {
		return slice(s.variables[name], param.Slice, 0)
	}
	if name == "@" || name == "*" {
		return slice(s.variables["@"], param.Slice, 1)
	}
	return nil
}

// slice returns what ${name[@]:offset:length} leaves of a list, whose first
// element has the number first. It returns nil where the numbers are not known.
func slice(all []source.Text, s *syntax.Slice, first int) []source.Text {
	if s == nil || all == nil {
		return all
	}
	from, ok := number(s.Offset)
	if !ok || from < first || from-first > len(all) {
		return nil
	}
	rest := all[from-first:]
	if s.Length == nil {
		return rest
	}
	length, ok := number(s.Length)
	if !ok || length < 0 {
		return nil
	}
	return rest[:min(length, len(rest))]
}

func number(n syntax.ArithmExpr) (value int, ok bool) {
	word, ok := n.(*syntax.Word)
	if !ok {
		return 0, false
	}
	value, err := strconv.Atoi(word.Lit())
	return value, err == nil
}

// fields splits a text at white space, as the shell does where there are no
// quotes.
func fields(t source.Text) []source.Text {
	var parts []source.Text
	start := -1
	for i := 0; i <= len(t.Value); i++ {
		space := i == len(t.Value) || strings.IndexByte(" \t\n", t.Value[i]) >= 0
		if space && start >= 0 {
			parts = append(parts, t.Slice(start, i))
			start = -1
		} else if !space && start < 0 {
			start = i
		}
	}
	return parts
}

// joined returns a word as one text.
func (s *script) joined(word *syntax.Word) source.Text {
	b := source.Builder{Parent: s.text}
	if word == nil {
		return b.Build()
	}
	for _, part := range word.Parts {
		s.part(&b, part, unquoted)
	}
	return b.Build()
}

// quoting says which backslashes are escapes.
type quoting string

const (
	unquoted quoting = "" // all of them
	double   quoting = "$`\"\\"
	document quoting = "$`\\"
	// quotedDocument is a here-document whose delimiter is quoted: nothing is an
	// escape.
	quotedDocument quoting = "\x00"
)

func (s *script) part(b *source.Builder, part syntax.WordPart, q quoting) {
	start, end := int(part.Pos().Offset()), min(int(part.End().Offset()), len(s.text.Value))
	raw := s.text.Value[min(start, end):end]
	switch part := part.(type) {
	case *syntax.Lit:
		literal(b, raw, start, q)
	case *syntax.SglQuoted:
		if part.Dollar {
			ansi(b, strings.TrimSuffix(strings.TrimPrefix(raw, "$'"), "'"), start+2)
		} else {
			b.Literal(strings.TrimSuffix(strings.TrimPrefix(raw, "'"), "'"), start+1)
		}
	case *syntax.DblQuoted:
		for _, inner := range part.Parts {
			s.part(b, inner, double)
		}
	case *syntax.ParamExp:
		s.param(b, part, raw, start, q)
	case *syntax.CmdSubst:
		if len(part.Stmts) == 1 {
			if output, known := s.output(part.Stmts[0]); known {
				b.Text(output.Slice(0, len(strings.TrimRight(output.Value, "\n"))))
				return
			}
		}
		b.Unknown(raw, start)
	default:
		b.Unknown(raw, start)
	}
}

// literal appends text of a script without its escapes and joined lines.
func literal(b *source.Builder, raw string, at int, q quoting) {
	rest := 0
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		next := raw[i+1:]
		switch {
		case strings.HasPrefix(next, "\n"), strings.HasPrefix(next, "\r\n"):
			b.Literal(raw[rest:i], at+rest)
			i += 1 + strings.IndexByte(next, '\n')
			rest = i + 1
		case q == unquoted || strings.IndexByte(string(q), next[0]) >= 0:
			b.Literal(raw[rest:i], at+rest)
			_, size := utf8.DecodeRuneInString(next)
			b.Atom(next[:size], at+i)
			i += size
			rest = i + 1
		}
	}
	end := len(raw)
	// The parser begins a new text after a joined line within quotes or a
	// here-document, and leaves the backslash to the one before.
	if end > rest && raw[end-1] == '\\' && q != quotedDocument {
		end--
	}
	b.Literal(raw[rest:end], at+rest)
}

var ansiEscapes = map[byte]string{
	'a': "\a", 'b': "\b", 'e': "\x1b", 'E': "\x1b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'v': "\v",
	'\\': `\`, '\'': "'", '"': `"`, '?': "?",
}

// ansi appends the inside of $'…'.
func ansi(b *source.Builder, raw string, at int) {
	for i := 0; i < len(raw); {
		if raw[i] != '\\' || i+1 == len(raw) {
			end := i + 1
			for end < len(raw) && raw[end] != '\\' {
				end++
			}
			b.Literal(raw[i:end], at+i)
			i = end
			continue
		}
		value, length := ansiEscape(raw[i:])
		b.Atom(value, at+i)
		i += length
	}
}

// ansiEscape returns what an escape means, and how long it is.
func ansiEscape(raw string) (value string, length int) {
	if value, ok := ansiEscapes[raw[1]]; ok {
		return value, 2
	}
	digits, base := 0, 16
	start := 2
	switch raw[1] {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case '0', '1', '2', '3', '4', '5', '6', '7':
		digits, base, start = 3, 8, 1
	}
	end := start
	for end < len(raw) && end < start+digits && isDigit(raw[end], base) {
		end++
	}
	code, err := strconv.ParseUint(raw[start:end], base, 32)
	switch {
	case err != nil:
		return raw[:2], 2
	case raw[1] == 'u' || raw[1] == 'U':
		return string(utf8.AppendRune(nil, rune(min(code, utf8.MaxRune+1)))), end
	default:
		return string([]byte{byte(code & 0xff)}), end // \777 is \377, as in Bash
	}
}

func isDigit(c byte, base int) bool {
	_, err := strconv.ParseUint(string(c), base, 8)
	return err == nil
}

// plain tells whether an expansion is $name or ${name}.
func plain(p *syntax.ParamExp) bool {
	return p.Param != nil && !p.Excl && !p.Length && !p.Width && !p.IsSet && p.Index == nil && p.Slice == nil &&
		p.Repl == nil && p.Names == 0 && p.Exp == nil && len(p.Modifiers) == 0 && p.Flags == nil
}

// param appends a variable's value, or the default that ${name:-default} gives
// it.
func (s *script) param(b *source.Builder, p *syntax.ParamExp, raw string, at int, q quoting) {
	if p.Param != nil {
		values := s.variables[p.Param.Value]
		if len(values) == 1 && (plain(p) || isDefault(p)) {
			b.Text(values[0])
			return
		}
	}
	if !isDefault(p) || p.Exp.Word == nil {
		b.Unknown(raw, at)
		return
	}
	for _, part := range p.Exp.Word.Parts {
		s.part(b, part, q)
	}
}

func isDefault(p *syntax.ParamExp) bool {
	if p.Exp == nil || p.Index != nil || p.Excl || p.Length {
		return false
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
		return true
	default:
		return false
	}
}

// heredoc returns the body of a here-document.
func (s *script) heredoc(r *syntax.Redirect) source.Text {
	b := source.Builder{Parent: s.text}
	if r.Hdoc == nil {
		return b.Build()
	}
	q := document
	if r.Word.Lit() == "" || strings.Contains(s.source(r.Word), `\`) {
		q = quotedDocument
	}
	for _, part := range r.Hdoc.Parts {
		lit, ok := part.(*syntax.Lit)
		if !ok {
			s.part(&b, part, q)
			continue
		}
		raw := s.source(lit)
		// The parser counts the line with the delimiter to the last text.
		if delimiter := s.joined(r.Word).Value; strings.HasSuffix(raw, delimiter) && !strings.HasSuffix(lit.Value, delimiter) {
			raw = raw[:1+strings.LastIndexByte(raw, '\n')]
		}
		s.documentLines(&b, raw, int(lit.Pos().Offset()), r.Op, q)
	}
	return b.Build()
}

// documentLines appends lines of a here-document, without their tabs for <<-.
func (s *script) documentLines(b *source.Builder, raw string, at int, op syntax.RedirOperator, q quoting) {
	for line := range strings.Lines(raw) {
		tabs := 0
		if op == syntax.DashHdoc && (at == 0 || s.text.Value[at-1] == '\n') {
			tabs = len(line) - len(strings.TrimLeft(line, "\t"))
		}
		if q == quotedDocument {
			b.Literal(line[tabs:], at+tabs)
		} else {
			literal(b, line[tabs:], at+tabs, q)
		}
		at += len(line)
	}
}

// source returns a node as the script has it.
func (s *script) source(n syntax.Node) string {
	start, end := int(n.Pos().Offset()), min(int(n.End().Offset()), len(s.text.Value))
	return s.text.Value[min(start, end):end]
}
