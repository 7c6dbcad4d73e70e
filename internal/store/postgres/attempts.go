package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

const attemptColumns = `id, number, success, status_code, COALESCE(error_message, ''), duration, response_body, created_at`

// work is what a transaction does to deliveries that it has locked.
type work struct {
	store *Store
	now   time.Time
	// locked are the deliveries by id; changed are those to save, in order.
	locked  map[string]*storedDelivery
	changed []*storedDelivery
	dirty   map[*storedDelivery]bool
	counted changes
}

// lock takes the deliveries with the given ids, which need not be valid, after
// what the batch has already.
func (s *Store) lock(ctx context.Context, tx pgx.Tx, batch *pgx.Batch, ids []string) (*work, error) {
	var canonical []string
	for _, id := range ids {
		if id, err := store.ParseID(id); err == nil {
			canonical = append(canonical, id)
		}
	}
	w := &work{store: s, now: s.now(), locked: map[string]*storedDelivery{}, dirty: map[*storedDelivery]bool{}, counted: changes{}}
	batch.Queue(`SELECT `+deliveryColumns+` FROM deliveries WHERE id = ANY($1::uuid[]) ORDER BY id`+forUpdate, canonical).
		Query(func(rows pgx.Rows) error {
			found, err := scanAll(rows, scanStored)
			for i := range found {
				w.locked[found[i].ID] = &found[i]
			}
			return err
		})
	return w, send(ctx, tx, batch)
}

// delivery returns one of the deliveries.
func (w *work) delivery(id string) (*storedDelivery, error) {
	canonical, err := store.ParseID(id)
	if err != nil {
		return nil, store.NotFound("delivery")
	}
	if d := w.locked[canonical]; d != nil {
		return d, nil
	}
	return nil, store.NotFound("delivery")
}

// current returns a delivery whose next attempt has that number.
func (w *work) current(id string, attempt int) (*storedDelivery, error) {
	d, err := w.delivery(id)
	if err != nil {
		return nil, err
	}
	waits := d.State == webhook.DeliveryPending || d.State == webhook.DeliveryProcessing
	if !waits || d.AttemptCount+1 != attempt {
		return nil, store.Overtaken()
	}
	return d, nil
}

// move changes the state of a delivery; what else changes is up to the caller.
func (w *work) move(d *storedDelivery, to webhook.DeliveryState, reason string, next *time.Time) {
	w.counted.add(&d.Delivery, d.State, to)
	d.State, d.FailureReason, d.NextAttemptAt = to, reason, next
	d.UpdatedAt = store.Later(d.UpdatedAt, w.now)
	if !w.dirty[d] {
		w.dirty[d] = true
		w.changed = append(w.changed, d)
	}
}

// save stores the deliveries that have changed.
func (w *work) save(tx *transaction, batch *pgx.Batch) {
	saveDeliveries(batch, w.changed)
	tx.count(batch, w.counted)
}

// requeue makes a delivery wait for its next attempt now, and returns the job
// for that.
func (w *work) requeue(d *storedDelivery, failures int) webhook.Job {
	w.move(d, webhook.DeliveryPending, "", new(w.now))
	return d.NextJob(failures, w.now)
}

type madeAttempt struct {
	webhook.Attempt
	deliveryID string
}

// newAttempt returns an attempt to store, with its id.
func (s *Store) newAttempt(deliveryID string, a webhook.Attempt) madeAttempt {
	made := madeAttempt{Attempt: a, deliveryID: deliveryID}
	made.ID, _ = s.ids.Next(s.now())
	made.ErrorMessage = text(a.ErrorMessage)
	return made
}

// text returns what PostgreSQL can store of a text.
func text(s string) string {
	if isText(s) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func insertAttempts(batch *pgx.Batch, attempts []madeAttempt) {
	if len(attempts) == 0 {
		return
	}
	type item = madeAttempt
	batch.Queue(`INSERT INTO delivery_attempts
		(id, delivery_id, number, success, status_code, error_message, duration, response_body, created_at)
		SELECT id, delivery_id, number, success, status_code, NULLIF(error_message, ''), duration, response_body, created_at
		FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::boolean[], $5::integer[], $6::text[], $7::bigint[], $8::bytea[],
			$9::bigint[]) AS n (id, delivery_id, number, success, status_code, error_message, duration, response_body, created_at)`,
		column(attempts, func(a *item) string { return a.ID }),
		column(attempts, func(a *item) string { return a.deliveryID }),
		column(attempts, func(a *item) int { return a.Number }),
		column(attempts, func(a *item) bool { return a.Success }),
		column(attempts, func(a *item) *int { return a.StatusCode }),
		column(attempts, func(a *item) string { return a.ErrorMessage }),
		column(attempts, func(a *item) int64 { return a.Duration.Microseconds() }),
		column(attempts, func(a *item) []byte { return a.ResponseBody }),
		column(attempts, func(a *item) int64 { return store.Micros(a.CreatedAt) }))
}

func scanAttempt(r pgx.Row) (webhook.Attempt, error) {
	var (
		a                   webhook.Attempt
		duration, createdAt int64
	)
	err := r.Scan(&a.ID, &a.Number, &a.Success, &a.StatusCode, &a.ErrorMessage, &duration, &a.ResponseBody, &createdAt)
	if err != nil {
		return webhook.Attempt{}, err
	}
	a.Duration, a.CreatedAt = time.Duration(duration)*time.Microsecond, store.Time(createdAt)
	return a, nil
}
