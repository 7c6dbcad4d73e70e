package cli

import (
	"context"

	"github.com/urfave/cli/v3"
)

func configsTestCommand() *cli.Command {
	return (&verb{
		name: "test", operation: "testWebhookConfig", usage: "send a test event to a webhook config", args: "ID",
		description: "Examples:\n   hookline configs test 12",
		run: func(ctx context.Context, k *call) (*answer, error) {
			id, err := k.configID()
			if err != nil {
				return nil, err
			}
			queued, err := k.api.WebhookConfigs.Test(ctx, id, k.into())
			if err != nil {
				return nil, err
			}
			return queuedAnswer(queued), nil
		},
	}).command()
}
