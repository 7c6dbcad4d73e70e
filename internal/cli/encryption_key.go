package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"
)

func encryptionKeyCommand() *cli.Command {
	return &cli.Command{
		Name:  "encryption-key",
		Usage: "manage the key that encrypts signing keys and header values at rest",
		Description: "The file is made readable by its owner only. Keep a copy of it, in another place than the " +
			"database's backups: without it the stored signing keys and header values cannot be read.",
		Commands: []*cli.Command{encryptionKeyCreateCommand(), encryptionKeyRotateCommand()},
	}
}

func keyFileAction(change func(path string) error, done string) cli.ActionFunc {
	return func(_ context.Context, c *cli.Command) error {
		path := c.String("encryption-key-file")
		if err := change(path); err != nil {
			return err
		}
		_, err := fmt.Fprintf(c.Root().Writer, "%s %s\n", done, path)
		return err
	}
}
