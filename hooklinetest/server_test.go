package hooklinetest_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync"
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

// failedTest is a test that has ended. It keeps the message that it was failed
// with.
type failedTest struct {
	testing.TB

	message string
}

// Context returns one that has ended.
func (f *failedTest) Context() context.Context {
	ctx, cancel := context.WithCancel(f.TB.Context())
	cancel()
	return ctx
}

// Fatalf implements testing.TB.
func (f *failedTest) Fatalf(format string, args ...any) {
	f.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// waitInVain returns the message of a test that has ended while it waited.
func waitInVain(t *testing.T, r *hooklinetest.Receiver, n int) string {
	t.Helper()
	failed := &failedTest{TB: t}
	r.SetTB(failed)
	var waiting sync.WaitGroup
	waiting.Go(func() { r.WaitFor(n) })
	waiting.Wait()
	return failed.message
}

// TestWaitForExplains waits in vain, in each way that people get wrong.
func TestWaitForExplains(t *testing.T) {
	t.Parallel()
	s := hooklinetest.NewServer(t)
	r, elsewhere := s.Receiver(), s.Receiver()
	assert.Equal(t, "hooklinetest: the test ended with 0 deliveries, not 1\n\tnothing was published"+
		"\n\tno config has a URL that begins with "+r.URL, waitInVain(t, r, 1))

	subscribe(t, s, elsewhere.URL)
	publish(t, s)
	elsewhere.WaitFor(1)
	assert.Contains(t, waitInVain(t, r, 1), "\n\tpublished CONNECTION_CHANGED: 1 config matched\n\tno config has")

	config := subscribe(t, s, r.URL+"/hooks")
	_, err := s.Client().WebhookConfigs.Update(t.Context(), config.RootfiID, client.UpdateWebhookConfigRequest{
		Topics: client.Value([]string{"sync.done"}), State: client.Ptr(client.WebhookConfigStateDisabled),
	})
	require.NoError(t, err)
	_, err = s.Client().Events.Publish(t.Context(), client.PublishWebhookEventRequest{
		WebhookType: client.WebhookTypeIntegration, Payload: []byte(`{}`),
	})
	require.ErrorIs(t, err, client.ErrInvalidRequest)
	explained := waitInVain(t, r, 1)
	assert.Contains(t, explained, "\n\tpublished INTEGRATION: refused with 400")
	assert.Contains(t, explained, "(test) of type CONNECTION_CHANGED is DISABLED, with the topics sync.done")
}

// TestWaitForTellsTheLastError waits for more than arrives.
func TestWaitForTellsTheLastError(t *testing.T) {
	t.Parallel()
	s := hooklinetest.NewServer(t)
	r := s.Receiver()
	r.Answer(http.StatusTeapot)
	subscribe(t, s, r.URL)
	publish(t, s)
	r.WaitFor(1)
	s.Advance(0)
	assert.Regexp(t, `delivery [0-9a-f-]{36} is PENDING after 1 attempts, the last error: status 418 I'm a teapot$`, waitInVain(t, r, 2))
}

// BenchmarkNewServer starts servers, which end with the benchmark: run it with
// -benchtime 50x.
func BenchmarkNewServer(b *testing.B) {
	for b.Loop() {
		hooklinetest.NewServer(b)
	}
}
