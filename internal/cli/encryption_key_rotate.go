package cli

import (
	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

func encryptionKeyRotateCommand() *cli.Command {
	return &cli.Command{
		Name:        "rotate",
		Usage:       "add a new key that encrypts from the service's next start on; the old ones stay, to read",
		Description: "Examples:\n   hookline encryption-key rotate",
		Flags:       []cli.Flag{encryptionKeyFlag()},
		Action:      keyFileAction(app.RotateEncryptionKey, "rotated the key in"),
	}
}
