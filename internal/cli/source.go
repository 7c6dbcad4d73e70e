package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v3"
	"golang.org/x/term"
)

// sourceHelp explains a SOURCE in the usage of a flag.
const sourceHelp = "@FILE, env:VARIABLE, or - for standard input"

// isSource tells whether a text names a place that a value is read from.
func isSource(text string) bool {
	return text == "-" || strings.HasPrefix(text, "@") || strings.HasPrefix(text, "env:")
}

// readSource returns what a SOURCE holds.
func readSource(c *cli.Command, source string) ([]byte, error) {
	if source == "-" {
		return io.ReadAll(c.Root().Reader)
	}
	if path, found := strings.CutPrefix(source, "@"); found {
		return os.ReadFile(path)
	}
	name := strings.TrimPrefix(source, "env:")
	value, found := os.LookupEnv(name)
	if !found {
		return nil, fmt.Errorf("the environment has no variable %s", name)
	}
	return []byte(value), nil
}

var errSecretInArguments = errors.New("a secret on the command line can be seen by other users and stays in the shell's history; " +
	"give " + sourceHelp)

// readSecret returns the secret that a SOURCE holds, without the newline at its
// end. A terminal is asked for it, without an echo.
func readSecret(c *cli.Command, name, source string) (string, error) {
	if !isSource(source) {
		return "", errSecretInArguments
	}
	if source == "-" {
		return promptSecret(c, name)
	}
	data, err := readSource(c, source)
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}

// readSecrets returns the secrets of a repeated flag.
func readSecrets(c *cli.Command, flag string) ([]string, error) {
	var secrets []string
	for _, source := range c.StringSlice(flag) {
		secret, err := readSecret(c, flag, source)
		if err != nil {
			return nil, usageError(fmt.Errorf("--%s: %w", flag, err))
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

// promptSecret reads a line of standard input.
func promptSecret(c *cli.Command, name string) (string, error) {
	in, stderr := c.Root().Reader, c.Root().ErrWriter
	if file, ok := in.(*os.File); ok && isTerminal(file) {
		_, _ = fmt.Fprintf(stderr, "%s: ", name)
		secret, err := term.ReadPassword(int(file.Fd()))
		_, _ = fmt.Fprintln(stderr)
		return string(secret), err
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
