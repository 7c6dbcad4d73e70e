package billing_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
	billing "github.com/hookline-go/hookline/examples/test-with-hooklinetest"
	"github.com/hookline-go/hookline/hooklinetest"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" //nolint:gosec // of the Standard Webhooks documentation

// TestBilling has real deliveries come to the real handler; the first attempt
// fails, and the retry comes five seconds later by the service's clock.
func TestBilling(t *testing.T) {
	service := hooklinetest.NewServer(t)
	var b billing.Billing
	handler, err := b.Handler(secret)
	require.NoError(t, err)
	down := true
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down {
			down = false
			http.Error(w, "deploying", http.StatusServiceUnavailable)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(endpoint.Close)
	require.NoError(t, billing.Subscribe(t.Context(), service.Client(), endpoint.URL, secret))

	_, err = service.Client().Events.Publish(t.Context(), client.PublishWebhookEventRequest{
		WebhookType: client.WebhookTypeDataModelChanges, Topic: client.Ptr("invoice.create"),
		Payload: []byte(`{"event":"invoice.create","invoice_id":88}`),
	})
	require.NoError(t, err)
	service.Advance(time.Minute)
	assert.Equal(t, 1, b.Invoices())
}
