package client_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/contract"
)

func mustDelivery(t *testing.T) client.DeliveryID {
	t.Helper()
	id, err := client.ParseDeliveryID(deliveryID)
	require.NoError(t, err)
	return id
}

// TestOperations calls every operation, and holds request and answer against
// the contract.
func TestOperations(t *testing.T) {
	t.Parallel()
	id := mustDelivery(t)
	tests := map[string]struct {
		call         func(ctx context.Context, c *client.Client) (any, error)
		target, body string
		want         string // the resource as JSON
	}{
		"createWebhookConfig": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				return c.WebhookConfigs.Create(ctx, client.CreateWebhookConfigRequest{
					WebhookType: client.WebhookTypeIntegration, IntegrationType: client.Ptr(client.IntegrationTypeStripe),
					Name: "a <b> & c", URL: "https://example.com/?a=1&b=2", Topics: &[]string{"invoice.create"},
				})
			},
			target: "POST /v4/core/webhook-config",
			body: `{"integration_type":"STRIPE","name":"a <b> & c","topics":["invoice.create"],` +
				`"url":"https://example.com/?a=1&b=2","webhook_type":"INTEGRATION"}`,
			want: configJSON,
		},
		"listWebhookConfigs": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				page, err := c.WebhookConfigs.List(ctx, &client.ListWebhookConfigsParams{
					Limit: client.Ptr(int32(5)), Cursor: client.Ptr(int64(13)),
				})
				require.NoError(t, err)
				assert.Nil(t, page.Next)
				assert.Equal(t, int64(1), page.Count)
				assert.Equal(t, seedID, page.Response.RequestID)
				return page.Items, err
			},
			target: "GET /v4/core/webhook-config?limit=5&cursor=13", want: "[" + configJSON + "]",
		},
		"listWebhookConfigs, the first": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				page, err := c.WebhookConfigs.List(ctx, nil)
				return page.Items, err
			},
			target: "GET /v4/core/webhook-config", want: "[" + configJSON + "]",
		},
		"getWebhookConfig": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				return c.WebhookConfigs.Get(ctx, 12)
			},
			target: "GET /v4/core/webhook-config/12", want: configJSON,
		},
		"updateWebhookConfig": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				return c.WebhookConfigs.Update(ctx, 12, client.UpdateWebhookConfigRequest{
					State:      client.Ptr(client.WebhookConfigStateDisabled),
					SigningKey: client.Value("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
					Headers:    client.Null[[]client.WebhookHeader](),
				})
			},
			target: "PUT /v4/core/webhook-config/12",
			body:   `{"headers":null,"signing_key":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw","state":"DISABLED"}`,
			want:   configJSON,
		},
		"deleteWebhookConfig": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				return nil, c.WebhookConfigs.Delete(ctx, 12)
			},
			target: "DELETE /v4/core/webhook-config/12", want: `null`,
		},
		"testWebhookConfig": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				return c.WebhookConfigs.Test(ctx, 12)
			},
			target: "POST /v4/core/webhook-config/12/test", want: `{"id":"` + deliveryID + `"}`,
		},
		"recoverWebhookDeliveries": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				return c.WebhookConfigs.Recover(ctx, 12, client.RecoverWebhookDeliveriesRequest{
					Since: time.Date(2026, 5, 15, 18, 0, 0, 0, time.UTC),
				})
			},
			target: "POST /v4/core/webhook-config/12/recover", body: `{"since":"2026-05-15T18:00:00Z"}`, want: `{"deliveries":3}`,
		},
		"listWebhookLogs": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				page, err := c.WebhookLogs.List(ctx, &client.ListWebhookLogsParams{
					State: client.Ptr(client.DeliveryStateFailed), WebhookID: client.Ptr(int64(12)), Cursor: &id,
					FromDate: client.Ptr(time.Date(2026, 5, 15, 0, 0, 0, 0, time.UTC)), SyncID: client.Ptr("a b&c"),
				})
				return page.Items, err
			},
			target: "GET /v4/core/webhook-logs?cursor=" + deliveryID +
				"&state=FAILED&fromDate=2026-05-15T00%3A00%3A00Z&webhookId=12&syncId=a+b%26c",
			want: `[` + deliveryJSON + `}]`,
		},
		"getWebhookLog": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				return c.WebhookLogs.Get(ctx, id)
			},
			target: "GET /v4/core/webhook-logs/" + deliveryID,
			want:   deliveryJSON + `,"payload":{"event":"connection.changed","company_id":496},"attempts":[]}`,
		},
		"retryWebhookDelivery": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				return c.WebhookLogs.Retry(ctx, id)
			},
			target: "POST /v4/core/webhook-logs/" + deliveryID + "/retry", want: `{"id":"` + deliveryID + `"}`,
		},
		"publishWebhookEvent": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				return c.Events.Publish(ctx, client.PublishWebhookEventRequest{
					WebhookType: client.WebhookTypeConnectionChanged,
					Payload:     json.RawMessage(`{"event": "<&>", "n": 12345678901234567890.10}`),
				})
			},
			target: "POST /v4/core/webhook-events",
			body:   `{"payload":{"event":"<&>","n":12345678901234567890.10},"webhook_type":"CONNECTION_CHANGED"}`,
			want:   `{"id":"` + deliveryID + `","deliveries":2}`,
		},
		"streamWebhookEvents": {
			call: func(ctx context.Context, c *client.Client) (any, error) {
				for event, err := range c.Events.Stream(ctx, &client.StreamWebhookEventsParams{Topic: client.Ptr("invoice.*")}) {
					return event, err
				}
				return nil, nil //nolint:nilnil // the test fails
			},
			target: "GET /v4/core/webhook-stream?topic=invoice.%2A", want: streamedJSON,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t, api().ServeHTTP)
				c := n.client(t, client.WithBaseURL("http://127.0.0.1:8080/v4/"), client.WithHTTPClient(checked(t, n)))
				resource, err := test.call(t.Context(), c)
				require.NoError(t, err)
				got, err := json.Marshal(resource)
				require.NoError(t, err)
				assert.JSONEq(t, test.want, string(got))
				require.Len(t, n.seen(), 1)
				request := n.seen()[0]
				assert.Equal(t, test.target, request.method+" "+request.target)
				assert.Equal(t, test.body, request.body)
				assert.Equal(t, testKey, request.header.Get("api_key"))
				assert.Regexp(t, `^hookline-go/\S+ \(go1\.\S+.*\)$`, request.header.Get("User-Agent"))
			})
		})
	}
	testAllOperations(t, func(id string) bool { _, ok := tests[id]; return ok })
}

// checked is an HTTP client that reports every request and response that breaks
// the contract.
func checked(t *testing.T, n *network) *http.Client {
	t.Helper()
	c, err := contract.Default()
	require.NoError(t, err)
	httpClient := n.httpClient(t)
	httpClient.Transport = contract.Transport(c, httpClient.Transport, contract.FailTest(t))
	return httpClient
}

func testAllOperations(t *testing.T, tested func(id string) bool) {
	t.Helper()
	c, err := contract.Default()
	require.NoError(t, err)
	for _, operation := range c.Operations() {
		assert.True(t, tested(operation.ID), "%s is tested", operation.ID)
	}
}

func TestOptionalFields(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]client.UpdateWebhookConfigRequest{
		`{}`:                          {},
		`{"name":""}`:                 {Name: client.Ptr("")},
		`{"integration_type":"XERO"}`: {IntegrationType: client.Value(client.IntegrationTypeXero)},
		`{"integration_type":null}`:   {IntegrationType: client.Null[client.IntegrationType]()},
		`{"topics":[]}`:               {Topics: client.Value([]string{})},
		`{"topics":null}`:             {Topics: client.Null[[]string]()},
	} {
		got, err := json.Marshal(change)
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
	}
	assert.Equal(t, "x", client.OrZero(client.Value("x")))
	assert.Empty(t, client.OrZero(client.Null[string]()))
	assert.Empty(t, client.OrZero(client.Nullable[string]{}))
}

func TestParseDeliveryID(t *testing.T) {
	t.Parallel()
	assert.Equal(t, deliveryID, mustDelivery(t).String())
	_, err := client.ParseDeliveryID("12")
	require.Error(t, err)
}
