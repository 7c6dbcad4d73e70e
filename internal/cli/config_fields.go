package cli

import "github.com/hookline-go/hookline/client"

const (
	headersField    = "headers"
	signingKeyField = "signing_key"
)

// isSecretField tells whether the contract calls a field's value a secret.
func isSecretField(name string) bool { return name == headersField || name == signingKeyField }

var webhookTypes = []string{
	string(client.WebhookTypeIntegration), string(client.WebhookTypeDataModelChanges), string(client.WebhookTypeConnectionChanged),
	string(client.WebhookTypeSyncStarted), string(client.WebhookTypeSyncCompleted),
}

var integrationTypes = []string{
	string(client.IntegrationTypeStripe), string(client.IntegrationTypeNetsuite), string(client.IntegrationTypeXero),
	string(client.IntegrationTypeZohoBooks), string(client.IntegrationTypeWafeq), string(client.IntegrationTypeQuickbooks),
	string(client.IntegrationTypeQuickbooksSandbox), string(client.IntegrationTypeBigCommerce),
	string(client.IntegrationTypeWooCommerce), string(client.IntegrationTypeOodooAccounting),
	string(client.IntegrationTypeShopify), string(client.IntegrationTypeFreshbooks),
}

// configFields are the fields of a config that a request can set.
func configFields() []field {
	return []field{
		{name: "webhook_type", usage: "`TYPE` of the events that the config gets", choices: webhookTypes},
		{name: "integration_type", usage: "`INTEGRATION` that the events are native to", choices: integrationTypes},
		{name: "name", usage: "display `NAME`"},
		{name: "url", usage: "`URL` that deliveries go to"},
		{name: "topics", usage: "`TOPIC` that the config subscribes to; may be repeated; all topics without it", repeated: true},
		{name: "state", usage: "`STATE`: whether the config gets events", choices: []string{
			string(client.WebhookConfigStateEnabled), string(client.WebhookConfigStateDisabled),
		}},
		{name: signingKeyField, usage: "key that signs deliveries, from `SOURCE`: " + sourceHelp, read: readSigningKey},
		{
			name: headersField, usage: "header sent with every delivery, as `NAME=SOURCE`: " + sourceHelp + "; may be repeated",
			repeated: true, read: readHeader,
		},
	}
}
