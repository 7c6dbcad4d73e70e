package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

// docsCommand prints the reference of all commands, for docs/cli.md and for
// packages.
func docsCommand() *cli.Command {
	printer := func(name string, render func(*cli.Command) string) *cli.Command {
		return &cli.Command{Name: name, Usage: "print the reference of all commands as " + name, Action: func(_ context.Context, c *cli.Command) error {
			_, err := io.WriteString(c.Root().Writer, render(c.Root()))
			return err
		}}
	}
	return &cli.Command{
		Name: "__docs", Hidden: true, Usage: "print the reference of all commands",
		Commands: []*cli.Command{printer("markdown", markdownReference), printer("man", manPage)},
	}
}

// visit calls fn for a command and all below it that help lists.
func visit(c *cli.Command, path []string, fn func(path []string, c *cli.Command)) {
	path = append(slices.Clip(path), c.Name)
	fn(path, c)
	for _, sub := range c.Commands {
		if !sub.Hidden {
			visit(sub, path, fn)
		}
	}
}

// markdownReference writes docs/cli.md.
func markdownReference(root *cli.Command) string {
	var text strings.Builder
	text.WriteString("<!-- Made by make docs from the commands' own help. -->\n\n# The command line\n\n")
	visit(root, nil, func(path []string, c *cli.Command) {
		name := strings.Join(path, " ")
		if len(path) > 1 {
			fmt.Fprintf(&text, "%s `%s`\n\n", strings.Repeat("#", len(path)), name)
		}
		fmt.Fprintf(&text, "%s.\n\n", upperFirst(escapeMarkdown(c.Usage)))
		fmt.Fprintf(&text, "```text\n%s\n```\n\n", usageOf(name, c))
		for _, block := range descriptionBlocks(c.Description) {
			if block.isExample {
				fmt.Fprintf(&text, "```sh\n%s\n```\n\n", block.text)
			} else if block.text != examplesHeading {
				fmt.Fprintf(&text, "%s\n\n", escapeMarkdown(block.text))
			}
		}
		markdownFlags(&text, c)
	})
	return strings.TrimRight(text.String(), "\n") + "\n"
}

// examplesHeading stands before examples in descriptions.
const examplesHeading = "Examples:"

func markdownFlags(text *strings.Builder, c *cli.Command) {
	flags := ownFlags(c)
	if len(flags) == 0 {
		return
	}
	text.WriteString("| flag | |\n|---|---|\n")
	for _, flag := range flags {
		d := flagDetails(flag)
		lines := append([]string{d.usage}, d.extra()...)
		for i := range lines {
			lines[i] = escapeMarkdown(lines[i])
		}
		fmt.Fprintf(text, "| `%s` | %s |\n", flagSyntax(flag), strings.Join(lines, "<br>"))
	}
	text.WriteByte('\n')
}

// usageOf is usageLine for a command whose parents the library has not set yet.
func usageOf(name string, c *cli.Command) string {
	return name + strings.TrimPrefix(usageLine(c), c.FullName())
}

func escapeMarkdown(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`).Replace(text)
}

func upperFirst(text string) string {
	return strings.ToUpper(text[:1]) + text[1:]
}

// manPage writes hookline.1, for man(1).
func manPage(root *cli.Command) string {
	var text strings.Builder
	fmt.Fprintf(&text, ".TH HOOKLINE 1 \"\" \"hookline %s\" \"hookline\"\n.SH NAME\nhookline \\- %s\n.SH SYNOPSIS\n.B hookline\nCOMMAND [flags]\n.SH DESCRIPTION\n",
		roff(currentVersion()), roff(root.Usage))
	manDescription(&text, root)
	manFlags(&text, root)
	text.WriteString(".SH COMMANDS\n")
	visit(root, nil, func(path []string, c *cli.Command) {
		if len(path) == 1 {
			return
		}
		name := strings.Join(path, " ")
		fmt.Fprintf(&text, ".SS %s\n%s.\n.PP\n.B %s\n", roff(name), roff(upperFirst(c.Usage)), roff(usageOf(name, c)))
		manDescription(&text, c)
		manFlags(&text, c)
	})
	return text.String()
}

func manFlags(text *strings.Builder, c *cli.Command) {
	for _, flag := range ownFlags(c) {
		d := flagDetails(flag)
		fmt.Fprintf(text, ".TP\n.B %s\n%s\n", roff(flagSyntax(flag)), roff(d.usage))
		for _, line := range d.extra() {
			fmt.Fprintf(text, ".br\n%s\n", roff(line))
		}
	}
}

func manDescription(text *strings.Builder, c *cli.Command) {
	for _, block := range descriptionBlocks(c.Description) {
		if block.isExample {
			fmt.Fprintf(text, ".PP\n.nf\n%s\n.fi\n", roff(block.text))
		} else {
			fmt.Fprintf(text, ".PP\n%s\n", roff(block.text))
		}
	}
}

// roff escapes a text: backslashes, dashes that are meant as such, and lines
// that would be requests.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
