package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/receiver"
)

func signCommand() *cli.Command {
	return &cli.Command{
		Name:      "sign",
		Usage:     "print the headers that sign a body, for tests",
		ArgsUsage: "FILE",
		Description: `FILE is the body, byte for byte, - for standard input. curl takes the headers with --header @-.

Examples:
   hookline sign --secret env:WEBHOOK_SECRET body.json
   hookline sign --secret @key.txt --scheme stripe body.json |
     curl --header @- --data-binary @body.json http://127.0.0.1:9000/`,
		DisableSliceFlagSeparator: true,
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "secret", Usage: "signing key from `SOURCE`: " + sourceHelp + "; may be repeated", Required: true},
			schemeFlag("sign by this `SCHEME`; standard-webhooks without it"),
			&cli.StringFlag{Name: "id", Usage: "`ID` of the event, where the scheme has one", DefaultText: "a new UUID"},
			&cli.StringFlag{Name: "timestamp", Usage: "`MOMENT` (RFC 3339), or a time before now such as 90m", DefaultText: "now"},
		},
		Action: sign,
	}
}

func sign(_ context.Context, c *cli.Command) error {
	secrets, err := readSecrets(c, "secret")
	if err != nil {
		return err
	}
	body, err := readFileOrInput(c, c.Args().First())
	if err != nil {
		return usageError(err)
	}
	scheme := namedScheme(c)
	if scheme == nil {
		scheme = &receiver.Schemes()[0]
	}
	id, at := c.String("id"), time.Now()
	if id == "" {
		id = uuid.NewString()
	}
	if text := c.String("timestamp"); text != "" {
		if at, err = parseMoment(text); err != nil {
			return usageError(fmt.Errorf("--timestamp: %w", err))
		}
	}
	header := http.Header{}
	if err := scheme.SetHeader(header, secrets, id, at, body); err != nil {
		return usageError(err)
	}
	for _, name := range sortedNames(header) {
		if _, err := fmt.Fprintf(c.Root().Writer, "%s: %s\n", name, header.Get(name)); err != nil {
			return err
		}
	}
	return nil
}

// readFileOrInput reads a file, or standard input for -.
func readFileOrInput(c *cli.Command, path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(c.Root().Reader)
	}
	return os.ReadFile(path)
}
