package scripts

import (
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Makefile yields the requests of the recipes of a makefile. Variables that it
// sets to a plain text are known. Its errors are *source.FileError, joined, or
// the first other one of yield.
func Makefile(text source.Text, files shell.Files, yield source.Yield) error {
	m := &makefile{finder: finder{files: files, yield: yield, problems: &source.Problems{}}, variables: map[string]source.Text{}}
	var recipe []source.Text
	end := func() {
		m.recipe(recipe)
		recipe = nil
	}
	for _, line := range logicalLines(text) {
		switch {
		case strings.HasPrefix(line.Value, "\t"):
			recipe = append(recipe, line)
		case strings.TrimSpace(line.Value) == "" || strings.HasPrefix(line.Value, "#"):
		default:
			end()
			m.assign(line)
			if i := strings.IndexByte(line.Value, ';'); i >= 0 && strings.Contains(line.Value[:i], ":") {
				recipe = append(recipe, line.Slice(i+1, len(line.Value))) // a command behind the target
			}
		}
	}
	end()
	return m.result()
}

type makefile struct {
	finder

	variables map[string]source.Text
}

// logicalLines returns the lines of a file, those together that end in a
// backslash. The backslashes stay, as the shell knows them too.
func logicalLines(text source.Text) []source.Text {
	var all []source.Text
	start, at := 0, 0
	for raw := range strings.Lines(text.Value) {
		at += len(raw)
		if !strings.HasSuffix(strings.TrimRight(raw, "\r\n"), `\`) {
			all = append(all, text.Slice(start, start+len(strings.TrimRight(text.Value[start:at], "\r\n"))))
			start = at
		}
	}
	if start < at {
		all = append(all, text.Slice(start, at))
	}
	return all
}

var assignment = regexp.MustCompile(`^(?:export\s+|override\s+)*([A-Za-z_][\w.-]*)\s*(?::|::|\?)?=\s*(.*?)\s*$`)

func (m *makefile) assign(line source.Text) {
	found := assignment.FindStringSubmatchIndex(line.Value)
	if found == nil {
		return
	}
	name := line.Value[found[2]:found[3]]
	value := line.Slice(found[4], found[5])
	if strings.Contains(value.Value, "$(shell") || strings.Contains(value.Value, "\\\n") {
		delete(m.variables, name)
		return
	}
	m.variables[name] = value
}

// recipe reads the commands of a target. Each line runs in a shell of its own.
func (m *makefile) recipe(lines []source.Text) {
	for _, line := range lines {
		if !shell.Mentions(line.Value) && !strings.Contains(line.Value, "$(") {
			continue
		}
		command := m.expand(withoutTabs(line), 0)
		start := len(command.Value) - len(strings.TrimLeft(command.Value, " \t@+-"))
		if command = command.Slice(start, len(command.Value)); shell.Mentions(command.Value) {
			m.script(command)
		}
	}
}

// withoutTabs takes away the tab that each line of a recipe begins with.
func withoutTabs(line source.Text) source.Text {
	b := source.Builder{Parent: line}
	at := 0
	for raw := range strings.Lines(line.Value) {
		plain := strings.TrimPrefix(raw, "\t")
		b.Literal(plain, at+len(raw)-len(plain))
		at += len(raw)
	}
	return b.Build()
}

// maxMakeVariables is how deep variables may refer to one another.
const maxMakeVariables = 8

var makeVariable = regexp.MustCompile(`\$\$|\$\(([^()\s]+)\)|\$\{([^{}\s]+)\}|\$\([^()]*(?:\([^()]*\)[^()]*)*\)|\$[A-Za-z@<^*?%+]`)

// expand puts variables in their places: "$$" is the shell's dollar, and what
// make computes is unknown.
func (m *makefile) expand(text source.Text, depth int) source.Text {
	b := source.Builder{Parent: text}
	rest := 0
	for _, at := range makeVariable.FindAllStringSubmatchIndex(text.Value, -1) {
		b.Literal(text.Value[rest:at[0]], rest)
		rest = at[1]
		name := ""
		for _, group := range []int{2, 4} {
			if at[group] >= 0 {
				name = text.Value[at[group]:at[group+1]]
			}
		}
		value, known := m.variables[name]
		switch {
		case text.Value[at[0]:at[1]] == "$$":
			b.Atom("$", at[0])
		case known && depth < maxMakeVariables:
			b.Text(m.expand(value, depth+1))
		case name == "CURL":
			b.Atom("curl", at[0])
		default:
			b.Unknown(strings.Repeat("x", at[1]-at[0]), at[0])
		}
	}
	b.Literal(text.Value[rest:], rest)
	return b.Build()
}
