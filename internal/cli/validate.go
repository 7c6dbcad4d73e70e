package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/validate"
	"github.com/hookline-go/hookline/internal/validate/coverage"
	"github.com/hookline-go/hookline/internal/validate/report"
)

func validateCommand() *cli.Command {
	return &cli.Command{
		Name:      "validate",
		Usage:     "tell which recorded or hand-written requests break the contract, and where",
		ArgsUsage: "[PATH …]",
		Description: `Reads HAR recordings and access logs, .http, .hurl and .bru files, Postman and Insomnia collections,
JSON and YAML fixtures, examples of OpenAPI documents, and curl and HTTPie commands in shell scripts, YAML of CI systems,
Makefiles, Dockerfiles and documents; the path - is standard input. The exit status is 0 if every request is valid,
1 for violations, and 2 if something could not be read or no request was found.

Examples:
   hookline validate testdata docs/*.md
   hookline validate --format github .
   hookline validate --spec api.yaml --against-ref origin/main recordings
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
		stringFlag("spec", "", "OpenAPI document `FILE`, 3.0 to 3.2 (default: hookline's own contract)"),
		&cli.StringSliceFlag{Name: "server", Usage: "base `URL` besides those of the document; may be repeated", Sources: variable("server")},
		stringFlag("operation", "", "`ID` of the operation that bare bodies are for; ID:STATUS for a response's"),
		stringFlag("env", "", "`NAME` of the environment that .http and .bru files and collections take their variables from"),
		&cli.StringSliceFlag{Name: "exclude", Usage: "`GLOB` of paths to leave out; may be repeated", Sources: variable("exclude")},
		stringFlag("against", "", "report only what keeps to the older document `FILE` and breaks this one"),
		stringFlag("against-ref", "", "as --against, with the document of --spec as the revision `REV` of git has it"),
		stringFlag("coverage", "", "write what of the document no request exercises to `FILE`: .html, .json or text; - prints it"),
		stringFlag("baseline", "", "accept the findings of `FILE`, a report of --format json"),
		&cli.StringSliceFlag{
			Name: "severity", Usage: "`CODE=SEVERITY` (error, warning or off), several with commas between them; may be repeated",
			Sources: variable("severity"),
		},
		&cli.BoolFlag{Name: "strict", Usage: "add advice, and let warnings fail the run", Sources: variable("strict")},
		&cli.BoolFlag{Name: "explain-config", Usage: "print what the run would go by, " + validate.ConfigFile + " included, and do nothing else"},
		&cli.StringFlag{Name: "explain", Usage: "explain the `CODE` of a finding, or all of them, and do nothing else"},
	}
}

func validateAction(ctx context.Context, c *cli.Command) error {
	if code := c.String("explain"); code != "" {
		return explainCode(c, code)
	}
	options, config, err := validateOptions(c)
	if err != nil {
		return usageError(err)
	}
	if c.Bool("explain-config") {
		return validate.ExplainConfig(c.Root().Writer, config, options)
	}
	format := c.String("format")
	result, err := validate.Run(ctx, *options)
	if err != nil {
		return usageError(err)
	}
	out := c.Root().Writer
	if err := report.Write(out, format, result, report.Options{Colour: colours(out), Version: currentVersion()}); err != nil {
		return usageError(err)
	}
	if result.Coverage != nil {
		if err := writeCoverage(c, result.Coverage); err != nil {
			return usageError(err)
		}
	}
	if status := result.ExitCode(); status != 0 {
		return &exitError{status: status}
	}
	return nil
}

// validateOptions reads the flags, and the config file for what they leave open.
func validateOptions(c *cli.Command) (*validate.Options, *validate.Config, error) {
	severities, err := validate.ParseSeverities(c.StringSlice("severity")...)
	if err != nil {
		return nil, nil, err
	}
	options := &validate.Options{
		Paths: c.Args().Slice(), Stdin: c.Root().Reader, Exclude: c.StringSlice("exclude"), Spec: c.String("spec"),
		Servers: c.StringSlice("server"), Operation: c.String("operation"), Environment: c.String("env"),
		Coverage: c.String("coverage") != "",
		Against:  c.String("against"), AgainstRef: c.String("against-ref"),
		Baseline: c.String("baseline"), Severities: severities, Strict: c.Bool("strict"), Cases: c.String("format") == "junit",
	}
	config, err := validate.FindConfig(".")
	if err != nil {
		return nil, nil, err
	}
	err = config.Apply(options)
	return options, config, err
}

// writeCoverage writes the file that --coverage names.
func writeCoverage(c *cli.Command, r *coverage.Report) (err error) {
	name := c.String("coverage")
	if name == "-" {
		return r.Write(c.Root().Writer, name)
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return r.Write(file, name)
}

func explainCode(c *cli.Command, code string) error {
	text, err := report.Explain(code)
	if err != nil {
		return usageError(err)
	}
	_, err = fmt.Fprint(c.Root().Writer, text)
	return err
}
