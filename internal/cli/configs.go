package cli

import (
	"strconv"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/hookline-go/hookline/client"
)

func configsCommand() *cli.Command {
	return &cli.Command{
		Name:  "configs",
		Usage: "manage webhook configs: where events are sent, and which",
		Commands: []*cli.Command{
			configsListCommand(), configsGetCommand(), configsCreateCommand(), configsUpdateCommand(), configsDeleteCommand(),
			configsEnableCommand(), configsDisableCommand(), configsRotateCommand(), configsTestCommand(), configsRecoverCommand(),
		},
	}
}

// configPath leads to a config in an answer.
var configPath = []string{"data", "data"}

// configAnswer prints one config.
func configAnswer(k *call, config *client.WebhookConfig) *answer {
	return &answer{path: configPath, text: func(p *page) {
		p.fact("ID", strconv.FormatInt(config.RootfiID, 10))
		p.fact("Name", config.Name)
		p.fact("State", string(config.State))
		p.fact("Type", string(config.WebhookType))
		p.fact("Integration", string(client.OrZero(config.IntegrationType)))
		p.fact("URL", config.URL)
		p.fact("Topics", topicsText(config))
		for _, header := range client.OrZero(config.Headers) {
			value := masked
			if k.c.Bool("show-secrets") {
				value = header.Value
			}
			p.fact("Header", header.Name+": "+value)
		}
		p.fact("Signature header", client.OrZero(config.SignatureHeader))
		p.fact("Created", p.moment(config.RootfiCreatedAt.Time))
		p.fact("Updated", p.moment(config.RootfiUpdatedAt.Time))
	}}
}

func topicsText(config *client.WebhookConfig) string {
	if len(config.Topics) == 0 {
		return "all"
	}
	return strings.Join(config.Topics, ", ")
}

// stateColour colours the states of configs and deliveries.
func stateColour(state string) int {
	switch state {
	case string(client.WebhookConfigStateEnabled), string(client.DeliveryStateDelivered):
		return green
	case string(client.DeliveryStateFailed):
		return red
	case string(client.WebhookConfigStateDisabled), string(client.DeliveryStatePending), string(client.DeliveryStateProcessing):
		return yellow
	default:
		return 0
	}
}
