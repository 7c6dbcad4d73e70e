package sqlite

import (
	"context"
	"database/sql"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

const deliveryColumns = `id, organisation_id, webhook_id, webhook_name, webhook_url, state, latest_status_code,
	attempt_count, COALESCE(event_type, ''), COALESCE(integration, ''), COALESCE(sync_id, ''), created_at, updated_at`

// CreateDelivery stores a delivery without attempts and returns it with the id
// and the times that it got. payload is kept byte for byte. The state is
// PENDING unless d has one. An unknown organisation gives
// [webhook.CodeNotFound]; the config need not exist.
func (s *Store) CreateDelivery(ctx context.Context, d webhook.Delivery, payload []byte) (webhook.Delivery, error) {
	if d.State == "" {
		d.State = webhook.DeliveryPending
	}
	d.LatestStatusCode, d.AttemptCount = nil, 0
	err := s.write(ctx, "create delivery", func(tx *sql.Tx) (err error) {
		// Taken under the write lock: no delivery appears behind a page that
		// was read already.
		if d.ID, err = store.NewID(); err != nil {
			return err
		}
		d.CreatedAt = store.Time(store.Micros(s.now()))
		d.UpdatedAt = d.CreatedAt
		return insertDelivery(ctx, tx, d, payload)
	})
	if err != nil {
		return webhook.Delivery{}, err
	}
	return d, nil
}

func insertDelivery(ctx context.Context, tx *sql.Tx, d webhook.Delivery, payload []byte) error {
	if payload == nil {
		payload = []byte{} // nil would be NULL
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO deliveries
		(id, organisation_id, webhook_id, webhook_name, webhook_url, state,
			event_type, integration, sync_id, created_at, updated_at, payload)
		VALUES (?, ?, ?, ?, ?, ?, NULLIF(?, ''), NULLIF(?, ''), NULLIF(?, ''), ?, ?, ?)`,
		d.ID, d.OrganisationID, d.WebhookID, d.WebhookName, d.WebhookURL, d.State,
		d.EventType, d.Integration, d.SyncID, store.Micros(d.CreatedAt), store.Micros(d.UpdatedAt), payload)
	return organisationMissing(err)
}

// Deliveries returns a page of an organisation's delivery logs, newest first.
// A cursor that is not a UUID gives [webhook.CodeInvalid].
func (s *Store) Deliveries(ctx context.Context, organisationID int64, filter webhook.DeliveryFilter) (webhook.DeliveryPage, error) {
	var page webhook.DeliveryPage
	err := s.read(ctx, "list deliveries", func(tx *sql.Tx) (err error) {
		page, err = deliveryPage(ctx, tx, organisationID, filter)
		return err
	})
	if err != nil {
		return webhook.DeliveryPage{}, err
	}
	return page, nil
}

func deliveryPage(ctx context.Context, tx *sql.Tx, organisationID int64, filter webhook.DeliveryFilter) (webhook.DeliveryPage, error) {
	var page webhook.DeliveryPage
	where := deliveryConditions(organisationID, filter)
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM deliveries`+where.sql(), where.args...).Scan(&page.Count)
	if err != nil {
		return page, err
	}
	if filter.Cursor != "" {
		cursor, err := store.ParseID(filter.Cursor)
		if err != nil {
			return page, err
		}
		where.add(`id < ?`, cursor)
	}
	limit := webhook.PageLimit(filter.Limit)
	// One row more than asked for tells whether another page follows.
	page.Deliveries, err = collect(ctx, tx, scanDelivery,
		`SELECT `+deliveryColumns+` FROM deliveries`+where.sql()+` ORDER BY id DESC LIMIT ?`,
		append(where.args, limit+1)...)
	if err != nil {
		return page, err
	}
	if len(page.Deliveries) > limit {
		page.Deliveries = page.Deliveries[:limit]
		page.Next = page.Deliveries[limit-1].ID
	}
	return page, nil
}

// deliveryConditions are those that count; the cursor is not one of them.
func deliveryConditions(organisationID int64, filter webhook.DeliveryFilter) conditions {
	where := conditions{}
	where.add(`organisation_id = ?`, organisationID)
	if filter.State != "" {
		where.add(`state = ?`, filter.State)
	}
	if filter.WebhookID != nil {
		where.add(`webhook_id = ?`, *filter.WebhookID)
	}
	if filter.SyncID != "" {
		where.add(`sync_id = ?`, filter.SyncID)
	}
	if filter.From != nil {
		where.add(`created_at >= ?`, store.FromMicros(*filter.From))
	}
	if filter.To != nil {
		where.add(`created_at < ?`, store.BeforeMicros(*filter.To))
	}
	return where
}

// Delivery returns one delivery with its payload and its attempts. An id that
// is not a UUID gives [webhook.CodeNotFound], like any other unknown one.
func (s *Store) Delivery(ctx context.Context, organisationID int64, id string) (webhook.DeliveryDetail, error) {
	var detail webhook.DeliveryDetail
	err := s.read(ctx, "get delivery", func(tx *sql.Tx) (err error) {
		if detail.Delivery, err = delivery(ctx, tx, organisationID, id); err != nil {
			return err
		}
		id := detail.ID
		err = tx.QueryRowContext(ctx, `SELECT payload FROM deliveries WHERE id = ?`, id).Scan(&detail.Payload)
		if err != nil {
			return err
		}
		detail.Attempts, err = collect(ctx, tx, scanAttempt,
			`SELECT `+attemptColumns+` FROM delivery_attempts WHERE delivery_id = ? ORDER BY number`, id)
		return err
	})
	if err != nil {
		return webhook.DeliveryDetail{}, err
	}
	return detail, nil
}

func delivery(ctx context.Context, q querier, organisationID int64, id string) (webhook.Delivery, error) {
	canonical, err := store.ParseID(id)
	if err != nil {
		return webhook.Delivery{}, store.NotFound("delivery")
	}
	d, err := scanDelivery(q.QueryRowContext(ctx,
		`SELECT `+deliveryColumns+` FROM deliveries WHERE organisation_id = ? AND id = ?`, organisationID, canonical))
	return d, missing("delivery", err)
}

func scanDelivery(r row) (webhook.Delivery, error) {
	var (
		d                    webhook.Delivery
		createdAt, updatedAt int64
	)
	err := r.Scan(&d.ID, &d.OrganisationID, &d.WebhookID, &d.WebhookName, &d.WebhookURL, &d.State, &d.LatestStatusCode,
		&d.AttemptCount, &d.EventType, &d.Integration, &d.SyncID, &createdAt, &updatedAt)
	if err != nil {
		return webhook.Delivery{}, err
	}
	d.CreatedAt, d.UpdatedAt = store.Time(createdAt), store.Time(updatedAt)
	return d, nil
}
