package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/contract"
)

// exampleClient is a client of a server that answers with the contract's
// examples. Yours is made by New.
func exampleClient() (*client.Client, func()) {
	server := httptest.NewServer(api())
	c, err := client.New(client.WithAPIKey("dev-key"), client.WithBaseURL(server.URL+"/v4"))
	if err != nil {
		panic(err) // the options are good
	}
	return c, server.Close
}

func Example() {
	c, stop := exampleClient() // yours comes from New
	defer stop()

	config, err := c.WebhookConfigs.Create(context.Background(), client.CreateWebhookConfigRequest{
		WebhookType: client.WebhookTypeConnectionChanged,
		Name:        "Connection webhook",
		URL:         "https://example.com/webhooks/rootfi",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(config.RootfiID, config.State, config.RootfiCreatedAt)
	// Output: 12 ENABLED 2026-05-15T18:17:02.052Z
}

// The key and the server come from the options, or from HOOKLINE_API_KEY and
// HOOKLINE_BASE_URL.
func ExampleNew() {
	_, err := client.New(
		client.WithAPIKey("dev-key"),
		client.WithBaseURL(client.BaseURLRootFi),
		client.WithMaxRetries(5),
		client.WithTimeout(10*time.Second),
		client.WithTotalTimeout(time.Minute),
		client.WithUserAgentSuffix("billing/1.4.2"),
	)
	fmt.Println(err)

	_, err = client.New(client.WithAPIKey("dev-key\n"))
	fmt.Println(err)
	// Output:
	// <nil>
	// client: invalid_option: WithAPIKey: the API key has a line break in it; one at the end often comes from the file that it was read from
}

func ExampleClient_With() {
	c, stop := exampleClient()
	defer stop()
	tenant, err := c.With(client.WithAPIKey("the-tenants-key"))
	if err != nil {
		fmt.Println(err)
		return
	}
	config, err := tenant.WebhookConfigs.Get(context.Background(), 12)
	fmt.Println(config.Name, err)
	// Output: Connection webhook <nil>
}

func ExampleWebhookConfigs_Create() {
	c, stop := exampleClient()
	defer stop()
	config, err := c.WebhookConfigs.Create(context.Background(), client.CreateWebhookConfigRequest{
		WebhookType:     client.WebhookTypeIntegration,
		IntegrationType: client.Ptr(client.IntegrationTypeQuickbooks),
		Name:            "QuickBooks events",
		URL:             "https://example.com/webhooks/quickbooks",
		Topics:          &[]string{"invoice.create", "invoice.update"},
		SigningKey:      client.Ptr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
		Headers:         &[]client.WebhookHeader{{Name: "Authorization", Value: "Bearer secret"}},
	}, client.WithIdempotencyKey("order-4711"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(config.RootfiID)
	// Output: 12
}

func ExampleWebhookConfigs_List() {
	c, stop := exampleClient()
	defer stop()
	page, err := c.WebhookConfigs.List(context.Background(), &client.ListWebhookConfigsParams{Limit: client.Ptr(int32(50))})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(page.Items), "of", page.Count, "and there are more:", page.Next != nil)
	// Output: 1 of 1 and there are more: false
}

func ExampleWebhookConfigs_All() {
	c, stop := exampleClient()
	defer stop()
	for config, err := range c.WebhookConfigs.All(context.Background(), nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(config.RootfiID, config.Name)
	}
	// Output: 12 Connection webhook
}

func ExampleWebhookConfigs_Get() {
	c, stop := exampleClient()
	defer stop()
	config, err := c.WebhookConfigs.Get(context.Background(), 12)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, header := range client.OrZero(config.Headers) {
		fmt.Println(header.Name)
	}
	fmt.Println(config.IntegrationType.IsNull())
	// Output:
	// Authorization
	// true
}

// A field that is not set stays as it is. Null takes one away.
func ExampleWebhookConfigs_Update() {
	c, stop := exampleClient()
	defer stop()
	_, err := c.WebhookConfigs.Update(context.Background(), 12, client.UpdateWebhookConfigRequest{
		State:      client.Ptr(client.WebhookConfigStateDisabled),
		SigningKey: client.Value("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
		Headers:    client.Null[[]client.WebhookHeader](),
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleWebhookConfigs_Delete() {
	c, stop := exampleClient()
	defer stop()
	err := c.WebhookConfigs.Delete(context.Background(), 12)
	if errors.Is(err, client.ErrNotFound) {
		err = nil // somebody else was faster
	}
	fmt.Println(err)
	// Output: <nil>
}

func ExampleWebhookConfigs_Test() {
	c, stop := exampleClient()
	defer stop()
	delivery, err := c.WebhookConfigs.Test(context.Background(), 12)
	if err != nil {
		fmt.Println(err)
		return
	}
	log, err := c.WebhookLogs.Get(context.Background(), delivery.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(log.State)
	// Output: DELIVERED
}

func ExampleWebhookConfigs_Recover() {
	c, stop := exampleClient()
	defer stop()
	recovery, err := c.WebhookConfigs.Recover(context.Background(), 12, client.RecoverWebhookDeliveriesRequest{
		Since: time.Now().Add(-time.Hour),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(recovery.Deliveries, "are queued again")
	// Output: 3 are queued again
}

func ExampleWebhookLogs_All() {
	c, stop := exampleClient()
	defer stop()
	for log, err := range c.WebhookLogs.All(context.Background(), &client.ListWebhookLogsParams{
		WebhookID: client.Ptr(int64(12)),
		State:     client.Ptr(client.DeliveryStateDelivered),
	}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(log.State, client.OrZero(log.LatestStatusCode), "after", log.AttemptCount, "attempt")
	}
	// Output: DELIVERED 200 after 1 attempt
}

func ExampleWebhookLogs_Retry() {
	c, stop := exampleClient()
	defer stop()
	id, err := client.ParseDeliveryID("0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11")
	if err != nil {
		fmt.Println(err)
		return
	}
	delivery, err := c.WebhookLogs.Retry(context.Background(), id)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(delivery.ID)
	// Output: 0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11
}

func ExampleEvents_Publish() {
	c, stop := exampleClient()
	defer stop()
	event, err := c.Events.Publish(context.Background(), client.PublishWebhookEventRequest{
		WebhookType: client.WebhookTypeDataModelChanges,
		Topic:       client.Ptr("invoice.create"),
		Payload:     json.RawMessage(`{"event":"invoice.create","invoice_id":88}`),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(event.Deliveries, "configs want it")
	// Output: 2 configs want it
}

func ExampleError() {
	server := httptest.NewServer(answer(http.StatusBadRequest, "application/problem+json", problemJSON))
	defer server.Close()
	c, err := client.New(client.WithAPIKey("dev-key"), client.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = c.WebhookConfigs.Create(context.Background(), client.CreateWebhookConfigRequest{WebhookType: "C"})
	if failure, ok := errors.AsType[*client.Error](err); ok && errors.Is(err, client.ErrInvalidRequest) {
		for _, violation := range failure.Violations {
			fmt.Println(violation.Pointer, violation.Code)
		}
		fmt.Println("request", failure.RequestID)
	}
	// Output:
	// /name required
	// /webhook_type enum
	// request a1b2c3d4-e5f6-7890-abcd-ef1234567890
}

func ExampleWithResponseInto() {
	c, stop := exampleClient()
	defer stop()
	var response client.Response
	if _, err := c.WebhookConfigs.Get(context.Background(), 12, client.WithResponseInto(&response)); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(response.StatusCode, response.RequestID, response.Header.Get("Content-Type"), response.Attempts)
	// Output: 200 a1b2c3d4-e5f6-7890-abcd-ef1234567890 application/json 1
}

// A request that breaks the contract is not sent.
func ExampleWithPreflight() {
	c, stop := exampleClient()
	defer stop()
	api, err := contract.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	preflight := contract.NewPreflight(api)
	_, err = c.WebhookConfigs.Get(context.Background(), 0, client.WithPreflight(preflight))
	fmt.Println(err)
	// Output: client: getWebhookConfig: invalid_request: The request breaks the contract.; path /webhookConfigId: the path parameter "webhookConfigId" must be 1 or more
}

func ExampleWithMiddleware() {
	c, stop := exampleClient()
	defer stop()
	trace := func(request *http.Request, next client.Next) (*http.Response, error) {
		request.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
		response, err := next(request)
		if err == nil {
			fmt.Println(request.Method, response.StatusCode)
		}
		return response, err
	}
	_, err := c.WebhookConfigs.Get(context.Background(), 12, client.WithMiddleware(trace))
	fmt.Println(err)
	// Output:
	// GET 200
	// <nil>
}

func ExampleWithLogger() {
	c, stop := exampleClient()
	defer stop()
	var lines bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug}))
	_, err := c.WebhookConfigs.Get(context.Background(), 12, client.WithLogger(logger))
	if err != nil {
		fmt.Println(err)
	}
	_, line, _ := strings.Cut(lines.String(), "level=")
	before, _, _ := strings.Cut(line, " took=")
	fmt.Fprintln(os.Stdout, before)
	// Output: DEBUG msg="the API answered" operation=getWebhookConfig status=200 attempt=1
}

// At the vendor's servers a POST is repeated only if it has not been sent,
// unless you know better.
func ExampleWithPOSTRetries() {
	_, err := client.New(client.WithAPIKey("dev-key"), client.WithPOSTRetries(client.PostRetriesAlways))
	fmt.Println(err)
	// Output: <nil>
}
