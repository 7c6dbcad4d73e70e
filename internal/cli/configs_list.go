package cli

import (
	"context"
	"strconv"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

func configsListCommand() *cli.Command {
	return (&verb{
		name: "list", operation: "listWebhookConfigs", usage: "list webhook configs, newest first",
		description: "Examples:\n   hookline configs list\n   hookline configs list --all --format '{{.rootfi_id}} {{.url}}'",
		flags: append(pageFlags(), &cli.Int64Flag{
			Name: "cursor", HideDefault: true, Usage: "list the configs after the one with this `ID`: the next of the page before",
		}),
		run: configsList,
	}).command()
}

func configsList(ctx context.Context, k *call) (*answer, error) {
	var params client.ListWebhookConfigsParams
	if k.c.IsSet("limit") {
		params.Limit = client.Ptr(int32(k.c.Int("limit"))) //nolint:gosec // the preflight checks it
	}
	if k.c.IsSet("cursor") {
		params.Cursor = client.Ptr(k.c.Int64("cursor"))
	}
	pages := &pager[client.WebhookConfig, int64]{
		path: configPath, cursor: params.Cursor,
		list: func(cursor *int64) (*client.WebhookConfigPage, error) {
			params.Cursor = cursor
			return k.api.WebhookConfigs.List(ctx, &params, k.into())
		},
		text: printConfigs, next: func(cursor int64) string { return strconv.FormatInt(cursor, 10) },
	}
	return pages.run(k)
}

func printConfigs(p *page, configs []client.WebhookConfig) {
	const stateAt = 1
	t := &table{header: []string{"ID", "STATE", "TYPE", "NAME", "URL", "TOPICS", "UPDATED"}, colours: func(column int, cell string) int {
		if column != stateAt {
			return 0
		}
		return stateColour(cell)
	}}
	for i := range configs {
		config := &configs[i]
		t.rows = append(t.rows, []string{
			strconv.FormatInt(config.RootfiID, 10), string(config.State), string(config.WebhookType), config.Name, config.URL,
			topicsText(config), p.relative(config.RootfiUpdatedAt.Time),
		})
	}
	p.table(t)
}
