package sqlite

import (
	"context"
	"database/sql"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

const deliveryColumns = `id, organisation_id, event_id, webhook_id, webhook_name, webhook_url, state, latest_status_code,
	attempt_count, COALESCE(failure_reason, ''), next_attempt_at, COALESCE(event_type, ''), COALESCE(integration, ''),
	COALESCE(sync_id, ''), created_at, updated_at`

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

func deliveryPage(ctx context.Context, tx *sql.Tx, organisationID int64, filter webhook.DeliveryFilter) (page webhook.DeliveryPage, err error) {
	where := deliveryConditions(organisationID, filter)
	where.addIDs(store.IDRange(filter.From, filter.To))
	if filter.Cursor != "" {
		cursor, err := store.ParseID(filter.Cursor)
		if err != nil {
			return page, err
		}
		where.add(`id < ?`, cursor)
	}
	if page.Count, err = countDeliveries(ctx, tx, organisationID, filter); err != nil {
		return page, err
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

// deliveryConditions are those of a filter without its bounds on the time,
// which are bounds on the id, and without its cursor.
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
		if detail.Payload, err = payload(ctx, tx, detail.EventID); err != nil {
			return err
		}
		detail.Attempts, err = collect(ctx, tx, scanAttempt,
			`SELECT `+attemptColumns+` FROM delivery_attempts WHERE delivery_id = ? ORDER BY number`, detail.ID)
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
		next                 *int64
		createdAt, updatedAt int64
	)
	err := r.Scan(&d.ID, &d.OrganisationID, &d.EventID, &d.WebhookID, &d.WebhookName, &d.WebhookURL, &d.State,
		&d.LatestStatusCode, &d.AttemptCount, &d.FailureReason, &next, &d.EventType, &d.Integration, &d.SyncID,
		&createdAt, &updatedAt)
	if err != nil {
		return webhook.Delivery{}, err
	}
	d.NextAttemptAt, d.CreatedAt, d.UpdatedAt = store.TimeOrNil(next), store.Time(createdAt), store.Time(updatedAt)
	return d, nil
}

// ImportDelivery stores a delivery that was made elsewhere, with an event of
// its own, its attempts and no job. The ids are assigned here and agree with
// CreatedAt, which is now if it is zero. Of d, the state, the copies of the
// config and of the event count. An unknown organisation gives
// [webhook.CodeNotFound]; the config need not exist.
func (s *Store) ImportDelivery(ctx context.Context, d webhook.DeliveryDetail) (webhook.Delivery, error) {
	imported := d.Delivery
	if imported.State == "" {
		imported.State = webhook.DeliveryPending
	}
	err := s.write(ctx, "import delivery", func(ctx context.Context, tx *sql.Tx) error {
		at := d.CreatedAt
		if at.IsZero() {
			at = s.now()
		}
		event := webhook.Event{OrganisationID: d.OrganisationID, Payload: d.Payload}
		if err := s.insertEvent(ctx, tx, &event, at); err != nil {
			return err
		}
		imported.EventID = event.ID
		imported.ID, imported.CreatedAt = s.ids.Next(at)
		imported.UpdatedAt, imported.AttemptCount = imported.CreatedAt, len(d.Attempts)
		if err := insertDelivery(ctx, tx, &imported); err != nil {
			return err
		}
		for i, attempt := range d.Attempts {
			attempt.Number = i + 1
			if err := s.insertAttempt(ctx, tx, imported.ID, attempt); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return webhook.Delivery{}, err
	}
	return imported, nil
}

func insertDelivery(ctx context.Context, tx *sql.Tx, d *webhook.Delivery) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO deliveries
		(id, organisation_id, event_id, webhook_id, webhook_name, webhook_url, state, latest_status_code, attempt_count,
			failure_reason, next_attempt_at, event_type, integration, sync_id, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULLIF(?, ''), ?, NULLIF(?, ''), NULLIF(?, ''), NULLIF(?, ''), ?, ?)`,
		d.ID, d.OrganisationID, d.EventID, d.WebhookID, d.WebhookName, d.WebhookURL, d.State, d.LatestStatusCode,
		d.AttemptCount, d.FailureReason, store.MicrosOrNil(d.NextAttemptAt), d.EventType, d.Integration, d.SyncID,
		store.Micros(d.CreatedAt), store.Micros(d.UpdatedAt))
	if err != nil {
		return organisationMissing(err)
	}
	recordChange(ctx, d, "", d.State)
	return nil
}
