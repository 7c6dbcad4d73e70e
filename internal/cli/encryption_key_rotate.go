package cli

import (
	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

func encryptionKeyRotateCommand() *cli.Command {
	return &cli.Command{
		Name:        "rotate",
		Usage:       "add a new key, which encrypts from the next start of the service",
		Description: "The old keys stay in the file, to read what they encrypted.\n\nExamples:\n   hookline encryption-key rotate",
		Flags:       []cli.Flag{encryptionKeyFlag()},
		Action:      keyFileAction(app.RotateEncryptionKey, "rotated the key in"),
	}
}
