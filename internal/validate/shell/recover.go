package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// maxParsed bounds how many bytes a script with mistakes makes the parser read
// in all: each mistake has it begin again.
const maxParsed = 64 << 20

// parse reads a script statement by statement. Where one cannot be parsed, its
// problem is kept, and the reading goes on in the line after the one in which it
// begins, so that the commands of a compound that is broken are found, too.
func (s *script) parse() {
	whole := s.text
	defer func() { s.text = whole }()
	parsed, afterMistake := 0, false
	for at := 0; at < len(whole.Value) && s.err == nil; {
		s.text = whole.Slice(at, len(whole.Value))
		if at == 0 {
			s.text = whole // saves a layer
		}
		parsed += len(s.text.Value)
		end, err := s.parseFrom()
		if err == nil {
			return
		}
		failed := at + startOfNext(s.text.Value, end)
		mistake := problem(s.text, err)
		// What closes a compound that is broken is no second mistake.
		if !afterMistake || !closesCompound(whole.Value[failed:]) {
			s.fail(mistake)
		}
		if parsed > maxParsed {
			s.fail(source.ErrorAt(whole.Place(failed), "the shell script has too many mistakes: the rest is not read"))
			return
		}
		afterMistake = true
		newline := strings.IndexByte(whole.Value[failed:], '\n')
		if newline < 0 {
			return
		}
		at = failed + newline + 1
	}
}

// parseFrom reads the statements up to the first that cannot be parsed, and
// returns where the last one ends that can.
func (s *script) parseFrom() (end int, err error) {
	for statement, err := range parser().StmtsSeq(strings.NewReader(s.text.Value)) {
		if err != nil || s.err != nil {
			return min(end, len(s.text.Value)), err
		}
		end = endOf(statement)
		s.statement(statement, nil)
	}
	return len(s.text.Value), nil
}

// endOf returns where a statement ends, its here-documents included.
func endOf(statement *syntax.Stmt) int {
	end := int(statement.End().Offset())
	syntax.Walk(statement, func(n syntax.Node) bool {
		if r, ok := n.(*syntax.Redirect); ok && r.Hdoc != nil {
			end = max(end, int(r.Hdoc.End().Offset()))
		}
		return true
	})
	return end
}

// startOfNext skips what may stand between two statements.
func startOfNext(text string, at int) int {
	for at < len(text) {
		switch text[at] {
		case ' ', '\t', '\n', ';', '&':
			at++
		case '#':
			newline := strings.IndexByte(text[at:], '\n')
			if newline < 0 {
				return len(text)
			}
			at += newline
		default:
			return at
		}
	}
	return at
}

// closesCompound tells whether a line begins with a word that is meaningful
// only within a compound command.
func closesCompound(line string) bool {
	line, _, _ = strings.Cut(line, "\n")
	words := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t;&|<>", r) })
	if len(words) == 0 {
		return true
	}
	switch words[0] {
	case "fi", "done", "esac", "else", "elif", "then", "do", "}", ")", "'", "\"":
		return true
	}
	return strings.HasPrefix(words[0], ")") || strings.HasPrefix(words[0], "}") || strings.HasSuffix(words[0], ")")
}
