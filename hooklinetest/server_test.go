package hooklinetest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/hooklinetest"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" //nolint:gosec // of the Standard Webhooks documentation

func subscribe(t *testing.T, s *hooklinetest.Server, url string) *client.WebhookConfig {
	t.Helper()
	config, err := s.Client().WebhookConfigs.Create(t.Context(), client.CreateWebhookConfigRequest{
		WebhookType: client.WebhookTypeConnectionChanged, Name: "test", URL: url, SigningKey: client.Ptr(secret),
	})
	require.NoError(t, err)
	return config
}

func publish(t *testing.T, s *hooklinetest.Server) *client.WebhookEvent {
	t.Helper()
	event, err := s.Client().Events.Publish(t.Context(), client.PublishWebhookEventRequest{
		WebhookType: client.WebhookTypeConnectionChanged, Payload: []byte(`{"event":"connection.changed", "company_id":496}`),
	})
	require.NoError(t, err)
	return event
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	s := hooklinetest.NewServer(t)
	r := s.Receiver()
	subscribe(t, s, r.URL+"/hooks")
	event := publish(t, s)
	assert.EqualValues(t, 1, event.Deliveries)

	got := r.WaitFor(1)[0]
	assert.Equal(t, event.ID.String(), got.ID)
	assert.JSONEq(t, `{"event":"connection.changed","company_id":496}`, string(got.Payload))
	assert.Equal(t, "/hooks", got.Path)
	require.NoError(t, got.Verify(secret))
	require.Error(t, got.Verify("another"))
}

// TestRetrySchedule runs the whole schedule, which takes three days, in no
// time.
func TestRetrySchedule(t *testing.T) {
	t.Parallel()
	s := hooklinetest.NewServer(t)
	r := s.Receiver()
	for range 20 {
		r.Answer(http.StatusInternalServerError)
	}
	subscribe(t, s, r.URL)
	publish(t, s)
	began := s.Now()
	s.Advance(4 * 24 * time.Hour)
	assert.Len(t, r.Deliveries(), 10, "an attempt and nine retries")
	assert.WithinRange(t, s.Now(), began.Add(4*24*time.Hour), began.Add(5*24*time.Hour))

	page, err := s.Client().WebhookLogs.List(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	assert.Equal(t, client.DeliveryStateFailed, page.Items[0].State)
	detail, err := s.Client().WebhookLogs.Get(t.Context(), page.Items[0].ID)
	require.NoError(t, err)
	require.Len(t, detail.Attempts, 10)
	delays := []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour,
		20 * time.Hour, 24 * time.Hour,
	}
	for i, delay := range delays {
		waited := detail.Attempts[i+1].CreatedAt.Sub(detail.Attempts[i].CreatedAt.Time)
		assert.InDelta(t, delay.Seconds(), waited.Seconds(), 0.1*delay.Seconds()+2, "retry %d", i+1)
	}
}

func TestFailNext(t *testing.T) {
	t.Parallel()
	s := hooklinetest.NewServer(t)
	s.FailNext(http.StatusBadGateway, 1)
	_, err := s.Client(client.WithMaxRetries(0)).WebhookConfigs.Get(t.Context(), 1)
	var failure *client.Error
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, http.StatusBadGateway, failure.StatusCode)
	_, err = s.Client().WebhookConfigs.Get(t.Context(), 1)
	require.ErrorIs(t, err, client.ErrNotFound)
}

func TestLatency(t *testing.T) {
	t.Parallel()
	s := hooklinetest.NewServer(t)
	s.SetLatency("getWebhookConfig", time.Hour)
	_, err := s.Client(client.WithTimeout(10*time.Millisecond), client.WithMaxRetries(0)).WebhookConfigs.Get(t.Context(), 1)
	require.Error(t, err)
	require.NotErrorIs(t, err, client.ErrNotFound)
	_, err = s.Client().WebhookConfigs.List(t.Context(), nil)
	require.NoError(t, err, "another operation is as fast as ever")
}

func TestServersShareNothing(t *testing.T) {
	t.Parallel()
	one, two := hooklinetest.NewServer(t), hooklinetest.NewServer(t)
	subscribe(t, one, "https://example.com")
	page, err := two.Client().WebhookConfigs.List(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, page.Items)
}

// BenchmarkNewServer starts servers, which end with the benchmark: run it with
// -benchtime 50x.
func BenchmarkNewServer(b *testing.B) {
	for b.Loop() {
		hooklinetest.NewServer(b)
	}
}
