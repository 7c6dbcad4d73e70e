package storetest

import (
	"bytes"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// importDelivery stores a delivery without a job.
func (f *fixture) importDelivery(t *testing.T, d webhook.Delivery) webhook.Delivery {
	t.Helper()
	imported, err := f.ImportDelivery(t.Context(), webhook.DeliveryDetail{Delivery: d, Payload: []byte(`{}`)})
	require.NoError(t, err)
	return imported
}

func deliveryIDs(deliveries []webhook.Delivery) []webhook.ID {
	ids := []webhook.ID{}
	for _, d := range deliveries {
		ids = append(ids, d.ID)
	}
	return ids
}

func testImportDelivery(t *testing.T, f *fixture) {
	now := f.clock.Now().UTC().Truncate(time.Microsecond)
	payload := []byte("{\"event\" : \"connection.changed\",\n\"n\":1.0, \"bytes\":\"\x00\xff\"}")
	d := webhook.Delivery{
		OrganisationID: ours, WebhookID: 12, WebhookName: "Näme", WebhookURL: "https://example.com/hook",
		EventType: "CONNECTION_CHANGED", Integration: "XERO", SyncID: "sync-1", LatestStatusCode: new(503),
		FailureReason: "answered 503", State: webhook.DeliveryFailed,
	}
	attempts := []webhook.Attempt{
		{ErrorMessage: "connection refused", Duration: 1500 * time.Microsecond, CreatedAt: now.Add(-time.Hour)},
		{StatusCode: new(503), ErrorMessage: "answered 503", ResponseBody: []byte("nö"), CreatedAt: now},
		{Success: true, StatusCode: new(204), ResponseBody: []byte{}, CreatedAt: now},
	}
	imported, err := f.ImportDelivery(t.Context(), webhook.DeliveryDetail{Delivery: d, Payload: payload, Attempts: attempts})
	require.NoError(t, err)
	want := d
	want.ID, want.EventID, want.AttemptCount = imported.ID, imported.EventID, len(attempts)
	want.CreatedAt, want.UpdatedAt = now, now.Add(imported.UpdatedAt.Sub(now))
	require.Equal(t, want, imported)
	requireID(t, imported.EventID)
	require.NotEqual(t, imported.ID, imported.EventID)

	detail, err := f.Delivery(t.Context(), ours, imported.ID)
	require.NoError(t, err)
	for i := range attempts {
		attempts[i].Number = i + 1
	}
	require.Equal(t, webhook.DeliveryDetail{Delivery: want, Payload: payload, Attempts: withoutIDs(t, detail.Attempts, attempts)}, detail)
	require.Empty(t, f.queue.Take())
}

// withoutIDs returns the attempts that are wanted with the ids that were found.
func withoutIDs(t *testing.T, got, want []webhook.Attempt) []webhook.Attempt {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		requireID(t, got[i].ID)
		want[i].ID = got[i].ID
	}
	return want
}

// requireID fails for what is no UUID of version 7.
func requireID(t *testing.T, id webhook.ID) {
	t.Helper()
	require.EqualValues(t, 7, uuid.UUID(id).Version())
	require.Equal(t, uuid.RFC4122, uuid.UUID(id).Variant())
}

func testImportBareDelivery(t *testing.T, f *fixture) {
	bare, err := f.ImportDelivery(t.Context(), webhook.DeliveryDetail{Delivery: webhook.Delivery{OrganisationID: ours}})
	require.NoError(t, err)
	require.Equal(t, webhook.DeliveryPending, bare.State)
	detail, err := f.Delivery(t.Context(), ours, bare.ID)
	require.NoError(t, err)
	require.Equal(t, webhook.DeliveryDetail{Delivery: bare, Payload: []byte{}, Attempts: []webhook.Attempt{}}, detail)

	at := time.Date(2025, 1, 2, 3, 4, 5, 6_007_000, time.UTC)
	old, err := f.ImportDelivery(t.Context(), webhook.DeliveryDetail{Delivery: webhook.Delivery{OrganisationID: ours, CreatedAt: at}})
	require.NoError(t, err)
	require.False(t, old.CreatedAt.Before(at))
	page, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{From: &old.CreatedAt, To: &old.CreatedAt})
	require.NoError(t, err)
	require.Contains(t, deliveryIDs(page.Deliveries), old.ID)

	_, err = f.ImportDelivery(t.Context(), webhook.DeliveryDetail{Delivery: webhook.Delivery{OrganisationID: 99}})
	requireCode(t, webhook.CodeNotFound, err)
}

// testAttemptsShown has a delivery tried more often than a detail shows.
func testAttemptsShown(t *testing.T, f *fixture) {
	const more = 3
	attempts := make([]webhook.Attempt, webhook.MaxShownAttempts+more)
	for i := range attempts {
		attempts[i] = webhook.Attempt{ErrorMessage: "refused", CreatedAt: f.clock.Now()}
	}
	imported, err := f.ImportDelivery(t.Context(), webhook.DeliveryDetail{
		Delivery: webhook.Delivery{OrganisationID: ours, State: webhook.DeliveryFailed}, Attempts: attempts,
	})
	require.NoError(t, err)
	detail := f.delivery(t, imported.ID)
	require.Equal(t, len(attempts), detail.AttemptCount)
	require.Len(t, detail.Attempts, webhook.MaxShownAttempts)
	require.Equal(t, more+1, detail.Attempts[0].Number, "the latest ones")
	require.Equal(t, len(attempts), detail.Attempts[webhook.MaxShownAttempts-1].Number)
}

func testListDeliveries(t *testing.T, f *fixture) {
	empty, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{})
	require.NoError(t, err)
	require.Equal(t, webhook.DeliveryPage{Deliveries: []webhook.Delivery{}}, empty)

	var want []webhook.Delivery
	for i := range webhook.DefaultPageLimit + 1 {
		want = append(want, f.importDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: int64(i)}))
		f.importDelivery(t, webhook.Delivery{OrganisationID: theirs})
	}
	slices.Reverse(want)
	page, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{})
	require.NoError(t, err)
	require.Equal(t, want[:webhook.DefaultPageLimit], page.Deliveries)
	require.EqualValues(t, len(want), page.Count)
	require.Equal(t, want[webhook.DefaultPageLimit-1].ID, page.Next)

	last, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{Cursor: page.Next})
	require.NoError(t, err)
	require.Equal(t, webhook.DeliveryPage{Deliveries: want[webhook.DefaultPageLimit:], Count: page.Count}, last)

	exact, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{Limit: len(want)})
	require.NoError(t, err)
	require.Equal(t, webhook.DeliveryPage{Deliveries: want, Count: page.Count}, exact)
}

// testDeliveryPagesWhileRowsArrive reads all pages while several writers add
// deliveries: those that were there must come, each once, in order.
func testDeliveryPagesWhileRowsArrive(t *testing.T, f *fixture) {
	var want []webhook.ID
	for range 30 {
		want = append(want, f.importDelivery(t, webhook.Delivery{OrganisationID: ours}).ID)
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
				_, err := f.ImportDelivery(t.Context(), webhook.DeliveryDetail{Delivery: webhook.Delivery{OrganisationID: ours}})
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
	require.True(t, slices.IsSortedFunc(got, newestFirst))
	require.Len(t, slices.Compact(slices.Clone(got)), len(got), "repeated")
}

// newestFirst orders ids as lists do.
func newestFirst(a, b webhook.ID) int { return bytes.Compare(b[:], a[:]) }

// allDeliveries follows the cursors through all pages.
func (f *fixture) allDeliveries(t *testing.T, limit int) []webhook.ID {
	t.Helper()
	var ids []webhook.ID
	for filter := (webhook.DeliveryFilter{Limit: limit}); ; {
		page, err := f.Deliveries(t.Context(), ours, filter)
		require.NoError(t, err)
		ids = append(ids, deliveryIDs(page.Deliveries)...)
		if page.Next.IsZero() {
			return ids
		}
		filter.Cursor = page.Next
	}
}

func testDeliveryFilters(t *testing.T, f *fixture) {
	start := f.clock.Now()
	create := func(webhookID int64, state webhook.DeliveryState, sync string) webhook.ID {
		id := f.importDelivery(t, webhook.Delivery{OrganisationID: ours, WebhookID: webhookID, State: state, SyncID: sync}).ID
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
		want   []webhook.ID
		count  int64
	}{
		{"none", webhook.DeliveryFilter{}, []webhook.ID{d, c, b, a}, 4},
		{"state", webhook.DeliveryFilter{State: webhook.DeliveryFailed}, []webhook.ID{c, b}, 2},
		{"state without any", webhook.DeliveryFilter{State: webhook.DeliveryProcessing}, []webhook.ID{}, 0},
		{"webhook", webhook.DeliveryFilter{WebhookID: new(int64(1))}, []webhook.ID{b, a}, 2},
		{"webhook 0", webhook.DeliveryFilter{WebhookID: new(int64(0))}, []webhook.ID{}, 0},
		{"sync", webhook.DeliveryFilter{SyncID: "s1"}, []webhook.ID{c, b}, 2},
		{"from", webhook.DeliveryFilter{From: minute(2)}, []webhook.ID{d, c}, 2},
		{"to", webhook.DeliveryFilter{To: minute(1)}, []webhook.ID{b, a}, 2},
		{"from and to", webhook.DeliveryFilter{From: minute(1), To: minute(2)}, []webhook.ID{c, b}, 2},
		{"from after to", webhook.DeliveryFilter{From: minute(2), To: minute(1)}, []webhook.ID{}, 0},
		{"all", webhook.DeliveryFilter{
			State: webhook.DeliveryFailed, WebhookID: new(int64(2)), SyncID: "s1", From: minute(0), To: minute(9),
		}, []webhook.ID{c}, 1},
		{"cursor", webhook.DeliveryFilter{Cursor: c}, []webhook.ID{b, a}, 4},
		{"cursor and state", webhook.DeliveryFilter{Cursor: c, State: webhook.DeliveryFailed}, []webhook.ID{b}, 2},
		{"unknown cursor", webhook.DeliveryFilter{Cursor: webhook.ID(uuid.Max)}, []webhook.ID{d, c, b, a}, 4},
		{"hostile sync", webhook.DeliveryFilter{SyncID: "s1' OR '1'='1"}, []webhook.ID{}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			page, err := f.Deliveries(t.Context(), ours, test.filter)
			require.NoError(t, err)
			require.Equal(t, test.want, deliveryIDs(page.Deliveries))
			require.Equal(t, test.count, page.Count)
			require.Zero(t, page.Next)
		})
	}
}

// testDeliveryDates uses bounds as a caller copies them from a response, with
// three fractional digits, of a delivery that is stored with six.
func testDeliveryDates(t *testing.T, f *fixture) {
	created := f.importDelivery(t, webhook.Delivery{OrganisationID: ours})
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
	created := f.importDelivery(t, webhook.Delivery{OrganisationID: ours})
	requireID(t, created.ID)
	require.Equal(t, created.CreatedAt.UnixMilli(), time.Unix(uuid.UUID(created.ID).Time().UnixTime()).UnixMilli())
	for _, unknown := range []webhook.ID{webhook.ID(uuid.New()), {}, created.EventID} {
		_, err := f.Delivery(t.Context(), ours, unknown)
		requireCode(t, webhook.CodeNotFound, err)
	}
}
