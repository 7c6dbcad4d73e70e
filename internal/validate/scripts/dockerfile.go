package scripts

import (
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

var (
	// instruction is one that runs a command, with its options.
	instruction = regexp.MustCompile(`(?is)^\s*(?:HEALTHCHECK\s+(?:--\S+\s+)*CMD|RUN|CMD|ENTRYPOINT)\s+(?:--\S+\s+)*`)
	heredoc     = regexp.MustCompile(`<<-?\s*["']?([A-Za-z_]\w*)["']?`)
)

// Dockerfile yields the requests of the commands of a Dockerfile: those of RUN,
// CMD, ENTRYPOINT and HEALTHCHECK, with here-documents. Its errors are
// *source.FileError, joined, or the first other one of yield.
func Dockerfile(text source.Text, files shell.Files, yield source.Yield) error {
	f := &finder{files: files, yield: yield, problems: &source.Problems{}}
	lines := dockerLines(text)
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		found := instruction.FindStringIndex(line.Value)
		if found == nil {
			continue
		}
		command := line.Slice(found[1], len(line.Value))
		if document := heredoc.FindStringSubmatch(command.Value); document != nil {
			command, i = withDocument(text, lines, i, found[1], document[1])
		}
		f.docker(command)
	}
	return f.result()
}

// docker reads a command, as words in JSON or for the shell.
func (f *finder) docker(command source.Text) {
	if !shell.Mentions(command.Value) {
		return
	}
	if strings.HasPrefix(command.Value, "[") {
		if root, err := jsontree.Parse(command.Trim()); err == nil {
			f.command(texts(root))
			return
		}
	}
	f.script(command)
}

// dockerLines returns the instructions: logical lines, with the comments blanked
// that may stand within them.
func dockerLines(text source.Text) []source.Text {
	b := source.Builder{Parent: text}
	at := 0
	for raw := range strings.Lines(text.Value) {
		if strings.HasPrefix(strings.TrimLeft(raw, " \t"), "#") {
			b.Atom(" \\\n", at) // goes on
		} else {
			b.Literal(raw, at)
		}
		at += len(raw)
	}
	return logicalLines(b.Build())
}

// withDocument returns a command with the lines of its here-document, and the
// index of the last of them. A document alone is a script.
func withDocument(text source.Text, lines []source.Text, first, from int, delimiter string) (command source.Text, last int) {
	b := source.Builder{Parent: text}
	start := lines[first].Slice(from, len(lines[first].Value))
	isScript := strings.HasPrefix(strings.TrimSpace(start.Value), "<<")
	if !isScript {
		b.Text(start)
		b.Atom("\n", 0)
	}
	for last = first + 1; last < len(lines); last++ {
		ends := strings.TrimSpace(lines[last].Value) == delimiter
		if !ends || !isScript {
			b.Text(lines[last])
			b.Atom("\n", 0)
		}
		if ends {
			break
		}
	}
	return b.Build(), last
}
