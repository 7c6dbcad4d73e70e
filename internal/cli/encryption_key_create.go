package cli

import (
	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/internal/app"
)

func encryptionKeyCreateCommand() *cli.Command {
	return &cli.Command{
		Name:        "create",
		Usage:       "make the key file; an existing one is never replaced",
		Description: "Examples:\n   hookline encryption-key create\n   hookline encryption-key create --encryption-key-file /etc/hookline.key",
		Flags:       []cli.Flag{encryptionKeyFlag()},
		Action:      keyFileAction(app.CreateEncryptionKey, "made"),
	}
}
