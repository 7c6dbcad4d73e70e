package cli

import (
	"context"

	"github.com/urfave/cli/v3"
)

func logsRetryCommand() *cli.Command {
	return (&verb{
		name: "retry", operation: "retryWebhookDelivery", usage: "attempt a delivery once more, now", args: "ID",
		description: "Examples:\n   hookline logs retry 0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11",
		run: func(ctx context.Context, k *call) (*answer, error) {
			id, err := k.deliveryID()
			if err != nil {
				return nil, err
			}
			queued, err := k.api.WebhookLogs.Retry(ctx, id, k.into())
			if err != nil {
				return nil, err
			}
			return queuedAnswer(queued), nil
		},
	}).command()
}
