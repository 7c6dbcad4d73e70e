package cli

import (
	"context"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

// recoverFields are the fields of a recovery.
func recoverFields() []field {
	return []field{
		{name: "since", usage: "begin of the window: a `MOMENT` (RFC 3339), or a time before now such as 90m", read: readMoment},
		{name: "until", usage: "end of the window, a `MOMENT` as for --since; now without it", read: readMoment},
	}
}

func configsRecoverCommand() *cli.Command {
	return (&verb{
		name: "recover", operation: "recoverWebhookDeliveries", usage: "send the failed deliveries of a webhook config again", args: "ID",
		description: `Queues every delivery that was made in the window and has failed.

Examples:
   hookline configs recover 12 --since 24h
   hookline configs recover 12 --since 2026-05-15T18:00:00Z --until 1h`,
		flags: bodyFlags(recoverFields()),
		run: func(ctx context.Context, k *call) (*answer, error) {
			id, err := k.configID()
			if err != nil {
				return nil, err
			}
			raw, err := readBody(k.c, recoverFields())
			if err != nil {
				return nil, err
			}
			window, checked, err := decodeBody[client.RecoverWebhookDeliveriesRequest](raw)
			if err != nil {
				return nil, err
			}
			recovery, err := k.api.WebhookConfigs.Recover(ctx, id, window, checked, k.into())
			if err != nil {
				return nil, err
			}
			return &answer{path: []string{"data"}, text: func(p *page) { p.linef("queued %d deliveries again", recovery.Deliveries) }}, nil
		},
	}).command()
}
