package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store/postgrestest"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

// TestListsReadWhatTheyFind has lists with filters that match nothing, little
// and everything, before PostgreSQL knows the tables and after, and counts the
// rows that they read: those of a page, and never those of other filters or
// organisations.
func TestListsReadWhatTheyFind(t *testing.T) {
	url := postgrestest.URL(t)
	s := open(t, url, storetest.NewCipher(t))
	watcher := connect(t, url)
	_, err := watcher.Exec(t.Context(), `ALTER TABLE deliveries SET (autovacuum_enabled = off)`)
	require.NoError(t, err)
	path := newWritePath(t, s, &storetest.Queue{})
	const many = 20_000
	grow(t, watcher, path.config.ID, many)
	_, err = watcher.Exec(t.Context(), `UPDATE deliveries SET sync_id = CASE WHEN id::text LIKE '%0' THEN 'large' ELSE 'small-' || id END`)
	require.NoError(t, err)
	_, err = watcher.Exec(t.Context(), `INSERT INTO delivery_changes
		SELECT 1, $1, 0, 0, 0, $2, 0`, path.config.ID, many)
	require.NoError(t, err)
	_, err = s.EnsureOrganisation(t.Context(), 2)
	require.NoError(t, err)
	rare, err := s.ImportDelivery(t.Context(), webhook.DeliveryDetail{Delivery: webhook.Delivery{
		OrganisationID: 1, WebhookID: 99, State: webhook.DeliveryFailed, SyncID: "large",
	}})
	require.NoError(t, err)

	for _, known := range []bool{false, true} {
		if known {
			_, err := watcher.Exec(t.Context(), `ANALYZE`)
			require.NoError(t, err)
		}
		for _, filter := range sparseFilters(path.config.ID, rare.WebhookID) {
			for _, organisation := range []int64{1, 2} {
				t.Run(fmt.Sprintf("known %t organisation %d filter %+v", known, organisation, filter), func(t *testing.T) {
					before := path.reads(t, s, watcher)["deliveries"]
					_, err := s.Deliveries(t.Context(), organisation, filter)
					require.NoError(t, err)
					after := path.reads(t, s, watcher)["deliveries"]
					assert.Equal(t, before.scans, after.scans, "scans")
					assert.LessOrEqual(t, after.rows-before.rows, int64(2*webhook.DefaultPageLimit), "rows")
				})
			}
		}
	}
}

// sparseFilters are combinations of what matches nothing, little and much. The
// deliveries of a sync are counted one by one, so that of those only the ones
// are here that match little.
func sparseFilters(frequent, rare int64) []webhook.DeliveryFilter {
	var filters []webhook.DeliveryFilter
	for _, webhookID := range []*int64{nil, &frequent, &rare, new(int64(7))} {
		for _, state := range []webhook.DeliveryState{"", webhook.DeliveryPending, webhook.DeliveryDelivered, webhook.DeliveryFailed} {
			for _, from := range []*time.Time{nil, new(time.Now().Add(-time.Hour)), new(time.Now().Add(time.Hour))} {
				filters = append(filters, webhook.DeliveryFilter{WebhookID: webhookID, State: state, From: from})
			}
		}
	}
	return append(filters,
		webhook.DeliveryFilter{SyncID: "none"},
		webhook.DeliveryFilter{SyncID: "large", WebhookID: &rare},
		webhook.DeliveryFilter{SyncID: "large", WebhookID: new(int64(7))},
		webhook.DeliveryFilter{SyncID: "large", State: webhook.DeliveryFailed},
	)
}
