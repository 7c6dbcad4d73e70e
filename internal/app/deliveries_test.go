package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/hooklinetest"
	"github.com/hookline-go/hookline/internal/interop"
)

const (
	oldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" //nolint:gosec // of the Standard Webhooks documentation
	newSecret = "not base64, used as its bytes"          //nolint:gosec // of this test
)

// world is a service with a receiver, and a config that sends one to the other.
type world struct {
	*hooklinetest.Server

	t        *testing.T
	api      *client.Client
	receiver *hooklinetest.Receiver
	config   *client.WebhookConfig
}

func newWorld(t *testing.T, options ...hooklinetest.Option) *world {
	t.Helper()
	s := hooklinetest.NewServer(t, options...)
	w := &world{Server: s, t: t, api: s.Client(), receiver: s.Receiver()}
	w.config = w.create(client.CreateWebhookConfigRequest{SigningKey: client.Ptr(oldSecret)})
	return w
}

// create makes a config for the receiver, with the defaults of these tests.
func (w *world) create(request client.CreateWebhookConfigRequest) *client.WebhookConfig {
	w.t.Helper()
	request.Name = "test"
	if request.WebhookType == "" {
		request.WebhookType = client.WebhookTypeDataModelChanges
	}
	if request.URL == "" {
		request.URL = w.receiver.URL
	}
	config, err := w.api.WebhookConfigs.Create(w.t.Context(), request)
	require.NoError(w.t, err)
	return config
}

func (w *world) publish(request client.PublishWebhookEventRequest, options ...client.Option) *client.WebhookEvent {
	w.t.Helper()
	if request.WebhookType == "" {
		request.WebhookType = client.WebhookTypeDataModelChanges
	}
	if request.Payload == nil {
		request.Payload = []byte(`{"event":"invoice.create","id":88}`)
	}
	event, err := w.api.Events.Publish(w.t.Context(), request, options...)
	require.NoError(w.t, err)
	return event
}

// settled lets the attempts that are due end, and returns the newest delivery.
func (w *world) settled() *client.WebhookLogDetail {
	w.t.Helper()
	w.Advance(0)
	page, err := w.api.WebhookLogs.List(w.t.Context(), &client.ListWebhookLogsParams{Limit: client.Ptr(int32(1))})
	require.NoError(w.t, err)
	require.NotEmpty(w.t, page.Items)
	detail, err := w.api.WebhookLogs.Get(w.t.Context(), page.Items[0].ID)
	require.NoError(w.t, err)
	return detail
}

func (w *world) update(change client.UpdateWebhookConfigRequest) {
	w.t.Helper()
	_, err := w.api.WebhookConfigs.Update(w.t.Context(), w.config.RootfiID, change)
	require.NoError(w.t, err)
}

func (w *world) state() client.WebhookConfigState {
	w.t.Helper()
	config, err := w.api.WebhookConfigs.Get(w.t.Context(), w.config.RootfiID)
	require.NoError(w.t, err)
	return config.State
}

// TestSignatures has what goes over the wire verified by the libraries of
// others.
func TestSignatures(t *testing.T) {
	t.Parallel()
	for _, language := range interop.Languages() {
		t.Run(string(language), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			event := w.publish(client.PublishWebhookEventRequest{})
			got := w.receiver.WaitFor(1)[0]
			require.NoError(t, interop.Verify(t, language, oldSecret, got.Header, got.Payload))
			assert.Equal(t, event.ID.String(), got.Header.Get("Webhook-Id"))
			assert.Equal(t, got.Header.Get("Webhook-Signature"), got.Header.Get(w.config.SignatureHeader.MustGet()))
			assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
			assert.Equal(t, "hookline/hooklinetest", got.Header.Get("User-Agent"))

			w.update(client.UpdateWebhookConfigRequest{SigningKey: client.Value(newSecret)})
			w.publish(client.PublishWebhookEventRequest{})
			got = w.receiver.WaitFor(2)[1]
			require.NoError(t, interop.Verify(t, language, newSecret, got.Header, got.Payload))
			require.NoError(t, interop.Verify(t, language, oldSecret, got.Header, got.Payload), "the old key signs for a day")
			assert.Len(t, strings.Fields(got.Header.Get("Webhook-Signature")), 2)
		})
	}
}

func TestSigningKeyOverlapEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(client.UpdateWebhookConfigRequest{SigningKey: client.Value(newSecret)})
	w.Advance(24*time.Hour + time.Second)
	w.publish(client.PublishWebhookEventRequest{})
	got := w.receiver.WaitFor(1)[0]
	require.NoError(t, got.Verify(newSecret))
	require.Error(t, got.Verify(oldSecret))

	w.update(client.UpdateWebhookConfigRequest{SigningKey: client.Null[string]()})
	w.publish(client.PublishWebhookEventRequest{})
	got = w.receiver.WaitFor(2)[1]
	assert.Empty(t, got.Header.Values("Webhook-Signature"), "without a key nothing is signed")
	assert.Empty(t, got.Header.Values(w.config.SignatureHeader.MustGet()))
	assert.NotEmpty(t, got.Header.Get("Webhook-Timestamp"))
}

func TestCustomHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(client.UpdateWebhookConfigRequest{Headers: client.Value([]client.WebhookHeader{
		{Name: "authorization", Value: "Bearer secret"}, {Name: "X-Twice", Value: "1"}, {Name: "x-twice", Value: "2"},
	})})
	w.publish(client.PublishWebhookEventRequest{})
	header := w.receiver.WaitFor(1)[0].Header
	assert.Equal(t, "Bearer secret", header.Get("Authorization"))
	assert.Equal(t, []string{"1", "2"}, header.Values("X-Twice"))
}

func TestWhoGetsAnEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	none := w.config // wants all of its type
	exact := w.create(client.CreateWebhookConfigRequest{Topics: &[]string{"invoice.create"}})
	prefix := w.create(client.CreateWebhookConfigRequest{Topics: &[]string{"bill.update", "invoice.*"}})
	w.create(client.CreateWebhookConfigRequest{State: client.Ptr(client.WebhookConfigStateDisabled)})
	xero := w.create(client.CreateWebhookConfigRequest{
		WebhookType: client.WebhookTypeIntegration, IntegrationType: client.Ptr(client.IntegrationTypeXero),
	})
	_, _, _, _ = none, exact, prefix, xero
	for _, c := range []struct {
		event client.PublishWebhookEventRequest
		want  int64
	}{
		{client.PublishWebhookEventRequest{}, 1},
		{client.PublishWebhookEventRequest{Topic: client.Ptr("invoice.create")}, 3},
		{client.PublishWebhookEventRequest{Topic: client.Ptr("invoice.delete")}, 2},
		{client.PublishWebhookEventRequest{Topic: client.Ptr("invoices")}, 1},
		{client.PublishWebhookEventRequest{WebhookType: client.WebhookTypeSyncStarted}, 0},
		{client.PublishWebhookEventRequest{
			WebhookType: client.WebhookTypeIntegration, IntegrationType: client.Ptr(client.IntegrationTypeXero),
		}, 1},
		{client.PublishWebhookEventRequest{
			WebhookType: client.WebhookTypeIntegration, IntegrationType: client.Ptr(client.IntegrationTypeShopify),
		}, 0},
	} {
		assert.Equal(t, c.want, w.publish(c.event).Deliveries, "%+v", c.event)
	}
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := client.WithIdempotencyKey("one")
	first := w.publish(client.PublishWebhookEventRequest{}, key)
	assert.Equal(t, first, w.publish(client.PublishWebhookEventRequest{}, key))
	_, err := w.api.Events.Publish(t.Context(), client.PublishWebhookEventRequest{
		WebhookType: client.WebhookTypeDataModelChanges, Payload: []byte(`{}`),
	}, key)
	require.ErrorIs(t, err, client.ErrConflict)
	w.Advance(24*time.Hour + time.Second)
	assert.NotEqual(t, first.ID, w.publish(client.PublishWebhookEventRequest{}, key).ID, "a day later it is a new event")

	request := client.CreateWebhookConfigRequest{Headers: &[]client.WebhookHeader{{Name: "Authorization", Value: "Bearer secret"}}}
	request.WebhookType, request.Name, request.URL = client.WebhookTypeSyncStarted, "n", "https://example.com"
	created, err := w.api.WebhookConfigs.Create(t.Context(), request, key)
	require.NoError(t, err)
	again, err := w.api.WebhookConfigs.Create(t.Context(), request, key)
	require.NoError(t, err)
	assert.Equal(t, created, again)
}

// TestAnswers says what follows from what a receiver answers.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		state   client.DeliveryState
		config  client.WebhookConfigState
		message string
		reason  string
	}{
		"200":          {http.StatusOK, client.DeliveryStateDelivered, client.WebhookConfigStateEnabled, "", ""},
		"299":          {299, client.DeliveryStateDelivered, client.WebhookConfigStateEnabled, "", ""},
		"redirect":     {http.StatusFound, client.DeliveryStatePending, client.WebhookConfigStateEnabled, "redirect", ""},
		"client error": {http.StatusBadRequest, client.DeliveryStatePending, client.WebhookConfigStateEnabled, "400", ""},
		"server error": {http.StatusBadGateway, client.DeliveryStatePending, client.WebhookConfigStateEnabled, "502", ""},
		"gone":         {http.StatusGone, client.DeliveryStateFailed, client.WebhookConfigStateDisabled, "410", "410"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.receiver.Answer(c.status)
			w.publish(client.PublishWebhookEventRequest{})
			log := w.settled()
			assert.Equal(t, c.state, log.State)
			require.Len(t, log.Attempts, 1)
			assert.Equal(t, int32(c.status), log.Attempts[0].StatusCode.MustGet()) //nolint:gosec // three digits
			assert.Equal(t, c.status < 300, log.Attempts[0].Success)
			assert.Contains(t, client.OrZero(log.Attempts[0].ErrorMessage), c.message)
			assert.Contains(t, client.OrZero(log.FailureReason), c.reason)
			assert.Equal(t, c.state == client.DeliveryStatePending, !log.NextAttemptAt.IsNull())
			assert.Equal(t, c.config, w.state())
		})
	}
}

func TestDisablingStopsWhatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.receiver.Answer(http.StatusInternalServerError)
	w.publish(client.PublishWebhookEventRequest{})
	require.Equal(t, client.DeliveryStatePending, w.settled().State)

	w.update(client.UpdateWebhookConfigRequest{State: client.Ptr(client.WebhookConfigStateDisabled)})
	log := w.settled()
	assert.Equal(t, client.DeliveryStateFailed, log.State)
	assert.Contains(t, client.OrZero(log.FailureReason), "disabled")
	assert.Zero(t, w.publish(client.PublishWebhookEventRequest{}).Deliveries)
	_, err := w.api.WebhookLogs.Retry(t.Context(), log.ID)
	require.ErrorIs(t, err, client.ErrConflict)
	_, err = w.api.WebhookConfigs.Test(t.Context(), w.config.RootfiID)
	require.ErrorIs(t, err, client.ErrConflict)

	w.update(client.UpdateWebhookConfigRequest{State: client.Ptr(client.WebhookConfigStateEnabled)})
	w.Advance(time.Hour)
	assert.Len(t, w.receiver.Deliveries(), 1, "nothing old is sent by itself")
}

func TestDeletingStopsWhatWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.receiver.Answer(http.StatusInternalServerError)
	w.publish(client.PublishWebhookEventRequest{})
	w.settled()
	require.NoError(t, w.api.WebhookConfigs.Delete(t.Context(), w.config.RootfiID))
	w.Advance(time.Hour)
	log := w.settled()
	assert.Equal(t, client.DeliveryStateFailed, log.State)
	assert.Contains(t, client.OrZero(log.FailureReason), "deleted")
	assert.Len(t, w.receiver.Deliveries(), 1)
}

// TestDisabledAfterFiveDays lets an endpoint fail until the service gives it
// up.
func TestDisabledAfterFiveDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 100 {
		w.receiver.Answer(http.StatusServiceUnavailable)
	}
	w.publish(client.PublishWebhookEventRequest{})
	w.Advance(4 * 24 * time.Hour) // the first delivery is given up
	require.Equal(t, client.WebhookConfigStateEnabled, w.state())
	w.publish(client.PublishWebhookEventRequest{})
	w.Advance(2 * 24 * time.Hour)
	require.Equal(t, client.WebhookConfigStateEnabled, w.state(), "the event in hand keeps its schedule")
	w.Advance(2 * 24 * time.Hour)
	assert.Equal(t, client.WebhookConfigStateDisabled, w.state())
	log := w.settled()
	assert.Equal(t, client.DeliveryStateFailed, log.State)
	assert.EqualValues(t, 10, log.AttemptCount)
}

func TestRetryAndRecover(t *testing.T) {
	t.Parallel()
	w := newWorld(t, hooklinetest.WithRetrySchedule())
	since := w.Now()
	for range 3 {
		w.receiver.Answer(http.StatusInternalServerError)
		w.publish(client.PublishWebhookEventRequest{})
		require.Equal(t, client.DeliveryStateFailed, w.settled().State, "there are no retries")
	}
	last := w.settled()
	queued, err := w.api.WebhookLogs.Retry(t.Context(), last.ID)
	require.NoError(t, err)
	assert.Equal(t, last.ID, queued.ID)
	log := w.settled()
	assert.Equal(t, client.DeliveryStateDelivered, log.State)
	assert.Len(t, log.Attempts, 2)
	assert.Equal(t, w.receiver.Deliveries()[2].ID, w.receiver.Deliveries()[3].ID, "the event keeps its id")

	recovered, err := w.api.WebhookConfigs.Recover(t.Context(), w.config.RootfiID, client.RecoverWebhookDeliveriesRequest{Since: since})
	require.NoError(t, err)
	assert.EqualValues(t, 2, recovered.Deliveries)
	w.receiver.WaitFor(6)
	w.settled()
	failed, err := w.api.WebhookLogs.List(t.Context(), &client.ListWebhookLogsParams{State: client.Ptr(client.DeliveryStateFailed)})
	require.NoError(t, err)
	assert.Empty(t, failed.Items)
}

func TestTestDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.update(client.UpdateWebhookConfigRequest{Topics: client.Value([]string{"none.of.that"})})
	queued, err := w.api.WebhookConfigs.Test(t.Context(), w.config.RootfiID)
	require.NoError(t, err)
	got := w.receiver.WaitFor(1)[0]
	assert.JSONEq(t, `{"event":"webhook.test","webhook_id":1}`, string(got.Payload))
	log := w.settled()
	assert.Equal(t, queued.ID, log.ID)
	assert.Equal(t, client.DeliveryStateDelivered, log.State)
}

// TestForbiddenTargets needs no network: what cannot be meant is refused before
// it is stored.
func TestForbiddenTargets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, url := range []string{"http://169.254.169.254/latest/meta-data", "http://0xa9fea9fe/", "http://[fd00:ec2::254]/"} {
		_, err := w.api.WebhookConfigs.Create(t.Context(), client.CreateWebhookConfigRequest{
			WebhookType: client.WebhookTypeSyncStarted, Name: "n", URL: url,
		})
		var refused *client.Error
		require.ErrorAs(t, err, &refused, url)
		assert.Equal(t, http.StatusBadRequest, refused.StatusCode)
		require.Len(t, refused.Violations, 1)
		assert.Equal(t, "/url", refused.Violations[0].Pointer)
		_, err = w.api.WebhookConfigs.Update(t.Context(), w.config.RootfiID, client.UpdateWebhookConfigRequest{URL: &url})
		require.ErrorIs(t, err, client.ErrInvalidRequest)
	}
}

// TestDeadEndpointDelaysNobody queues deliveries for an endpoint that never
// answers, and sees those for another one arrive while not one of the first has
// ended. make bench has it with 2,000 of them, and with times.
func TestDeadEndpointDelaysNobody(t *testing.T) {
	t.Parallel()
	const waiting, healthy, perEndpoint = 300, 50, 16
	w := newWorld(t, hooklinetest.WithDeliveryTimeout(time.Hour))
	var underWay atomic.Int64
	release := make(chan struct{})
	dead := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		underWay.Add(1)
		<-release
	}))
	t.Cleanup(dead.Close)
	t.Cleanup(func() { close(release) })
	w.create(client.CreateWebhookConfigRequest{WebhookType: client.WebhookTypeSyncStarted, URL: dead.URL})
	for range waiting {
		w.publish(client.PublishWebhookEventRequest{WebhookType: client.WebhookTypeSyncStarted})
	}
	for range healthy {
		w.publish(client.PublishWebhookEventRequest{})
	}
	w.receiver.WaitFor(healthy)
	assert.LessOrEqual(t, underWay.Load(), int64(perEndpoint), "the endpoint has no more attempts at a time than are allowed")
	for _, state := range []client.DeliveryState{client.DeliveryStateDelivered, client.DeliveryStateFailed} {
		page, err := w.api.WebhookLogs.List(t.Context(), &client.ListWebhookLogsParams{
			WebhookID: client.Ptr(w.config.RootfiID + 1), State: &state,
		})
		require.NoError(t, err)
		assert.Zero(t, page.Count, "no attempt of the dead endpoint has ended")
	}
}

// TestUnusableSigningKey refuses what could never sign.
func TestUnusableSigningKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const unusable = "whsec_not base64"
	_, err := w.api.WebhookConfigs.Create(t.Context(), client.CreateWebhookConfigRequest{
		WebhookType: client.WebhookTypeSyncStarted, Name: "n", URL: "https://example.com", SigningKey: client.Ptr(unusable),
	})
	var refused *client.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, http.StatusBadRequest, refused.StatusCode)
	require.Len(t, refused.Violations, 1)
	assert.Equal(t, "/signing_key", refused.Violations[0].Pointer)
	assert.NotContains(t, string(refused.Response.Body), "not base64")
	_, err = w.api.WebhookConfigs.Update(t.Context(), w.config.RootfiID, client.UpdateWebhookConfigRequest{
		SigningKey: client.Value(unusable),
	})
	require.ErrorIs(t, err, client.ErrInvalidRequest)
}
