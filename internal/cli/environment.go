package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

const (
	variablePrefix = "HOOKLINE_"
	// testPrefix is of the variables that only the project's own tests read.
	testPrefix = "HOOKLINE_TEST_"
)

// warnOfVariables names each variable of the environment that looks like one of
// ours and is read by no flag: it is mistyped, or of another version.
func warnOfVariables(root *cli.Command, environment []string, stderr io.Writer) {
	known := append(variables(root), client.EnvAPIKey)
	slices.Sort(environment)
	for _, entry := range environment {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, variablePrefix) || strings.HasPrefix(name, testPrefix) || slices.Contains(known, name) {
			continue
		}
		_, _ = fmt.Fprintf(stderr, "hookline: warning: no flag reads the variable %s%s\n", name, didYouMean(name, known))
	}
}

// variables returns the variables that flags of the command, or of commands
// below it, read.
func variables(c *cli.Command) []string {
	var names []string
	for _, flag := range c.Flags {
		if documented, ok := flag.(cli.DocGenerationFlag); ok {
			names = append(names, documented.GetEnvVars()...)
		}
	}
	for _, sub := range c.Commands {
		names = append(names, variables(sub)...)
	}
	return names
}
