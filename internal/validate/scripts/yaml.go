// Package scripts finds the shell scripts in files of other formats: the YAML of
// CI systems and of containers, Makefiles and Dockerfiles.
package scripts

import (
	"path"
	"regexp"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/jsontree"
	"github.com/hookline-go/hookline/internal/validate/shell"
	"github.com/hookline-go/hookline/internal/validate/source"
	"github.com/hookline-go/hookline/internal/validate/yamltext"
)

// finder reads the scripts that it finds.
type finder struct {
	files    shell.Files
	yield    source.Yield
	problems *source.Problems
	err      error
}

func (f *finder) script(text source.Text) { f.add(shell.Parse(text, f.files, f.yield)) }

// quietScript reads a text that may be no script at all: its mistakes are no
// problems.
func (f *finder) quietScript(text source.Text) {
	if shell.Valid(text.Value) {
		f.script(text)
	}
}

func (f *finder) add(err error) {
	if f.err == nil {
		f.err = f.problems.Add(err)
	}
}

func (f *finder) result() error {
	if f.err != nil {
		return f.err
	}
	return f.problems.Err()
}

// YAML yields the requests of the scripts in a YAML file: of GitHub's and
// GitLab's CI, CircleCI, Azure Pipelines, Kubernetes, Compose and others. What is
// no script is passed over. Its errors are *source.FileError, joined, or the
// first other one of yield.
func YAML(file *source.File, files shell.Files, yield source.Yield) error {
	documents, problems := yamltext.Documents(file)
	f := &finder{files: files, yield: yield, problems: problems}
	for _, document := range documents {
		root, err := jsontree.Parse(document)
		if err != nil {
			f.add(err)
			continue
		}
		f.value("", root)
	}
	return f.result()
}

// scriptKeys are those whose values are scripts for certain, in one system or
// another.
var scriptKeys = map[string]bool{
	"run": true, "script": true, "before_script": true, "after_script": true, "commands": true, "bash": true, "sh": true,
	"shell": true, "inlineScript": true, "install": true, "before_install": true, "after_success": true,
}

func (f *finder) value(key string, n *jsontree.Node) {
	switch {
	case f.err != nil:
	case n.IsString():
		f.text(key, n.Text())
	case n.IsObject():
		f.object(n)
	case n.IsArray():
		f.list(key, n)
	}
}

func (f *finder) text(key string, text source.Text) {
	if !shell.Mentions(text.Value) {
		return
	}
	if scriptKeys[key] {
		f.script(withoutTemplates(text))
	} else {
		f.quietScript(withoutTemplates(text))
	}
}

// object reads the members. A container's command and args are one command.
func (f *finder) object(n *jsontree.Node) {
	command, args := n.Get("command"), n.Get("args")
	both := len(command.Elements()) > 0 && len(args.Elements()) > 0
	if both {
		f.command(append(texts(command), texts(args)...))
	}
	for _, m := range n.Members {
		if !both || m.Value != command && m.Value != args {
			f.value(m.Name.Value, m.Value)
		}
	}
}

// list reads a list: of words where the first one is a program, and else of
// lines of one script, or of anything.
func (f *finder) list(key string, n *jsontree.Node) {
	words := texts(n)
	if len(words) != len(n.Items) || len(words) == 0 {
		for _, item := range n.Items {
			f.value(key, item)
		}
		return
	}
	if isProgram(words[0].Value) {
		f.command(words)
		return
	}
	b := source.Builder{Parent: words[0]}
	for _, word := range words {
		b.Text(word)
		b.Atom("\n", 0)
	}
	f.text(key, b.Build())
}

// texts returns the items that are texts.
func texts(n *jsontree.Node) []source.Text {
	var all []source.Text
	for _, item := range n.Elements() {
		if text := item.Text(); text.Given() {
			all = append(all, text)
		}
	}
	return all
}

// isProgram tells the first word of a command whose words are a list of their
// own. CMD and CMD-SHELL are those of Compose's and Docker's health checks.
func isProgram(word string) bool {
	switch path.Base(word) {
	case "curl", "sh", "bash", "ash", "zsh", "CMD", "CMD-SHELL", "env", "timeout", "sudo":
		return true
	default:
		return false
	}
}

func (f *finder) command(words []source.Text) {
	for len(words) > 0 && (words[0].Value == "CMD" || words[0].Value == "CMD-SHELL") {
		if words[0].Value == "CMD-SHELL" && len(words) == 2 {
			f.text("script", words[1])
			return
		}
		words = words[1:]
	}
	for i := range words {
		words[i] = withoutTemplates(words[i])
	}
	f.add(shell.Command(words, f.files, f.yield))
}

// template is what a CI system or a generator replaces before a shell sees it.
var template = regexp.MustCompile(`\$\{\{.*?\}\}|\{\{.*?\}\}|\$\[\[.*?\]\]|<<\s*[a-z][\w.-]*\s*>>`)

// withoutTemplates makes templates unknown.
func withoutTemplates(text source.Text) source.Text {
	found := template.FindAllStringIndex(text.Value, -1)
	if len(found) == 0 {
		return text
	}
	b := source.Builder{Parent: text}
	rest := 0
	for _, at := range found {
		b.Literal(text.Value[rest:at[0]], rest)
		b.Unknown(strings.Repeat("x", at[1]-at[0]), at[0])
		rest = at[1]
	}
	b.Literal(text.Value[rest:], rest)
	return b.Build()
}
