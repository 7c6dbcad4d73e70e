package client_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

// calls are those whose answers have a body.
var calls = map[string]func(context.Context, *client.Client) error{
	"config": func(ctx context.Context, c *client.Client) error { return get(ctx, c) },
	"configs": func(ctx context.Context, c *client.Client) error {
		_, err := c.WebhookConfigs.List(ctx, nil)
		return err
	},
	"test": func(ctx context.Context, c *client.Client) error { return test(ctx, c) },
	"recover": func(ctx context.Context, c *client.Client) error {
		_, err := c.WebhookConfigs.Recover(ctx, 12, client.RecoverWebhookDeliveriesRequest{})
		return err
	},
	"logs": func(ctx context.Context, c *client.Client) error {
		_, err := c.WebhookLogs.List(ctx, nil)
		return err
	},
	"log": func(ctx context.Context, c *client.Client) error {
		_, err := c.WebhookLogs.Get(ctx, client.DeliveryID{1})
		return err
	},
	"publish": func(ctx context.Context, c *client.Client) error {
		_, err := c.Events.Publish(ctx, client.PublishWebhookEventRequest{Payload: []byte("{}")})
		return err
	},
}

const someID = `"0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11"`

// TestInvalidResponse has answers that say they succeeded and are not the
// API's: the error points to what is wrong.
func TestInvalidResponse(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct{ call, pointer string }{
		`{"request_id":"r"}`: {"config", "/data"}, `{"data":null}`: {"config", "/data"}, `{"data":{}}`: {"config", "/data/data"},
		`{"data":{"data":{}}}`:                                     {"config", "/data/data/rootfi_id"},
		`{"data":{"data":{"rootfi_id":null}}}`:                     {"config", "/data/data/rootfi_id"},
		`{"data":{"data":{"rootfi_id":"12"}}}`:                     {"config", "/data/data/rootfi_id"},
		`{"data":{"data":{"rootfi_id":1,"topics":["a",7]}}}`:       {"config", "/data/data/topics/1"},
		`{"data":{"data":{"rootfi_id":1,"headers":[{"name":1}]}}}`: {"config", "/data/data/headers"},
		`{"data":[]}`:  {"config", "/data"},
		`{"data": {}}`: {"configs", "/data/data"}, `{"data":{"data":null}}`: {"configs", "/data/data"},
		`{"data":{"data":[{"rootfi_id":1},{"name":"n"}]}}`:                            {"configs", "/data/data/1/rootfi_id"},
		`{"data":{"data":[{"rootfi_id":1},{"rootfi_id":2,"rootfi_updated_at":"x"}]}}`: {"configs", "/data/data/1/rootfi_updated_at"},
		`{"data":{"webhookLogs":null}}`:                                               {"logs", "/data/webhookLogs"},
		`{"data":{"webhookLogs":[{"state":"FAILED"}]}}`:                               {"logs", "/data/webhookLogs/0/id"},
		`{"data":{"webhookLogs":[{"id":` + someID + `},{"createdAt":"yesterday"}]}}`:  {"logs", "/data/webhookLogs/1/createdAt"},
		`{"data":{"webhookLogs":[],"count":-0.5}}`:                                    {"logs", "/data/count"},
		`{"data":{"webhookLog":null}}`:                                                {"log", "/data/webhookLog"}, `{"data":{"webhookLog":{}}}`: {"log", "/data/webhookLog/id"},
		`{"data":{"webhookLog":{"id":` + someID + `,"attempts":[{"createdAt":1}]}}}`: {"log", "/data/webhookLog/attempts/0/createdAt"},
		`{"data":{"delivery":{}}}`: {"test", "/data/delivery/id"}, `{"data":{"delivery":{"id":"x"}}}`: {"test", "/data/delivery/id"},
		`{"data":{"event":{"deliveries":1}}}`:      {"publish", "/data/event/id"},
		`{"data":{"event":{"id":` + someID + `}}}`: {"publish", "/data/event/deliveries"},
		`{"data":{"deliveries":null}}`:             {"recover", "/data/deliveries"},
		`[]`:                                       {"recover", ""}, `null`: {"recover", "/data"}, `{"data":`: {"recover", ""},
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t, answer(http.StatusOK, "application/json", body))
				failure := asError(t, calls[want.call](t.Context(), n.client(t)))
				assert.Equal(t, client.CodeInvalidResponse, failure.Code)
				assert.Equal(t, want.pointer, failure.Pointer, failure.Error())
				assert.True(t, strings.HasPrefix(failure.Message, "the answer is not the API's: "+want.pointer), failure.Message)
				assert.Equal(t, body, string(failure.Response.Body))
				assert.Len(t, n.seen(), 1)
			})
		})
	}
}

// TestSparsePage takes what the vendor may leave out of a page of configs,
// whose shape it does not document.
func TestSparsePage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, answer(http.StatusOK, "application/json", `{"data":{"data":[{"rootfi_id":7}]}}`))
		page, err := n.client(t).WebhookConfigs.List(t.Context(), nil)
		require.NoError(t, err)
		assert.EqualValues(t, 7, page.Items[0].RootfiID)
		assert.Nil(t, page.Next)
	})
}
