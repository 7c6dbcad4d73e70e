package cli

import (
	"context"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

func configsCreateCommand() *cli.Command {
	return (&verb{
		name: "create", operation: "createWebhookConfig", usage: "create a webhook config",
		description: `Examples:
   hookline configs create --webhook-type CONNECTION_CHANGED --name "My hook" \
     --url http://127.0.0.1:9000/ --signing-key env:WEBHOOK_SECRET
   hookline configs create --data @config.json --set state=DISABLED`,
		flags: append(bodyFlags(configFields()), idempotencyFlag()),
		run: func(ctx context.Context, k *call) (*answer, error) {
			raw, err := readBody(k.c, configFields())
			if err != nil {
				return nil, err
			}
			request, checked, err := decodeBody[client.CreateWebhookConfigRequest](raw)
			if err != nil {
				return nil, err
			}
			created, err := k.api.WebhookConfigs.Create(ctx, request, append(idempotency(k.c), checked, k.into())...)
			if err != nil {
				return nil, err
			}
			return configAnswer(k, created), nil
		},
	}).command()
}

func idempotencyFlag() cli.Flag {
	return &cli.StringFlag{
		Name: "idempotency-key", Usage: "`KEY` that makes it safe to run the command again: it does nothing twice within 24 hours",
	}
}

func idempotency(c *cli.Command) []client.Option {
	if key := c.String("idempotency-key"); key != "" {
		return []client.Option{client.WithIdempotencyKey(key)}
	}
	return nil
}
