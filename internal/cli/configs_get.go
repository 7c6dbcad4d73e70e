package cli

import (
	"context"

	"github.com/urfave/cli/v3"
)

func configsGetCommand() *cli.Command {
	return (&verb{
		name: "get", operation: "getWebhookConfig", usage: "show a webhook config", args: "ID",
		description: "Examples:\n   hookline configs get 12\n   hookline configs get 12 --json",
		run: func(ctx context.Context, k *call) (*answer, error) {
			id, err := k.configID()
			if err != nil {
				return nil, err
			}
			config, err := k.api.WebhookConfigs.Get(ctx, id, k.into())
			if err != nil {
				return nil, err
			}
			return configAnswer(k, config), nil
		},
	}).command()
}
