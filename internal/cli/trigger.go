package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

// sample is an example event of one webhook type.
type sample struct {
	topic   string
	payload string
	syncID  string
}

// samples are the events that trigger publishes, as UPSTREAM and the contract's
// examples describe them. The topic of DATA_MODEL_CHANGES becomes the payload's
// event.
var samples = map[client.WebhookType]sample{
	client.WebhookTypeConnectionChanged: {payload: `{"event":"connection.changed","company_id":496}`},
	client.WebhookTypeDataModelChanges:  {topic: "invoice.create", payload: `{"event":"invoice.create","invoice_id":88}`, syncID: "sync_0451"},
	client.WebhookTypeSyncStarted:       {payload: `{"event":"sync.started","sync_id":"sync_0451","company_id":496}`, syncID: "sync_0451"},
	client.WebhookTypeSyncCompleted:     {payload: `{"event":"sync.completed","sync_id":"sync_0451","company_id":496}`, syncID: "sync_0451"},
	client.WebhookTypeIntegration:       {payload: `{"event":"customer.updated","company_id":496,"object_id":"cus_0451"}`},
}

func triggerCommand() *cli.Command {
	return (&verb{
		name: "trigger", operation: "publishWebhookEvent", usage: "publish an example event of a type", args: "TYPE [TOPIC]",
		description: "TYPE is one of " + strings.Join(webhookTypes, ", ") + `; small letters and dashes do too.

Examples:
   hookline trigger CONNECTION_CHANGED
   hookline trigger data-model-changes invoice.update
   hookline trigger integration --integration-type XERO`,
		flags: []cli.Flag{&choice{
			StringFlag: &cli.StringFlag{
				Name: "integration-type", Usage: "`INTEGRATION` of an event of the type INTEGRATION",
				Value: string(client.IntegrationTypeQuickbooksSandbox),
			},
			choices: integrationTypes,
		}},
		run: trigger,
	}).command()
}

func trigger(ctx context.Context, k *call) (*answer, error) {
	name := strings.ToUpper(strings.ReplaceAll(k.c.Args().First(), "-", "_"))
	example, ok := samples[client.WebhookType(name)]
	if !ok {
		return nil, usageError(fmt.Errorf("TYPE must be one of %s%s", strings.Join(webhookTypes, ", "),
			didYouMean(name, slices.Clone(webhookTypes))))
	}
	event := client.PublishWebhookEventRequest{WebhookType: client.WebhookType(name), Payload: json.RawMessage(example.payload)}
	if event.WebhookType == client.WebhookTypeIntegration {
		event.IntegrationType = client.Ptr(client.IntegrationType(k.c.String("integration-type")))
	}
	if topic := k.c.Args().Get(1); topic != "" {
		payload, err := overlay(event.Payload, map[string]any{"event": topic})
		if err != nil {
			return nil, err
		}
		example.topic, event.Payload = topic, payload
	}
	if example.topic != "" {
		event.Topic = &example.topic
	}
	if example.syncID != "" {
		event.SyncID = &example.syncID
	}
	published, err := k.api.Events.Publish(ctx, event, k.into())
	if err != nil {
		return nil, err
	}
	return &answer{path: []string{"data", "event"}, text: func(p *page) { printEvent(p, published) }}, nil
}
