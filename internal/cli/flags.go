package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

// variable is the environment variable of a flag.
func variable(flag string) cli.ValueSourceChain {
	return cli.EnvVars("HOOKLINE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_")))
}

func stringFlag(name, value, usage string) cli.Flag {
	return &cli.StringFlag{Name: name, Value: value, Usage: usage, Sources: variable(name)}
}

// choiceFlag takes one of a few values.
func choiceFlag(name, value, usage string, choices ...string) cli.Flag {
	return &choice{
		StringFlag: &cli.StringFlag{Name: name, Value: value, Usage: usage, Sources: variable(name)},
		choices:    choices,
	}
}

// choice is a flag whose values help and completion can list.
type choice struct {
	*cli.StringFlag

	choices  []string
	optional bool // it may be left out, and has no default
}

// Choices returns the values that the flag takes.
func (f *choice) Choices() []string { return f.choices }

// check implements checkedFlag.
func (f *choice) check(c *cli.Command) error {
	text := c.String(f.Name)
	if f.optional && !c.IsSet(f.Name) {
		return nil
	}
	if slices.Contains(f.choices, text) {
		return nil
	}
	return fmt.Errorf("must be one of %s, not %q%s", strings.Join(f.choices, ", "), text, didYouMean(text, slices.Clone(f.choices)))
}

// durationFlag takes a time that is longer than nothing.
func durationFlag(name string, value time.Duration, usage string) cli.Flag {
	return &duration{&cli.DurationFlag{
		Name: name, Value: value, DefaultText: shortDuration(value), Usage: usage, Sources: variable(name),
	}}
}

type duration struct{ *cli.DurationFlag }

// check implements checkedFlag.
func (f *duration) check(c *cli.Command) error {
	if c.Duration(f.Name) <= 0 {
		return errNotPositive
	}
	return nil
}

// delayFlag takes a time that may be nothing.
func delayFlag(name string, value time.Duration, usage string) cli.Flag {
	return &delay{&cli.DurationFlag{
		Name: name, Value: value, DefaultText: shortDuration(value), Usage: usage, Sources: variable(name),
	}}
}

type delay struct{ *cli.DurationFlag }

// check implements checkedFlag.
func (f *delay) check(c *cli.Command) error {
	if c.Duration(f.Name) < 0 {
		return errNegative
	}
	return nil
}

var errNegative = errors.New("must not be negative")

var errNotPositive = errors.New("must be longer than 0s")

// shortDuration writes a time without the parts that are zero.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// countFlag takes a whole number that is not below the least.
func countFlag(name string, value, least int, usage string) cli.Flag {
	return &count{IntFlag: &cli.IntFlag{Name: name, Value: value, Usage: usage, Sources: variable(name)}, least: least}
}

type count struct {
	*cli.IntFlag

	least int
}

// check implements checkedFlag.
func (f *count) check(c *cli.Command) error {
	if c.Int(f.Name) < f.least {
		return fmt.Errorf("must be %d or more", f.least)
	}
	return nil
}

// checkedFlag is a flag that does not take every value of its type. The message
// of check continues one that begins with the flag's name.
type checkedFlag interface {
	check(c *cli.Command) error
}

// checkFlags refuses a command line without a required flag, or with a value
// that a flag does not take.
func checkFlags(c *cli.Command) error {
	for _, flag := range c.Flags {
		name := "--" + flag.Names()[0]
		if required, ok := flag.(cli.RequiredFlag); ok && required.IsRequired() && !flag.IsSet() {
			return fmt.Errorf("%s is missing", name)
		}
		if checked, ok := flag.(checkedFlag); ok {
			if err := checked.check(c); err != nil {
				return fmt.Errorf("%s %w", name, err)
			}
		}
	}
	return nil
}

// databaseFlags are shared by every command that opens the database.
func databaseFlags() []cli.Flag {
	return []cli.Flag{
		stringFlag("database", app.DefaultDatabase, "SQLite `FILE`, created if it is missing, or postgres:// URL"),
		encryptionKeyFlag(),
	}
}

func encryptionKeyFlag() cli.Flag {
	return stringFlag("encryption-key-file", app.DefaultEncryptionKeyFile, "keyset `FILE` that encrypts secrets at rest")
}

func organisationFlag() cli.Flag {
	return &cli.Int64Flag{Name: "org", Usage: "`ID` of the organisation", Required: true, Sources: variable("org")}
}

func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON, for scripts", Sources: variable("json")}
}

// databaseConfig reads databaseFlags.
func databaseConfig(c *cli.Command) app.Config {
	return app.Config{Database: c.String("database"), EncryptionKeyFile: c.String("encryption-key-file")}
}
