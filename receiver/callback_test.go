package receiver_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/receiver"
)

// From the generated initiator to the generated receiver, with our signature
// between them.
func TestGeneratedCallback(t *testing.T) {
	var got []receiver.Delivery
	endpoint := newEndpoint(t, func(_ context.Context, d receiver.Delivery) error {
		got = append(got, d)
		return nil
	}, receiver.WithClock(time.Now), newMemory(t))
	router := echo.New()
	router.POST("/hooks", serverapi.ReceiveWebhookDeliveryCallbackHandler(callback{endpoint}))
	server := httptest.NewServer(router)
	defer server.Close()
	initiator, err := gen.NewCallbackInitiator(gen.WithCallbackHTTPClient(server.Client()))
	require.NoError(t, err)

	now := time.Now()
	deliver := func(signature *string, payload []byte) int {
		response, err := initiator.ReceiveWebhookDeliveryWithBody(t.Context(), server.URL+"/hooks",
			&gen.ReceiveWebhookDeliveryParams{
				WebhookID: "event-1", WebhookTimestamp: now.Unix(), WebhookSignature: signature, XRootFiSignature: signature,
			}, "application/json", bytes.NewReader(payload))
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	payload := []byte(`{"event": "connection.changed", "company_id": 496}`)
	assert.Equal(t, http.StatusUnauthorized, deliver(nil, payload))
	assert.Equal(t, http.StatusUnauthorized, deliver(new(wrongV1), payload))
	signature, err := receiver.Sign(vectorSecret, "event-1", now, payload)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, deliver(&signature, payload))
	assert.Equal(t, http.StatusNoContent, deliver(&signature, payload))
	// What the generated code refuses by itself does not get as far as the
	// handler.
	recorder := httptest.NewRecorder()
	router.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks", bytes.NewReader(payload)))
	assert.Equal(t, http.StatusBadRequest, recorder.Code)
	require.Len(t, got, 1)
	assert.Equal(t, payload, []byte(got[0].Payload))
	assert.Equal(t, "connection.changed", got[0].EventType())
}
