package cli

import "github.com/urfave/cli/v3"

func eventsCommand() *cli.Command {
	return &cli.Command{
		Name:     "events",
		Usage:    "publish events",
		Commands: []*cli.Command{eventsPublishCommand()},
	}
}

// eventFields are the fields of an event.
func eventFields() []field {
	return []field{
		{name: "webhook_type", usage: "`TYPE` of the event", choices: webhookTypes},
		{name: "integration_type", usage: "`INTEGRATION` that the event is native to", choices: integrationTypes},
		{name: "topic", usage: "`TOPIC` of the event, such as invoice.create"},
		{name: "sync_id", usage: "`ID` of the sync that the event belongs to"},
		{name: "payload", usage: "`JSON` object that is delivered, or @FILE, or - for standard input", read: readJSON},
	}
}
