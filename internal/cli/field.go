package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/urfave/cli/v3"
)

// field is a property of a request's body or a parameter of its query, and the
// flag for it. The contract has the rules; a test holds the names and choices
// against it.
type field struct {
	name     string // in the contract
	usage    string
	choices  []string
	required bool // by the flag, where the value cannot come from --data
	repeated bool
	// read makes the JSON value of what the flag was given; nil takes the text.
	read func(c *cli.Command, text string) (any, error)
	// merge joins the values of a repeated flag; nil makes a list of them.
	merge func(values []any) any
}

// flagName is the contract's name in lower case with dashes between its words.
func (f *field) flagName() string {
	var name strings.Builder
	for i, r := range f.name {
		switch {
		case r == '_':
			name.WriteByte('-')
		case unicode.IsUpper(r):
			if i > 0 {
				name.WriteByte('-')
			}
			name.WriteRune(unicode.ToLower(r))
		default:
			name.WriteRune(r)
		}
	}
	return name.String()
}

// flag has no variable: what a request says should be seen where it is called.
func (f *field) flag() cli.Flag {
	switch {
	case f.repeated:
		return &cli.StringSliceFlag{Name: f.flagName(), Usage: f.usage}
	case len(f.choices) > 0:
		return &choice{
			StringFlag: &cli.StringFlag{Name: f.flagName(), Usage: f.usage, Required: f.required}, choices: f.choices, optional: true,
		}
	default:
		return &cli.StringFlag{Name: f.flagName(), Usage: f.usage, Required: f.required}
	}
}

// value returns the JSON value of the flag, and whether it was given.
func (f *field) value(c *cli.Command) (value any, given bool, err error) {
	if !c.IsSet(f.flagName()) {
		return nil, false, nil
	}
	if !f.repeated {
		value, err = f.readText(c, c.String(f.flagName()))
		return value, true, err
	}
	var values []any
	for _, text := range c.StringSlice(f.flagName()) {
		one, err := f.readText(c, text)
		if err != nil {
			return nil, true, err
		}
		values = append(values, one)
	}
	if f.merge != nil {
		return f.merge(values), true, nil
	}
	return values, true, nil
}

func (f *field) readText(c *cli.Command, text string) (any, error) {
	if f.read == nil {
		return text, nil
	}
	value, err := f.read(c, text)
	if err != nil {
		return nil, usageError(fmt.Errorf("--%s: %w", f.flagName(), err))
	}
	return value, nil
}

func fieldFlags(fields []field) []cli.Flag {
	flags := make([]cli.Flag, len(fields))
	for i := range fields {
		flags[i] = fields[i].flag()
	}
	return flags
}

// readJSON takes JSON from a file, from standard input or as it stands.
func readJSON(c *cli.Command, text string) (any, error) {
	data := []byte(text)
	if isSource(text) {
		var err error
		if data, err = readSource(c, text); err != nil {
			return nil, err
		}
	}
	data = []byte(strings.TrimSpace(string(data)))
	if !json.Valid(data) {
		return nil, errors.New("it is not JSON")
	}
	return json.RawMessage(data), nil
}

// readMoment takes a moment as RFC 3339 or as a time before now, such as 90m.
func readMoment(_ *cli.Command, text string) (any, error) {
	at, err := parseMoment(text)
	return at.UTC().Format(time.RFC3339Nano), err
}

func parseMoment(text string) (time.Time, error) {
	if ago, err := time.ParseDuration(text); err == nil {
		return time.Now().Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a moment such as 2026-05-15T18:00:00Z nor a time before now such as 90m", text)
	}
	return at, nil
}

// readHeader takes NAME=SOURCE. The value of a header is a secret.
func readHeader(c *cli.Command, text string) (any, error) {
	name, source, found := strings.Cut(text, "=")
	if !found {
		return nil, errors.New("it must be NAME=SOURCE, such as Authorization=@token.txt")
	}
	value, err := readSecret(c, "value of "+name, source)
	return map[string]any{"name": name, "value": value}, err
}

func readSigningKey(c *cli.Command, text string) (any, error) {
	return readSecret(c, "signing key", text)
}
