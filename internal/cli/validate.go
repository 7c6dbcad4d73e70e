package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/internal/validate/report"
)

func validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "tell which recorded or hand-written requests break the contract, and where",
		ArgsUsage: "[PATH …]",
		Description: `Reads JSON and YAML fixtures, HAR recordings, .http and .rest files, curl commands in shell scripts
and Markdown, and Postman collections; the path - is standard input. The exit status is 0 if every request is valid,
1 for violations, and 2 if something could not be read or no request was found.

Examples:
   hookline validate testdata docs/*.md
   hookline validate --format github .
   git show HEAD:api.http | hookline validate -
   hookline validate --operation createWebhookConfig body.json
   hookline validate --explain enum`,
		Flags:  validateFlags(),
		Action: validateAction,
	}
}

func validateFlags() []cli.Flag {
	return []cli.Flag{
		choiceFlag("format", "text", "`FORMAT` of the output", report.Formats()...),
		stringFlag("spec", "", "OpenAPI 3.0 document `FILE` (default: hookline's own contract)"),
		&cli.StringSliceFlag{Name: "server", Usage: "base `URL` besides those of the document; may be repeated", Sources: variable("server")},
		stringFlag("operation", "", "`ID` of the operation that bare bodies are for; ID:STATUS for a response's"),
		stringFlag("env", "", "`NAME` of the environment that .http files take their variables from"),
		&cli.StringSliceFlag{Name: "exclude", Usage: "`GLOB` of paths to leave out; may be repeated", Sources: variable("exclude")},
		stringFlag("baseline", "", "accept the findings of `FILE`, a report of --format json"),
		&cli.BoolFlag{Name: "strict", Usage: "add advice, and let warnings fail the run", Sources: variable("strict")},
		&cli.StringFlag{Name: "explain", Usage: "explain the `CODE` of a finding, or all of them, and do nothing else"},
	}
}

func validateAction(ctx context.Context, c *cli.Command) error {
	if code := c.String("explain"); code != "" {
		return explainCode(c, code)
	}
	format := c.String("format")
	result, err := validate.Run(ctx, validate.Options{
		Paths: c.Args().Slice(), Stdin: c.Root().Reader, Exclude: c.StringSlice("exclude"), Spec: c.String("spec"),
		Servers: c.StringSlice("server"), Operation: c.String("operation"), Environment: c.String("env"),
		Baseline: c.String("baseline"), Strict: c.Bool("strict"), Cases: format == "junit",
	})
	if err != nil {
		return usageError(err)
	}
	out := c.Root().Writer
	if err := report.Write(out, format, result, report.Options{Colour: colours(out), Version: currentVersion()}); err != nil {
		return usageError(err)
	}
	if status := result.ExitCode(); status != 0 {
		return &exitError{status: status}
	}
	return nil
}

func explainCode(c *cli.Command, code string) error {
	text, err := report.Explain(code)
	if err != nil {
		return usageError(err)
	}
	_, err = fmt.Fprint(c.Root().Writer, text)
	return err
}
