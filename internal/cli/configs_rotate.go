package cli

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v3"
)

func configsRotateCommand() *cli.Command {
	return (&verb{
		name: "rotate", operation: "updateWebhookConfig", usage: "replace the signing key of a webhook config", args: "ID",
		description: `Makes a new key and prints it, once, on standard output; nothing else is printed there, whatever the
output flags say. --signing-key takes one of yours instead. The old key signs beside the new one for the service's
--signing-key-overlap, so that receivers have time to change.

Examples:
   hookline configs rotate 12 > new-key.txt
   hookline configs rotate 12 --signing-key @new-key.txt`,
		flags: []cli.Flag{&cli.StringFlag{Name: "signing-key", Usage: "the new key, from `SOURCE`: " + sourceHelp}},
		run:   configsRotate,
	}).command()
}

func configsRotate(ctx context.Context, k *call) (*answer, error) {
	key, given := newSigningKey(), k.c.String("signing-key")
	if given != "" {
		var err error
		if key, err = readSecret(k.c, "signing key", given); err != nil {
			return nil, usageError(fmt.Errorf("--signing-key: %w", err))
		}
	}
	change, err := json.Marshal(map[string]string{signingKeyField: key})
	if err != nil {
		return nil, err
	}
	result, err := updateConfig(ctx, k, change)
	if err != nil || given != "" {
		return result, err
	}
	_, err = fmt.Fprintln(k.c.Root().Writer, key)
	return nil, err
}

// signingKeyBytes is what Standard Webhooks recommends: between 24 and 64 bytes.
const signingKeyBytes = 32

// newSigningKey makes a key in the form of Standard Webhooks.
func newSigningKey() string {
	key := make([]byte, signingKeyBytes)
	_, _ = rand.Read(key) // it never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(key)
}
