package cli

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

// ownFlags returns the flags of a command that its help shows, those of one
// category together, and the help flag last.
func ownFlags(c *cli.Command) []cli.Flag {
	var flags []cli.Flag
	for _, flag := range c.Flags {
		if visible, ok := flag.(cli.VisibleFlag); ok && !visible.IsVisible() || flag == cli.HelpFlag {
			continue
		}
		if !slices.Contains(flag.Names(), "help") {
			flags = append(flags, flag)
		}
	}
	var categories []string
	for _, flag := range flags {
		if !slices.Contains(categories, categoryOf(flag)) {
			categories = append(categories, categoryOf(flag))
		}
	}
	slices.SortStableFunc(flags, func(a, b cli.Flag) int {
		return slices.Index(categories, categoryOf(a)) - slices.Index(categories, categoryOf(b))
	})
	return flags
}

func categoryOf(flag cli.Flag) string {
	if categorised, ok := flag.(cli.CategorizableFlag); ok {
		return categorised.GetCategory()
	}
	return ""
}

// flagSyntax returns a flag as it is written, with the word for its value.
func flagSyntax(flag cli.Flag) string {
	syntax := "--" + flag.Names()[0]
	documented, ok := flag.(cli.DocGenerationFlag)
	if !ok || !documented.TakesValue() {
		return syntax
	}
	if value, _ := valueWord(documented.GetUsage()); value != "" {
		return syntax + " " + value
	}
	return syntax + " " + strings.ToUpper(documented.TypeName())
}

// valueWord cuts the word for a flag's value, which stands in back quotes, out
// of its usage.
func valueWord(usage string) (word, rest string) {
	before, quoted, found := strings.Cut(usage, "`")
	if !found {
		return "", usage
	}
	word, after, _ := strings.Cut(quoted, "`")
	return word, before + word + after
}

// details is what help says of a flag besides its syntax.
type details struct {
	usage      string
	required   bool
	choices    []string
	defaultsTo string
	variables  []string
}

func flagDetails(flag cli.Flag) details {
	var d details
	if required, ok := flag.(cli.RequiredFlag); ok {
		d.required = required.IsRequired()
	}
	if limited, ok := flag.(interface{ Choices() []string }); ok {
		d.choices = limited.Choices()
	}
	documented, ok := flag.(cli.DocGenerationFlag)
	if !ok {
		return d
	}
	_, d.usage = valueWord(documented.GetUsage())
	d.variables = documented.GetEnvVars()
	d.defaultsTo = defaultText(documented)
	return d
}

// defaultText returns a flag's default as it would be written, "" for none.
func defaultText(flag cli.DocGenerationFlag) string {
	if !flag.TakesValue() || !flag.IsDefaultVisible() {
		return ""
	}
	if text := flag.GetDefaultText(); text != "" {
		return text
	}
	if text := flag.GetValue(); text != "[]" {
		return strings.Trim(text, `"`)
	}
	return ""
}

// extra returns the lines after the usage.
func (d details) extra() []string {
	var parts []string
	if d.required {
		parts = append(parts, "required")
	}
	if d.defaultsTo != "" && !d.required {
		parts = append(parts, "default "+d.defaultsTo)
	}
	if len(d.variables) > 0 {
		parts = append(parts, "env "+strings.Join(d.variables, ", "))
	}
	var lines []string
	if len(d.choices) > 0 {
		lines = append(lines, "one of "+strings.Join(d.choices, ", "))
	}
	if len(parts) > 0 {
		lines = append(lines, strings.Join(parts, "; "))
	}
	return lines
}
