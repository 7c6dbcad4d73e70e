package cli

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

// logsPath leads to the list in an answer.
var logsPath = []string{"data", "webhookLogs"}

func logsListCommand() *cli.Command {
	return (&verb{
		name: "list", operation: "listWebhookLogs", usage: "list deliveries, newest first",
		description: "Examples:\n   hookline logs list --state FAILED --from-date 24h\n   hookline logs list --webhook-id 12 --json",
		flags: append(fieldFlags(logFilters()), append(pageFlags(), &cli.StringFlag{
			Name: "cursor", Usage: "list the deliveries after the one with this `ID`: the next of the page before",
		})...),
		run: logsList,
	}).command()
}

func logsList(ctx context.Context, k *call) (*answer, error) {
	params, err := logParams(k.c)
	if err != nil {
		return nil, err
	}
	pages := &pager[client.WebhookLog, client.DeliveryID]{
		path: logsPath, cursor: params.Cursor,
		list: func(cursor *client.DeliveryID) (*client.WebhookLogPage, error) {
			params.Cursor = cursor
			return k.api.WebhookLogs.List(ctx, params, k.into())
		},
		text: printLogs, next: client.DeliveryID.String,
	}
	return pages.run(k)
}

// logParams reads the filters and the page from the flags.
func logParams(c *cli.Command) (*client.ListWebhookLogsParams, error) {
	values := map[string]any{}
	filters := logFilters()
	for i := range filters {
		value, given, err := filters[i].value(c)
		if err != nil {
			return nil, err
		}
		if given {
			values[filters[i].name] = value
		}
	}
	if c.IsSet("limit") {
		values["limit"] = c.Int("limit")
	}
	if c.IsSet("cursor") {
		values["cursor"] = c.String("cursor")
	}
	data, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	// The parameters have the contract's names as JSON too.
	params := &client.ListWebhookLogsParams{}
	if err := json.Unmarshal(data, params); err != nil {
		return nil, usageError(err)
	}
	return params, nil
}

func printLogs(p *page, logs []client.WebhookLog) {
	t := logTable()
	for i := range logs {
		t.rows = append(t.rows, logRow(p, &logs[i]))
	}
	p.table(t)
}

func logTable() *table {
	const stateAt = 1
	return &table{header: []string{"ID", "STATE", "STATUS", "ATTEMPTS", "EVENT", "CONFIG", "CREATED"}, colours: func(column int, cell string) int {
		if column != stateAt {
			return 0
		}
		return stateColour(cell)
	}}
}

func logRow(p *page, log *client.WebhookLog) []string {
	return []string{
		log.ID.String(), string(log.State), statusText(log.LatestStatusCode), strconv.Itoa(int(log.AttemptCount)),
		client.OrZero(log.EventType), log.WebhookName, p.relative(log.CreatedAt.Time),
	}
}

// statusText is a status code, or a dash where there was no answer.
func statusText(status client.Nullable[int32]) string {
	if code := client.OrZero(status); code != 0 {
		return strconv.Itoa(int(code))
	}
	return "-"
}
