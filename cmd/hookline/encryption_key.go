package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

func encryptionKeyCommand() *cli.Command {
	return &cli.Command{
		Name:  "encryption-key",
		Usage: "manage the key that encrypts signing keys and header values at rest",
		Description: "The file is made readable by its owner only. Keep a copy of it apart from the database's: without it\n" +
			"the stored signing keys and header values cannot be read.",
		Commands: []*cli.Command{
			{
				Name:        "create",
				Usage:       "make the key file; one that exists is never replaced",
				Description: "Examples:\n   hookline encryption-key create\n   hookline encryption-key create --encryption-key-file /etc/hookline/hookline.key",
				Flags:       []cli.Flag{encryptionKeyFlag()},
				Action:      keyFileAction(app.CreateEncryptionKey, "made"),
			},
			{
				Name:        "rotate",
				Usage:       "add a new key that encrypts from the service's next start on; the old ones stay, to read",
				Description: "Examples:\n   hookline encryption-key rotate",
				Flags:       []cli.Flag{encryptionKeyFlag()},
				Action:      keyFileAction(app.RotateEncryptionKey, "rotated the key in"),
			},
		},
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
