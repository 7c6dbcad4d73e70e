package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

// checkArguments refuses a command line whose flags are not right, or whose
// arguments do not fit ArgsUsage: words in brackets may be left out, and an
// ellipsis takes any number.
func checkArguments(_ context.Context, c *cli.Command) error {
	given := c.Args().Slice()
	if len(c.Commands) > 0 {
		if len(given) == 0 {
			return nil // its help is shown
		}
		return seeHelp(c, fmt.Errorf("unknown command %s%s", given[0], didYouMean(given[0], commandNames(c))))
	}
	if err := checkFlags(c); err != nil {
		return seeHelp(c, err)
	}
	least, most := arity(c.ArgsUsage)
	switch {
	case len(given) < least:
		return seeHelp(c, fmt.Errorf("%s is missing", strings.Fields(c.ArgsUsage)[len(given)]))
	case most >= 0 && len(given) > most:
		return seeHelp(c, unexpectedArgument(given[most]))
	default:
		return nil
	}
}

// unexpectedArgument does not repeat what may be a connection string with a
// password.
func unexpectedArgument(argument string) error {
	if strings.ContainsAny(argument, "@=") {
		return errors.New("unexpected argument, which is not repeated because it may hold a password")
	}
	return fmt.Errorf("unexpected argument %q", argument)
}

// arity returns how many arguments a usage such as "ID [FILE …]" allows; most is
// -1 for any number.
func arity(usage string) (least, most int) {
	optional := false
	for word := range strings.FieldsSeq(usage) {
		optional = optional || strings.HasPrefix(word, "[")
		if strings.HasPrefix(word, "…") {
			return least, -1
		}
		most++
		if !optional {
			least++
		}
		optional = optional && !strings.HasSuffix(word, "]")
	}
	return least, most
}

func commandNames(c *cli.Command) []string {
	names := make([]string, 0, len(c.Commands))
	for _, sub := range c.Commands {
		if !sub.Hidden {
			names = append(names, sub.Name)
		}
	}
	return names
}

// seeHelp ends a message with the way to the command's help.
func seeHelp(c *cli.Command, err error) error {
	return fmt.Errorf("%w (see %s --help)", err, c.FullName())
}

// explainFlag adds to an error about flags what the unknown one may have been.
func explainFlag(c *cli.Command, args []string, err error) error {
	_, _, used := walkWords(c.Root(), args[1:])
	known := flagNames(c)
	for _, name := range used {
		if !slices.Contains(known, name) {
			return seeHelp(c, fmt.Errorf("unknown flag --%s%s", name, didYouMean("--"+name, known)))
		}
	}
	return seeHelp(c, err)
}

// flagNames returns the names of a command's flags as they are written, and
// without their dashes.
func flagNames(c *cli.Command) []string {
	var names []string
	for _, flag := range c.Flags {
		for _, name := range flag.Names() {
			names = append(names, name, "--"+name)
		}
	}
	return names
}
