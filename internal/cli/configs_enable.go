package cli

import (
	"context"

	"github.com/urfave/cli/v3"
)

func configsEnableCommand() *cli.Command {
	return (&verb{
		name: "enable", operation: "updateWebhookConfig", usage: "let a webhook config get events again", args: "ID",
		description: "Nothing old is sent: hookline configs recover does that.\n\nExamples:\n   hookline configs enable 12",
		run: func(ctx context.Context, k *call) (*answer, error) {
			return updateConfig(ctx, k, []byte(`{"state":"ENABLED"}`))
		},
	}).command()
}
