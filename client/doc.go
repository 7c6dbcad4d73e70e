// Package client is the SDK of the webhook-config API that openapi.yaml
// describes: the vendor's v4 API, and hookline's own service.
//
//	c, err := client.New(client.WithAPIKey(key))
//	...
//	config, err := c.WebhookConfigs.Create(ctx, client.CreateWebhookConfigRequest{
//		WebhookType: client.WebhookTypeConnectionChanged,
//		Name:        "Connection webhook",
//		URL:         "https://example.com/webhooks/rootfi",
//	})
//
// Every method has the same shape: a context, what the operation needs, and
// options that apply to this one call. It returns the resource without its
// envelope, or an error that wraps an [*Error]. Temporary failures are retried, as
// [WithMaxRetries] and [WithPOSTRetries] say. [WithResponseInto] gives the
// status, header, body and rate limit of a call.
//
// Operations that the contract marks as extensions of hookline (Test and
// Recover of the configs, Retry of the logs, and Events) are not part of the
// vendor's API: there they end in [ErrNotFound].
//
// A [Client] is safe for concurrent use, and so are its services.
package client
