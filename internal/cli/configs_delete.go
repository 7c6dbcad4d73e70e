package cli

import (
	"context"

	"github.com/urfave/cli/v3"
)

func configsDeleteCommand() *cli.Command {
	return (&verb{
		name: "delete", operation: "deleteWebhookConfig", usage: "delete a webhook config for ever", args: "ID",
		description: "Its delivery logs stay.\n\nExamples:\n   hookline configs delete 12",
		run: func(ctx context.Context, k *call) (*answer, error) {
			id, err := k.configID()
			if err != nil {
				return nil, err
			}
			if err := k.api.WebhookConfigs.Delete(ctx, id, k.into()); err != nil {
				return nil, err
			}
			return &answer{body: []byte("null"), text: func(p *page) { p.linef("deleted config %d", id) }}, nil
		},
	}).command()
}
