package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/receiver"
)

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "tell whether a captured delivery verifies, and by which scheme",
		ArgsUsage: "[FILE]",
		Description: `FILE is a HAR file, a curl command, or a raw HTTP request, - for standard input; or give the headers and the body as
files of their own. Known schemes are tried first, then whatever the headers allow: what is signed, how the signature
and the secret are written, where the timestamp is. Where nothing verifies, the command says what would have to differ.
How old the delivery is does not count. The exit status is 0 if every delivery verifies, and 1 otherwise.

Examples:
   hookline verify --secret env:WEBHOOK_SECRET delivery.har
   hookline verify --secret @secret.txt --headers headers.txt --body body.json
   hookline verify --secret - --scheme github < delivery.http`,
		DisableSliceFlagSeparator: true,
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "secret", Usage: "signing key from `SOURCE`: " + sourceHelp + "; may be repeated", Required: true},
			schemeFlag("try this `SCHEME` only"),
			&cli.StringFlag{Name: "headers", Usage: "`FILE` of header lines, with --body"},
			&cli.StringFlag{Name: "body", Usage: "`FILE` of the body, byte for byte, with --headers"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON, for scripts"},
		},
		Action: verify,
	}
}

// schemeFlag takes the name of a scheme.
func schemeFlag(usage string) cli.Flag {
	var names []string
	for _, scheme := range receiver.Schemes() {
		names = append(names, scheme.Name)
	}
	return &choice{StringFlag: &cli.StringFlag{Name: "scheme", Usage: usage}, choices: names, optional: true}
}

// namedScheme returns the scheme that the flag names, nil without it.
func namedScheme(c *cli.Command) *receiver.Scheme {
	for _, scheme := range receiver.Schemes() {
		if scheme.Name == c.String("scheme") {
			return &scheme
		}
	}
	return nil
}

// verdict is what verify found out about a delivery.
type verdict struct {
	Capture  string `json:"delivery"`
	Verified bool   `json:"verified"`
	// Scheme is the scheme in words, and Go the value that describes it.
	Scheme string `json:"scheme,omitempty"`
	Go     string `json:"go,omitempty"`
	// Notes say what the receiver should know, or what would have to differ.
	Notes []string `json:"notes,omitempty"`
}

func verify(_ context.Context, c *cli.Command) error {
	captures, err := readVerified(c)
	if err != nil {
		return usageError(err)
	}
	secrets, err := readSecrets(c, "secret")
	if err != nil {
		return err
	}
	verdicts := make([]verdict, len(captures))
	failed := false
	for i := range captures {
		s := search{capture: &captures[i], secrets: secrets, now: time.Now()}
		verdicts[i] = s.run(namedScheme(c))
		failed = failed || !verdicts[i].Verified
	}
	if c.Bool("json") {
		err = printJSON(c.Root().Writer, verdicts)
	} else {
		err = printPage(c.Root().Writer, func(p *page) { printVerdicts(p, verdicts) })
	}
	if err == nil && failed {
		err = &exitError{status: statusFailed}
	}
	return err
}

// readVerified reads the deliveries that the command line names.
func readVerified(c *cli.Command) ([]capture, error) {
	headers, body, file := c.String("headers"), c.String("body"), c.Args().First()
	switch {
	case headers != "" && body != "" && file == "":
		return readApart(headers, body)
	case headers != "" || body != "" || file == "":
		return nil, errors.New("name a FILE, or --headers and --body")
	}
	in := c.Root().Reader
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer func() { _ = opened.Close() }()
		in = opened
	}
	data, err := io.ReadAll(io.LimitReader(in, maxCapture))
	if err != nil {
		return nil, err
	}
	found, err := readCaptures(file, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return found, nil
}

func readApart(headersFile, bodyFile string) ([]capture, error) {
	lines, err := os.ReadFile(headersFile)
	if err != nil {
		return nil, err
	}
	body, err := os.ReadFile(bodyFile)
	if err != nil {
		return nil, err
	}
	header, err := headerLines(lines)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", headersFile, err)
	}
	return []capture{{name: bodyFile, header: header, body: body}}, nil
}

func printVerdicts(p *page, verdicts []verdict) {
	for i := range verdicts {
		v := &verdicts[i]
		if v.Verified {
			p.linef("%s: %s by %s", v.Capture, p.colour(green, "verified"), v.Scheme)
		} else {
			p.linef("%s: %s", v.Capture, p.colour(red, "not verified"))
		}
		for _, note := range v.Notes {
			p.linef("  %s", printable(note))
		}
		if v.Go != "" {
			p.linef("  in Go: receiver.WithScheme(%s)", v.Go)
		}
	}
}
