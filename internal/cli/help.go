package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v3"
)

// helpText renders the help of a command for a width in columns. Every flag has
// its default and its variable on a line of their own.
func helpText(c *cli.Command, width int) string {
	h := &helpPage{width: width}
	h.paragraph(c.FullName()+" - "+c.Usage, "")
	h.section("Usage")
	h.paragraph(usageLine(c), helpIndent)
	if c.Description != "" {
		h.line("")
		h.description(c.Description)
	}
	h.commands(c)
	h.flags(c)
	return h.text.String()
}

// usageLine returns how a command is called.
func usageLine(c *cli.Command) string {
	words := []string{c.FullName()}
	if len(c.Commands) > 0 {
		words = append(words, "COMMAND")
	}
	if len(ownFlags(c)) > 0 {
		words = append(words, "[flags]")
	}
	if c.ArgsUsage != "" {
		words = append(words, c.ArgsUsage)
	}
	return strings.Join(words, " ")
}

const (
	helpIndent = "  "
	// helpColumn is where the text beside names begins.
	helpColumn = 26
)

// helpPage gathers the lines of a help text.
type helpPage struct {
	width int
	text  strings.Builder
}

func (h *helpPage) line(text string) {
	h.text.WriteString(strings.TrimRight(text, " "))
	h.text.WriteByte('\n')
}

func (h *helpPage) section(title string) {
	h.line("")
	h.line(title + ":")
}

// paragraph wraps a text, each line behind the indent.
func (h *helpPage) paragraph(text, indent string) {
	for _, line := range wrap(text, h.width-utf8.RuneCountInString(indent)) {
		h.line(indent + line)
	}
}

// description prints paragraphs. Indented lines are examples and stay as they
// are.
func (h *helpPage) description(text string) {
	for i, block := range descriptionBlocks(text) {
		if i > 0 && !block.isExample {
			h.line("")
		}
		if !block.isExample {
			h.paragraph(block.text, "")
			continue
		}
		for line := range strings.SplitSeq(block.text, "\n") {
			h.line(helpIndent + line)
		}
	}
}

// helpBlock is a paragraph, or a run of example lines.
type helpBlock struct {
	text      string
	isExample bool
}

// descriptionBlocks splits a description: empty lines end paragraphs, and
// indented lines are examples.
func descriptionBlocks(description string) []helpBlock {
	var blocks []helpBlock
	open := false // the last block takes the next line
	for line := range strings.SplitSeq(description, "\n") {
		text, isExample := strings.CutPrefix(line, "   ")
		text = strings.TrimRight(text, " ")
		switch {
		case text == "":
			open = false
			continue
		case open && blocks[len(blocks)-1].isExample == isExample:
			separator := " "
			if isExample {
				separator = "\n"
			}
			blocks[len(blocks)-1].text += separator + text
		default:
			blocks = append(blocks, helpBlock{text: text, isExample: isExample})
		}
		open = true
	}
	return blocks
}

func (h *helpPage) commands(c *cli.Command) {
	if len(c.Commands) == 0 {
		return
	}
	h.section("Commands")
	for _, sub := range c.Commands {
		if !sub.Hidden {
			h.entry(sub.Name, sub.Usage)
		}
	}
}

func (h *helpPage) flags(c *cli.Command) {
	category := ""
	for i, flag := range ownFlags(c) {
		if next := categoryOf(flag); i == 0 || next != category {
			category = next
			h.section(flagsTitle(category))
		}
		details := flagDetails(flag)
		h.entry(flagSyntax(flag), append([]string{details.usage}, details.extra()...)...)
	}
}

func flagsTitle(category string) string {
	if category == "" {
		return "Flags"
	}
	return category
}

// entry prints a name with lines of text beside it, or below it where it is
// long.
func (h *helpPage) entry(name string, paragraphs ...string) {
	column := min(helpColumn, h.width/3)
	head := helpIndent + name
	for _, paragraph := range paragraphs {
		for _, line := range wrap(paragraph, h.width-column) {
			if utf8.RuneCountInString(head)+1 >= column {
				h.line(head)
				head = ""
			}
			h.line(fmt.Sprintf("%-*s%s", column, head, line))
			head = ""
		}
	}
}

// wrap breaks a text into lines of at most so many columns; a longer word stays
// whole.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}
