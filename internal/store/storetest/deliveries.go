package storetest

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

func (f *fixture) createDelivery(t *testing.T, d webhook.Delivery) webhook.Delivery {
	t.Helper()
	created, err := f.CreateDelivery(t.Context(), d, []byte(`{}`))
	require.NoError(t, err)
	return created
}

func deliveryIDs(deliveries []webhook.Delivery) []string {
	ids := []string{}
	for _, d := range deliveries {
		ids = append(ids, d.ID)
	}
	return ids
}

func testCreateDelivery(t *testing.T, f *fixture) {
	now := f.clock.Now().UTC().Truncate(time.Microsecond)
	payload := []byte("{\"event\" : \"connection.changed\",\n\"n\":1.0, \"bytes\":\"\x00\xff\"}")
	d := webhook.Delivery{
		OrganisationID: ours, WebhookID: 12, WebhookName: "Näme", WebhookURL: "https://example.com/hook",
		EventType: "CONNECTION_CHANGED", Integration: "XERO", SyncID: "sync-1",
	}
	created, err := f.CreateDelivery(t.Context(), d, payload)
	require.NoError(t, err)
	want := d
	want.ID, want.State, want.CreatedAt, want.UpdatedAt = created.ID, webhook.DeliveryPending, now, now
	require.Equal(t, want, created)

	detail, err := f.Delivery(t.Context(), ours, created.ID)
	require.NoError(t, err)
	require.Equal(t, webhook.DeliveryDetail{Delivery: want, Payload: payload, Attempts: []webhook.Attempt{}}, detail)

	bare, err := f.CreateDelivery(t.Context(), webhook.Delivery{OrganisationID: ours, State: webhook.DeliveryFailed}, nil)
	require.NoError(t, err)
	detail, err = f.Delivery(t.Context(), ours, bare.ID)
	require.NoError(t, err)
	require.Equal(t, bare, detail.Delivery)
	require.Equal(t, webhook.DeliveryFailed, detail.State)
	require.Empty(t, detail.Payload)
}

func testDeliveryOfUnknownOrganisation(t *testing.T, f *fixture) {
	_, err := f.CreateDelivery(t.Context(), webhook.Delivery{OrganisationID: 99}, nil)
	requireCode(t, webhook.CodeNotFound, err)
}

func testRecordAttempts(t *testing.T, f *fixture) {
	created := f.createDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: 1})
	bystander := f.createDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: 1})
	outcomes := []struct {
		attempt webhook.Attempt
		state   webhook.DeliveryState
	}{
		{webhook.Attempt{StatusCode: new(503), ErrorMessage: "answered 503"}, webhook.DeliveryPending},
		{webhook.Attempt{ErrorMessage: "connection refused"}, webhook.DeliveryPending},
		{webhook.Attempt{Success: true, StatusCode: new(204)}, webhook.DeliveryDelivered},
	}
	want := webhook.DeliveryDetail{Delivery: created, Payload: []byte(`{}`)}
	for i, outcome := range outcomes {
		f.clock.Advance(time.Second)
		now := f.clock.Now().UTC().Truncate(time.Microsecond)
		updated, err := f.RecordAttempt(t.Context(), ours, created.ID, outcome.attempt, outcome.state)
		require.NoError(t, err)
		want.State, want.LatestStatusCode = outcome.state, outcome.attempt.StatusCode
		want.AttemptCount, want.UpdatedAt = i+1, now
		require.Equal(t, want.Delivery, updated)
		outcome.attempt.Number, outcome.attempt.CreatedAt = i+1, now
		want.Attempts = append(want.Attempts, outcome.attempt)
	}
	got, err := f.Delivery(t.Context(), ours, created.ID)
	require.NoError(t, err)
	for i, attempt := range got.Attempts {
		require.NoError(t, uuid.Validate(attempt.ID))
		got.Attempts[i].ID = ""
	}
	require.Equal(t, want, got)

	other, err := f.Delivery(t.Context(), ours, bystander.ID)
	require.NoError(t, err)
	require.Equal(t, bystander, other.Delivery)
	require.Empty(t, other.Attempts)
	_, err = f.RecordAttempt(t.Context(), ours, uuid.NewString(), webhook.Attempt{}, webhook.DeliveryFailed)
	requireCode(t, webhook.CodeNotFound, err)
}

func testConcurrentAttempts(t *testing.T, f *fixture) {
	const attempts = 20
	created := f.createDelivery(t, webhook.Delivery{OrganisationID: ours})
	var group sync.WaitGroup
	for range attempts {
		group.Go(func() {
			_, err := f.RecordAttempt(t.Context(), ours, created.ID, webhook.Attempt{}, webhook.DeliveryPending)
			assert.NoError(t, err)
		})
	}
	group.Wait()
	detail, err := f.Delivery(t.Context(), ours, created.ID)
	require.NoError(t, err)
	require.Equal(t, attempts, detail.AttemptCount)
	require.Len(t, detail.Attempts, attempts)
	for i, attempt := range detail.Attempts {
		require.Equal(t, i+1, attempt.Number)
	}
}

func testListDeliveries(t *testing.T, f *fixture) {
	empty, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{})
	require.NoError(t, err)
	require.Equal(t, webhook.DeliveryPage{Deliveries: []webhook.Delivery{}}, empty)

	var want []webhook.Delivery
	for i := range webhook.DefaultPageLimit + 1 {
		want = append(want, f.createDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: int64(i)}))
		f.createDelivery(t, webhook.Delivery{OrganisationID: theirs})
	}
	slices.Reverse(want)
	page, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{})
	require.NoError(t, err)
	require.Equal(t, want[:webhook.DefaultPageLimit], page.Deliveries)
	require.EqualValues(t, len(want), page.Count)
	require.Equal(t, want[webhook.DefaultPageLimit-1].ID, page.Next)

	last, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{Cursor: strings.ToUpper(page.Next)})
	require.NoError(t, err)
	require.Equal(t, webhook.DeliveryPage{Deliveries: want[webhook.DefaultPageLimit:], Count: page.Count}, last)

	exact, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{Limit: len(want)})
	require.NoError(t, err)
	require.Equal(t, webhook.DeliveryPage{Deliveries: want, Count: page.Count}, exact)
}

// testDeliveryPagesWhileRowsArrive reads all pages while several writers add
// deliveries: those that were there must come, each once, in order.
func testDeliveryPagesWhileRowsArrive(t *testing.T, f *fixture) {
	var want []string
	for range 30 {
		want = append(want, f.createDelivery(t, webhook.Delivery{OrganisationID: ours}).ID)
	}
	slices.Reverse(want)
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for range 3 {
		writers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				_, err := f.CreateDelivery(t.Context(), webhook.Delivery{OrganisationID: ours}, nil)
				if !assert.NoError(t, err) {
					return
				}
			}
		})
	}
	got := f.allDeliveries(t, 2)
	close(stop)
	writers.Wait()

	require.GreaterOrEqual(t, len(got), len(want))
	require.Equal(t, want, got[len(got)-len(want):], "what was there at the start")
	require.True(t, slices.IsSortedFunc(got, func(a, b string) int { return strings.Compare(b, a) }))
	require.Len(t, slices.Compact(slices.Clone(got)), len(got), "repeated")
}

// allDeliveries follows the cursors through all pages.
func (f *fixture) allDeliveries(t *testing.T, limit int) []string {
	t.Helper()
	var ids []string
	for filter := (webhook.DeliveryFilter{Limit: limit}); ; {
		page, err := f.Deliveries(t.Context(), ours, filter)
		require.NoError(t, err)
		ids = append(ids, deliveryIDs(page.Deliveries)...)
		if page.Next == "" {
			return ids
		}
		filter.Cursor = page.Next
	}
}

func testDeliveryFilters(t *testing.T, f *fixture) {
	start := f.clock.Now()
	create := func(webhookID int64, state webhook.DeliveryState, sync string) string {
		id := f.createDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: webhookID, State: state, SyncID: sync}).ID
		f.clock.Advance(time.Minute)
		return id
	}
	a := create(1, webhook.DeliveryPending, "")
	b := create(1, webhook.DeliveryFailed, "s1")
	c := create(2, webhook.DeliveryFailed, "s1")
	d := create(2, webhook.DeliveryDelivered, "s2")
	minute := func(n int) *time.Time { return new(start.Add(time.Duration(n) * time.Minute)) }

	tests := []struct {
		name   string
		filter webhook.DeliveryFilter
		want   []string
		count  int64
	}{
		{"none", webhook.DeliveryFilter{}, []string{d, c, b, a}, 4},
		{"state", webhook.DeliveryFilter{State: webhook.DeliveryFailed}, []string{c, b}, 2},
		{"state without any", webhook.DeliveryFilter{State: webhook.DeliveryProcessing}, []string{}, 0},
		{"webhook", webhook.DeliveryFilter{WebhookID: new(int64(1))}, []string{b, a}, 2},
		{"webhook 0", webhook.DeliveryFilter{WebhookID: new(int64(0))}, []string{}, 0},
		{"sync", webhook.DeliveryFilter{SyncID: "s1"}, []string{c, b}, 2},
		{"from", webhook.DeliveryFilter{From: minute(2)}, []string{d, c}, 2},
		{"to", webhook.DeliveryFilter{To: minute(1)}, []string{b, a}, 2},
		{"from and to", webhook.DeliveryFilter{From: minute(1), To: minute(2)}, []string{c, b}, 2},
		{"from after to", webhook.DeliveryFilter{From: minute(2), To: minute(1)}, []string{}, 0},
		{"all", webhook.DeliveryFilter{
			State: webhook.DeliveryFailed, WebhookID: new(int64(2)), SyncID: "s1", From: minute(0), To: minute(9),
		}, []string{c}, 1},
		{"cursor", webhook.DeliveryFilter{Cursor: c}, []string{b, a}, 4},
		{"cursor and state", webhook.DeliveryFilter{Cursor: c, State: webhook.DeliveryFailed}, []string{b}, 2},
		{"unknown cursor", webhook.DeliveryFilter{Cursor: uuid.Max.String()}, []string{d, c, b, a}, 4},
		{"hostile sync", webhook.DeliveryFilter{SyncID: "s1' OR '1'='1"}, []string{}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			page, err := f.Deliveries(t.Context(), ours, test.filter)
			require.NoError(t, err)
			require.Equal(t, test.want, deliveryIDs(page.Deliveries))
			require.Equal(t, test.count, page.Count)
			require.Empty(t, page.Next)
		})
	}
}

// testDeliveryDates uses bounds as a caller copies them from a response, with
// three fractional digits, of a delivery that is stored with six.
func testDeliveryDates(t *testing.T, f *fixture) {
	created := f.createDelivery(t, webhook.Delivery{OrganisationID: ours})
	shown := created.CreatedAt.Truncate(time.Millisecond)
	require.NotEqual(t, shown, created.CreatedAt)
	tests := []struct {
		name     string
		from, to *time.Time
		want     int64
	}{
		{"as shown", &shown, &shown, 1},
		{"as stored", &created.CreatedAt, &created.CreatedAt, 1},
		{"in another zone", new(shown.In(time.FixedZone("", -3600))), nil, 1},
		{"from a millisecond later", new(shown.Add(time.Millisecond)), nil, 0},
		{"to a millisecond earlier", nil, new(shown.Add(-time.Millisecond)), 0},
		{"from a millisecond earlier", new(shown.Add(-time.Millisecond)), nil, 1},
		{"to a millisecond later", nil, new(shown.Add(time.Millisecond)), 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			page, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{From: test.from, To: test.to})
			require.NoError(t, err)
			require.Equal(t, test.want, page.Count)
			require.Len(t, page.Deliveries, int(test.want))
		})
	}
}

func testDeliveryIDs(t *testing.T, f *fixture) {
	created := f.createDelivery(t, webhook.Delivery{OrganisationID: ours})
	id, err := uuid.Parse(created.ID)
	require.NoError(t, err)
	require.EqualValues(t, 7, id.Version())
	require.Equal(t, id.String(), created.ID)
	upper, err := f.Delivery(t.Context(), ours, strings.ToUpper(created.ID))
	require.NoError(t, err)
	require.Equal(t, created.ID, upper.ID)

	for _, unknown := range []string{uuid.NewString(), "", "12", "' OR 1=1 --", string(bytes.Repeat([]byte("a"), 4096))} {
		_, err := f.Delivery(t.Context(), ours, unknown)
		requireCode(t, webhook.CodeNotFound, err)
	}
	_, err = f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{Cursor: "submitted"})
	requireCode(t, webhook.CodeInvalid, err)
	require.NotContains(t, err.Error(), "submitted")
}
