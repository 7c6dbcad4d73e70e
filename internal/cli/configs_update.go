package cli

import (
	"context"
	"encoding/json"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

func configsUpdateCommand() *cli.Command {
	return (&verb{
		name: "update", operation: "updateWebhookConfig", usage: "change fields of a webhook config", args: "ID",
		description: `Fields that are not given stay as they are; null clears one.

Examples:
   hookline configs update 12 --url http://127.0.0.1:9000/
   hookline configs update 12 --set signing_key=null --set topics=[]`,
		flags: bodyFlags(configFields()),
		run: func(ctx context.Context, k *call) (*answer, error) {
			raw, err := readBody(k.c, configFields())
			if err != nil {
				return nil, err
			}
			return updateConfig(ctx, k, raw)
		},
	}).command()
}

// updateConfig sends a change of the config that the first argument names.
func updateConfig(ctx context.Context, k *call, change json.RawMessage) (*answer, error) {
	id, err := k.configID()
	if err != nil {
		return nil, err
	}
	request, checked, err := decodeBody[client.UpdateWebhookConfigRequest](change)
	if err != nil {
		return nil, err
	}
	updated, err := k.api.WebhookConfigs.Update(ctx, id, request, checked, k.into())
	if err != nil {
		return nil, err
	}
	return configAnswer(k, updated), nil
}
