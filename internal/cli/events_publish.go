package cli

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

func eventsPublishCommand() *cli.Command {
	return (&verb{
		name: "publish", operation: "publishWebhookEvent", usage: "publish an event, or many",
		description: `Many events are published at the same time from --lines, a file with one event as JSON on each line. After an
interruption or a lost connection the command says how to continue: it then does nothing twice.

Examples:
   hookline events publish --webhook-type SYNC_COMPLETED \
     --payload '{"event":"sync.completed"}'
   hookline events publish --data @event.json --topic invoice.create
   hookline events publish --lines @events.ndjson --idempotency-prefix import-7`,
		flags: append(bodyFlags(eventFields()),
			idempotencyFlag(),
			&cli.StringFlag{Name: "lines", Usage: "publish each line of `SOURCE`: @FILE, or - for standard input; flags are laid over each event"},
			&cli.StringFlag{Name: "idempotency-prefix", Usage: "`TEXT` that begins the idempotency keys of --lines; the number of the line follows"},
			&count{IntFlag: &cli.IntFlag{Name: "concurrency", Value: 8, Usage: "publish `N` lines at the same time"}, least: 1},
			&count{IntFlag: &cli.IntFlag{Name: "skip", Usage: "leave out the first `N` lines"}},
		),
		run: eventsPublish,
	}).command()
}

func eventsPublish(ctx context.Context, k *call) (*answer, error) {
	if k.c.String("lines") != "" {
		return nil, publishLines(ctx, k)
	}
	raw, err := readBody(k.c, eventFields())
	if err != nil {
		return nil, err
	}
	if string(raw) == "{}" {
		return nil, usageError(errors.New("name the event's --webhook-type and --payload, or give it all with --data"))
	}
	event, err := publishEvent(ctx, k, raw, k.c.String("idempotency-key"), k.into())
	if err != nil {
		return nil, err
	}
	return &answer{path: []string{"data", "event"}, text: func(p *page) { printEvent(p, event) }}, nil
}

// publishEvent publishes one event; key is its idempotency key, or empty.
func publishEvent(ctx context.Context, k *call, raw json.RawMessage, key string, options ...client.Option) (*client.WebhookEvent, error) {
	event, checked, err := decodeBody[client.PublishWebhookEventRequest](raw)
	if err != nil {
		return nil, err
	}
	options = append(options, checked)
	if key != "" {
		options = append(options, client.WithIdempotencyKey(key))
	}
	return k.api.Events.Publish(ctx, event, options...)
}

func printEvent(p *page, event *client.WebhookEvent) {
	switch event.Deliveries {
	case 0:
		p.linef("published event %s; no config wants it", event.ID)
	case 1:
		p.linef("published event %s; it goes to 1 config", event.ID)
	default:
		p.linef("published event %s; it goes to %d configs", event.ID, event.Deliveries)
	}
}
