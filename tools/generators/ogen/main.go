// Command smoke uses the client that ogen makes.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"

	"github.com/go-faster/jx"

	"github.com/hookline-go/hookline/tools/generators/ogen/api"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

type key struct{}

func (key) APIKey(context.Context, api.OperationName) (api.APIKey, error) {
	return api.APIKey{APIKey: os.Getenv("HOOKLINE_API_KEY")}, nil
}

// as returns the answer in the type that is expected.
func as[T any](answer any, err error) (T, error) {
	typed, ok := answer.(T)
	if err == nil && !ok {
		err = fmt.Errorf("the answer is a %T: %+v", answer, answer)
	}
	return typed, err
}

func run(ctx context.Context) error {
	client, err := api.NewClient(os.Getenv("HOOKLINE_URL"), key{}, api.WithClient(http.DefaultClient))
	if err != nil {
		return err
	}
	var ids []api.WebhookConfigID
	for _, name := range []api.WebhookName{"first", "second"} {
		answer, err := client.CreateWebhookConfig(ctx, &api.CreateWebhookConfigRequest{
			WebhookType: api.WebhookTypeCONNECTIONCHANGED, Name: name, URL: api.WebhookURL(mustURL("http://127.0.0.1:9/")),
			SigningKey: api.NewOptSigningKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
		}, api.CreateWebhookConfigParams{})
		created, err := as[*api.WebhookConfigCreatedHeaders](answer, err)
		if err != nil {
			return err
		}
		if !created.Response.Data.Data.IntegrationType.Null {
			return fmt.Errorf("integration_type is not null")
		}
		ids = append(ids, created.Response.Data.Data.RootfiID)
	}
	if err := pages(ctx, client, ids); err != nil {
		return err
	}
	if err := change(ctx, client, ids[0]); err != nil {
		return err
	}
	if err := refusals(ctx, client); err != nil {
		return err
	}
	if err := deliver(ctx, client, ids[0]); err != nil {
		return err
	}
	for _, id := range ids {
		answer, err := client.DeleteWebhookConfig(ctx, api.DeleteWebhookConfigParams{WebhookConfigId: id})
		if _, err := as[*api.NoContent](answer, err); err != nil {
			return err
		}
	}
	return nil
}

func mustURL(text string) url.URL {
	u, err := url.Parse(text)
	if err != nil {
		log.Fatal(err)
	}
	return *u
}

// pages reads two pages of one config each, the newest first.
func pages(ctx context.Context, client *api.Client, ids []api.WebhookConfigID) error {
	params := api.ListWebhookConfigsParams{Limit: api.NewOptInt32(1)}
	for _, want := range []api.WebhookConfigID{ids[1], ids[0]} {
		page, err := as[*api.WebhookConfigsFoundHeaders](client.ListWebhookConfigs(ctx, params))
		if err != nil {
			return err
		}
		if got := page.Response.Data.Data[0].RootfiID; got != want {
			return fmt.Errorf("the page has the config %d, not %d", got, want)
		}
		params.Cursor = api.NewOptWebhookConfigID(api.WebhookConfigID(page.Response.Data.Next.Value))
	}
	return nil
}

// change updates one field, sets another to null, and leaves the others.
func change(ctx context.Context, client *api.Client, id api.WebhookConfigID) error {
	request := &api.UpdateWebhookConfigRequest{Name: api.NewOptWebhookName("renamed")}
	request.SigningKey.SetToNull()
	answer, err := client.UpdateWebhookConfig(ctx, request, api.UpdateWebhookConfigParams{WebhookConfigId: id})
	if _, err := as[*api.WebhookConfigFoundHeaders](answer, err); err != nil {
		return err
	}
	got, err := as[*api.WebhookConfigFoundHeaders](client.GetWebhookConfig(ctx, api.GetWebhookConfigParams{WebhookConfigId: id}))
	if err != nil {
		return err
	}
	if config := got.Response.Data.Data; config.Name != "renamed" || config.URL != "http://127.0.0.1:9/" {
		return fmt.Errorf("the update left %+v", config)
	}
	return nil
}

func refusals(ctx context.Context, client *api.Client) error {
	wrong := &api.CreateWebhookConfigRequest{
		WebhookType: api.WebhookTypeINTEGRATION, Name: "n", URL: api.WebhookURL(mustURL("https://example.com/")),
	}
	refused, err := as[*api.BadRequestHeaders](client.CreateWebhookConfig(ctx, wrong, api.CreateWebhookConfigParams{}))
	if err != nil {
		return err
	}
	if pointer := refused.Response.Errors[0].Pointer; pointer != "/integration_type" {
		return fmt.Errorf("the violation is at %q", pointer)
	}
	_, err = as[*api.NotFoundHeaders](client.GetWebhookConfig(ctx, api.GetWebhookConfigParams{WebhookConfigId: 999999}))
	return err
}

func deliver(ctx context.Context, client *api.Client, id api.WebhookConfigID) error {
	event := &api.PublishWebhookEventRequest{
		WebhookType: api.WebhookTypeCONNECTIONCHANGED, Payload: api.WebhookPayload{"company_id": jx.Raw("496")},
	}
	answer, err := client.PublishWebhookEvent(ctx, event, api.PublishWebhookEventParams{})
	if _, err := as[*api.WebhookEventPublishedHeaders](answer, err); err != nil {
		return err
	}
	logs, err := as[*api.WebhookLogsFoundHeaders](
		client.ListWebhookLogs(ctx, api.ListWebhookLogsParams{WebhookId: api.NewOptWebhookConfigID(id)}))
	if err != nil {
		return err
	}
	params := api.GetWebhookLogParams{DeliveryId: logs.Response.Data.WebhookLogs[0].ID}
	found, err := as[*api.WebhookLogFoundHeaders](client.GetWebhookLog(ctx, params))
	if err != nil {
		return err
	}
	if got := string(found.Response.Data.WebhookLog.Payload["company_id"]); got != "496" {
		return fmt.Errorf("the log has the payload %q", got)
	}
	return nil
}
