package cli

import (
	"context"

	"github.com/urfave/cli/v3"
)

func configsDisableCommand() *cli.Command {
	return (&verb{
		name: "disable", operation: "updateWebhookConfig", usage: "stop sending events to a webhook config", args: "ID",
		description: "What waits for the config fails, with the reason.\n\nExamples:\n   hookline configs disable 12",
		run: func(ctx context.Context, k *call) (*answer, error) {
			return updateConfig(ctx, k, []byte(`{"state":"DISABLED"}`))
		},
	}).command()
}
