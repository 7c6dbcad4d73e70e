package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

// completeFiles is the candidate that stands for names of files.
const completeFiles = ":files"

// completeCommand answers the completion scripts. Its arguments are the words of
// the command line up to the cursor; it prints a candidate a line, with a tab
// before its description.
func completeCommand() *cli.Command {
	return &cli.Command{
		Name: "__complete", Hidden: true, HideHelp: true, SkipFlagParsing: true,
		ArgsUsage: "[WORD …]",
		Action: func(_ context.Context, c *cli.Command) error {
			words := c.Args().Slice()
			if len(words) > 0 && words[0] == "--" {
				words = words[1:]
			}
			for _, found := range complete(c.Root(), words) {
				_, _ = fmt.Fprintln(c.Root().Writer, found)
			}
			return nil
		},
	}
}

// complete returns the candidates for the last word.
func complete(root *cli.Command, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	current := words[len(words)-1]
	c, waiting, used := walkWords(root, words[:len(words)-1])
	name, _, assigned := strings.Cut(current, "=")
	var candidates []string
	switch {
	case waiting != nil:
		candidates = valueCandidates(waiting, "")
	case assigned && strings.HasPrefix(name, "--"):
		if flag := findFlag(c, strings.TrimLeft(name, "-")); flag != nil {
			candidates = valueCandidates(flag, name+"=")
		}
	case strings.HasPrefix(current, "-"):
		candidates = flagCandidates(c, used)
	case len(c.Commands) > 0:
		candidates = commandCandidates(c)
	case takesFiles(c.ArgsUsage):
		candidates = []string{completeFiles}
	}
	return slices.DeleteFunc(candidates, func(candidate string) bool {
		return candidate != completeFiles && !strings.HasPrefix(candidate, current)
	})
}

// walkWords follows complete words down the tree. waiting is the flag whose
// value comes next, nil for none.
func walkWords(root *cli.Command, words []string) (c *cli.Command, waiting cli.Flag, used []string) {
	c = root
	for _, word := range words {
		name, _, assigned := strings.Cut(strings.TrimLeft(word, "-"), "=")
		switch {
		case waiting != nil:
			waiting = nil
		case strings.HasPrefix(word, "-"):
			used = append(used, name)
			if flag := findFlag(c, name); flag != nil && !assigned && takesValue(flag) {
				waiting = flag
			}
		default:
			if sub := c.Command(word); sub != nil {
				c = sub
			}
		}
	}
	return c, waiting, used
}

func findFlag(c *cli.Command, name string) cli.Flag {
	for _, flag := range c.Flags {
		if slices.Contains(flag.Names(), name) {
			return flag
		}
	}
	return nil
}

func takesValue(flag cli.Flag) bool {
	documented, ok := flag.(cli.DocGenerationFlag)
	return ok && documented.TakesValue()
}

// takesFiles tells whether the word for a value or an argument stands for a
// file.
func takesFiles(word string) bool {
	return strings.Contains(word, "FILE") || strings.Contains(word, "PATH")
}

func valueCandidates(flag cli.Flag, prefix string) []string {
	d := flagDetails(flag)
	if takesFiles(flagSyntax(flag)) {
		return []string{completeFiles}
	}
	candidates := make([]string, len(d.choices))
	for i, value := range d.choices {
		candidates[i] = prefix + value
	}
	return candidates
}

func flagCandidates(c *cli.Command, used []string) []string {
	var candidates []string
	for _, flag := range ownFlags(c) {
		name := flag.Names()[0]
		if !slices.Contains(used, name) || repeatable(flag) {
			candidates = append(candidates, "--"+name+"\t"+flagDetails(flag).usage)
		}
	}
	return append(candidates, "--help\tshow help")
}

// repeatable tells whether a flag may be given more than once.
func repeatable(flag cli.Flag) bool {
	documented, ok := flag.(cli.DocGenerationMultiValueFlag)
	return ok && documented.IsMultiValueFlag()
}

func commandCandidates(c *cli.Command) []string {
	var candidates []string
	for _, sub := range c.Commands {
		if !sub.Hidden {
			candidates = append(candidates, sub.Name+"\t"+sub.Usage)
		}
	}
	return candidates
}
