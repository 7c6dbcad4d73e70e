// Package bruno reads the requests of Bruno, each in a .bru file of its own.
package bruno

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/source"
)

// block is "name {", lines, and "}".
type block struct {
	name  string
	at    source.Text
	lines []source.Text
}

var blockStart = regexp.MustCompile(`^([a-z][a-z0-9:-]*)\s*([{\[])\s*$`)

// blocks cuts a file into its blocks, whose braces stand at the beginning of a
// line.
func blocks(text source.Text) []block {
	var all []block
	var current *block
	end := ""
	at := 0
	for raw := range strings.Lines(text.Value) {
		line := text.Slice(at, at+len(strings.TrimRight(raw, "\r\n")))
		at += len(raw)
		found := blockStart.FindStringSubmatch(line.Value)
		switch {
		case current == nil && found != nil:
			current = &block{name: found[1], at: line.Slice(0, 0)}
			end = map[string]string{"{": "}", "[": "]"}[found[2]]
		case current != nil && strings.TrimRight(line.Value, " \t") == end:
			all = append(all, *current)
			current = nil
		case current != nil:
			current.lines = append(current.lines, line)
		}
	}
	return all
}

// fields reads the lines "name: value" of a block; a tilde disables one.
func (b *block) fields() []source.Field {
	var all []source.Field
	for _, line := range b.lines {
		line = line.Trim()
		colon := strings.IndexByte(line.Value, ':')
		if colon <= 0 || line.Value[0] == '~' {
			continue
		}
		name := line.Slice(0, colon).Trim()
		if unquoted := strings.Trim(name.Value, `"`); len(unquoted) == len(name.Value)-2 {
			name = name.Slice(1, len(name.Value)-1)
		}
		all = append(all, source.Field{Name: name, Value: line.Slice(colon+1, len(line.Value)).Trim()})
	}
	return all
}

func (b *block) get(name string) source.Text {
	for _, field := range b.fields() {
		if field.Name.Value == name {
			return field.Value
		}
	}
	return source.Text{}
}

// content returns the lines as one text, without the indentation of the block.
func (b *block) content() source.Text {
	content := source.Builder{Parent: b.at}
	for i, line := range b.lines {
		if i > 0 {
			content.Atom("\n", 0)
		}
		content.Text(line.Slice(min(2, len(line.Value)-len(strings.TrimLeft(line.Value, " "))), len(line.Value)))
	}
	return content.Build()
}

// Environment has the variables of one of a collection's environments.
type Environment map[string]source.Text

// maxEnvironment is how large the file of an environment may be, in bytes.
const maxEnvironment = 1 << 20

// LoadEnvironment reads environments/NAME.bru in the nearest folder that has it.
// An empty name, or none such file, is an empty environment. It fails with a
// *source.FileError where the file cannot be read.
func LoadEnvironment(folder, name string) (Environment, error) {
	if name == "" {
		return Environment{}, nil
	}
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return nil, source.ErrorAt(source.Place{File: folder}, "the folder cannot be found")
	}
	relative := filepath.Join("environments", filepath.Base(name)+".bru")
	for {
		data, err := os.ReadFile(filepath.Join(absolute, relative))
		switch {
		case err == nil && len(data) <= maxEnvironment:
			file := &source.File{Name: filepath.Join(folder, relative), Data: string(data)}
			return environmentOf(file.Text()), nil
		case !errors.Is(err, fs.ErrNotExist):
			return nil, source.ErrorAt(source.Place{File: filepath.Join(folder, relative)}, "the environment file cannot be read")
		}
		parent := filepath.Dir(absolute)
		if parent == absolute {
			return Environment{}, nil
		}
		absolute, folder = parent, filepath.Join(folder, "..")
	}
}

func environmentOf(text source.Text) Environment {
	e := Environment{}
	for _, b := range blocks(text) {
		if b.name == "vars" {
			for _, field := range b.fields() {
				e[field.Name.Value] = field.Value
			}
		}
	}
	return e
}
