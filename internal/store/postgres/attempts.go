package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// lockedDeliveries are those that a transaction has locked to change them.
type lockedDeliveries struct {
	store   *Store
	now     time.Time
	byID    map[webhook.ID]*webhook.Delivery
	changed []*webhook.Delivery // those to save, each once
	dirty   map[webhook.ID]bool
	counted store.Changes
}

var lockDeliveries = byIDs(`deliveries`, `uuid`, store.DeliveryColumns, forUpdate)

// lock takes the deliveries with the given ids, after what the batch has
// already.
func (s *Store) lock(ctx context.Context, tx pgx.Tx, batch *pgx.Batch, ids []webhook.ID) (*lockedDeliveries, error) {
	l := &lockedDeliveries{
		store: s, now: s.now(), byID: map[webhook.ID]*webhook.Delivery{}, dirty: map[webhook.ID]bool{}, counted: store.Changes{},
	}
	batch.Queue(lockDeliveries, uuids(sorted(ids))).
		Query(func(rows pgx.Rows) error {
			found, err := scanAll(rows, scanDelivery)
			for i := range found {
				l.byID[found[i].ID] = &found[i]
			}
			return err
		})
	return l, send(ctx, tx, batch)
}

// delivery returns one of the deliveries.
func (l *lockedDeliveries) delivery(id webhook.ID) (*webhook.Delivery, error) {
	if d := l.byID[id]; d != nil {
		return d, nil
	}
	return nil, store.NotFound("delivery")
}

// change has the delivery saved that one of the locked ones has become.
func (l *lockedDeliveries) change(next webhook.Delivery) {
	d := l.byID[next.ID]
	l.counted.Move(&next, d.State)
	*d = next
	if !l.dirty[d.ID] {
		l.dirty[d.ID] = true
		l.changed = append(l.changed, d)
	}
}

// save stores the deliveries that have changed.
func (l *lockedDeliveries) save(tx *transaction, batch *pgx.Batch) {
	saveDeliveries(batch, l.changed)
	tx.count(batch, l.counted)
}

// storedAttempt is a row of delivery_attempts.
type storedAttempt struct {
	webhook.Attempt
	deliveryID webhook.ID
}

// newAttempt returns an attempt to store, with its id.
func (s *Store) newAttempt(deliveryID webhook.ID, a webhook.Attempt) *storedAttempt {
	stored := &storedAttempt{Attempt: a, deliveryID: deliveryID}
	stored.ID, _ = s.ids.Next(s.now())
	stored.ErrorMessage = text(a.ErrorMessage)
	return stored
}

// text returns what PostgreSQL can store of a text.
func text(s string) string {
	if isText(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func insertAttempts(batch *pgx.Batch, attempts []*storedAttempt) {
	if len(attempts) == 0 {
		return
	}
	type item = *storedAttempt
	batch.Queue(`INSERT INTO delivery_attempts
		(id, delivery_id, number, success, status_code, error_message, duration, response_body, created_at)
		SELECT id, delivery_id, number, success, status_code, NULLIF(error_message, ''), duration, response_body, created_at
		FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::boolean[], $5::integer[], $6::text[], $7::bigint[], $8::bytea[],
			$9::bigint[]) AS n (id, delivery_id, number, success, status_code, error_message, duration, response_body, created_at)`,
		column(attempts, func(a item) [16]byte { return a.ID }),
		column(attempts, func(a item) [16]byte { return a.deliveryID }),
		column(attempts, func(a item) int { return a.Number }),
		column(attempts, func(a item) bool { return a.Success }),
		column(attempts, func(a item) *int { return a.StatusCode }),
		column(attempts, func(a item) string { return a.ErrorMessage }),
		column(attempts, func(a item) int64 { return a.Duration.Microseconds() }),
		column(attempts, func(a item) []byte { return a.ResponseBody }),
		column(attempts, func(a item) int64 { return store.Micros(a.CreatedAt) }))
}
