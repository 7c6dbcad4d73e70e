package client_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

// pages serves configs 6 to 1 on pages of two; page says what comes instead of
// some.
func pages(w http.ResponseWriter, r *http.Request) {
	first, next := 6, "5"
	switch r.URL.Query().Get("cursor") {
	case "5":
		first, next = 4, "3"
	case "3":
		first, next = 2, "null"
	default:
	}
	config := func(id int) string {
		return strings.Replace(configJSON, `"rootfi_id":12`, fmt.Sprintf(`"rootfi_id":%d`, id), 1)
	}
	answer(http.StatusOK, "application/json", envelope(fmt.Sprintf(`{"data":[%s,%s],"count":6,"next":%s}`,
		config(first), config(first-1), next)))(w, r)
}

func TestAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, pages)
		var ids []int64
		var response client.Response
		for config, err := range n.client(t).WebhookConfigs.All(t.Context(),
			&client.ListWebhookConfigsParams{Limit: client.Ptr(int32(2))}, client.WithResponseInto(&response)) {
			require.NoError(t, err)
			assert.Len(t, n.seen(), len(ids)/2+1, "a page is asked for when the one before is used up")
			ids = append(ids, config.RootfiID)
		}
		assert.Equal(t, []int64{6, 5, 4, 3, 2, 1}, ids)
		assert.Equal(t, []string{
			"/gateway/v4/core/webhook-config?limit=2", "/gateway/v4/core/webhook-config?limit=2&cursor=5",
			"/gateway/v4/core/webhook-config?limit=2&cursor=3",
		}, targets(n))
		assert.Equal(t, http.StatusOK, response.StatusCode)
	})
}

func targets(n *network) []string {
	var all []string
	for _, request := range n.seen() {
		all = append(all, request.target)
	}
	return all
}

// TestAllTwice ranges over the same iterator again, from where it began.
func TestAllTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, pages)
		params := &client.ListWebhookConfigsParams{Cursor: client.Ptr(int64(5))}
		all := n.client(t).WebhookConfigs.All(t.Context(), params)
		for range 2 {
			for config, err := range all {
				require.NoError(t, err)
				assert.Equal(t, int64(4), config.RootfiID)
				break
			}
		}
		assert.Len(t, n.seen(), 2)
		assert.Equal(t, int64(5), *params.Cursor)
	})
}

// TestAllEnds yields one error and nothing after it.
func TestAllEnds(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		items   int
		code    string
		before  func(cancel context.CancelFunc, items int)
	}{
		"when a page fails": {
			handler: proxy([]fault{nil, status(400)}, http.HandlerFunc(pages)), items: 2, code: "some_code",
		},
		"when the context ends in the middle of a page": {
			handler: pages, items: 3, code: client.CodeCanceled,
			before: func(cancel context.CancelFunc, items int) {
				if items == 3 {
					cancel()
				}
			},
		},
		"when the context ends at the end of a page": {
			handler: pages, items: 2, code: client.CodeCanceled,
			before: func(cancel context.CancelFunc, items int) {
				if items == 2 {
					cancel()
				}
			},
		},
		"when the cursor stays": {
			handler: answer(http.StatusOK, "application/json", envelope(`{"data":[`+configJSON+`],"count":9,"next":12}`)),
			items:   2, code: client.CodeInvalidResponse,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				items, failures := 0, 0
				for config, err := range newNetwork(t, test.handler).client(t).WebhookConfigs.All(ctx, nil) {
					if err != nil {
						failures++
						assert.Equal(t, test.code, asError(t, err).Code)
						assert.Nil(t, config)
						continue
					}
					items++
					if test.before != nil {
						test.before(cancel, items)
					}
				}
				assert.Equal(t, test.items, items)
				assert.Equal(t, 1, failures)
			})
		})
	}
}

func TestAllLogs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, func(w http.ResponseWriter, r *http.Request) {
			next := `"` + deliveryID + `"`
			if r.URL.Query().Has("cursor") {
				next = "null"
			}
			answer(http.StatusOK, "application/json", envelope(`{"webhookLogs":[`+deliveryJSON+`}],"count":2,"next":`+next+`}`))(w, r)
		})
		count := 0
		params := &client.ListWebhookLogsParams{State: client.Ptr(client.DeliveryStateFailed)}
		for log, err := range n.client(t).WebhookLogs.All(t.Context(), params) {
			require.NoError(t, err)
			assert.Equal(t, deliveryID, log.ID.String())
			count++
		}
		assert.Equal(t, 2, count)
		assert.Equal(t, []string{
			"/gateway/v4/core/webhook-logs?state=FAILED", "/gateway/v4/core/webhook-logs?cursor=" + deliveryID + "&state=FAILED",
		}, targets(n))
	})
}
