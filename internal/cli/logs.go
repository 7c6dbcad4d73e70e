package cli

import (
	"fmt"
	"strconv"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

func logsCommand() *cli.Command {
	return &cli.Command{
		Name:     "logs",
		Usage:    "see what was delivered, and why something was not",
		Commands: []*cli.Command{logsListCommand(), logsGetCommand(), logsRetryCommand(), logsTailCommand()},
	}
}

// deliveryStates are the states of a delivery.
var deliveryStates = []string{
	string(client.DeliveryStatePending), string(client.DeliveryStateProcessing), string(client.DeliveryStateDelivered),
	string(client.DeliveryStateFailed),
}

// logFilters are the parameters that select delivery logs.
func logFilters() []field {
	return []field{
		{name: "state", usage: "only deliveries in this `STATE`", choices: deliveryStates},
		{name: "fromDate", usage: "only deliveries made at this `MOMENT` (RFC 3339), or a time before now such as 90m, or later", read: readMoment},
		{name: "toDate", usage: "only deliveries made at this `MOMENT`, as for --from-date, or earlier", read: readMoment},
		{name: "webhookId", usage: "only deliveries of the config with this `ID`", read: readNumber},
		{name: "syncId", usage: "only deliveries of the sync with this `ID`"},
	}
}

func readNumber(_ *cli.Command, text string) (any, error) {
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%q is not a number", text)
	}
	return number, nil
}

// queuedAnswer prints a delivery that waits for an attempt.
func queuedAnswer(queued *client.QueuedDelivery) *answer {
	return &answer{path: []string{"data", "delivery"}, text: func(p *page) {
		p.linef("queued delivery %s", queued.ID)
	}}
}
