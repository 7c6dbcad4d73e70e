package sqlite

import (
	"context"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// Deliveries returns a page of an organisation's delivery logs, newest first.
func (s *Store) Deliveries(ctx context.Context, organisationID int64, filter webhook.DeliveryFilter) (webhook.DeliveryPage, error) {
	var page webhook.DeliveryPage
	err := s.read(ctx, "list deliveries", func(q querier) (err error) {
		page, err = deliveryPage(q, organisationID, filter)
		return err
	})
	if err != nil {
		return webhook.DeliveryPage{}, err
	}
	return page, nil
}

func deliveryPage(q querier, organisationID int64, filter webhook.DeliveryFilter) (page webhook.DeliveryPage, err error) {
	page.SetDeliveries([]webhook.Delivery{}, webhook.PageLimit(filter.Limit))
	where := deliveryConditions(organisationID, filter)
	where.addIDs(store.IDRange(filter.From, filter.To))
	if !filter.Cursor.IsZero() {
		where.add(`id < ?`, filter.Cursor)
	}
	page.Count, err = countDeliveries(q, organisationID, filter)
	if err != nil || page.Count == 0 {
		return page, err // nothing is looked for that is not there
	}
	limit := webhook.PageLimit(filter.Limit)
	// One row more than asked for tells whether another page follows.
	found, err := collect(q, store.ScanDelivery, `SELECT `+store.DeliveryColumns+` FROM deliveries`+where.sql()+
		` ORDER BY id DESC LIMIT ?`, append(where.args, limit+1)...)
	if err != nil {
		return page, err
	}
	page.SetDeliveries(found, limit)
	return page, nil
}

// deliveryConditions are those of a filter without its bounds on the time,
// which are bounds on the id, and without its cursor.
func deliveryConditions(organisationID int64, filter webhook.DeliveryFilter) conditions {
	where := conditions{}
	where.add(`organisation_id = ?`, organisationID)
	where.addState(filter.State)
	if filter.WebhookID != nil {
		where.add(`webhook_id = ?`, *filter.WebhookID)
	}
	if filter.SyncID != "" {
		where.add(`sync_id = ?`, filter.SyncID)
	}
	return where
}

// Delivery returns one delivery with its payload and its latest attempts.
func (s *Store) Delivery(ctx context.Context, organisationID int64, id webhook.ID) (webhook.DeliveryDetail, error) {
	var detail webhook.DeliveryDetail
	err := s.read(ctx, "get delivery", func(q querier) (err error) {
		if detail.Delivery, err = delivery(q, organisationID, id); err != nil {
			return err
		}
		if detail.Payload, err = payload(q, detail.EventID); err != nil {
			return err
		}
		detail.Attempts, err = collect(q, store.ScanAttempt, `SELECT `+store.AttemptColumns+` FROM delivery_attempts
			WHERE delivery_id = ? AND number > ? ORDER BY number`, id, detail.AttemptCount-webhook.MaxShownAttempts)
		return err
	})
	if err != nil {
		return webhook.DeliveryDetail{}, err
	}
	return detail, nil
}

func delivery(q querier, organisationID int64, id webhook.ID) (webhook.Delivery, error) {
	d, err := store.ScanDelivery(q.QueryRow(
		`SELECT `+store.DeliveryColumns+` FROM deliveries WHERE organisation_id = ? AND id = ?`, organisationID, id))
	return d, missing("delivery", err)
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
	err := s.write(ctx, "import delivery", func(tx *transaction) error {
		at := d.CreatedAt
		if at.IsZero() {
			at = s.now()
		}
		event := webhook.Event{OrganisationID: d.OrganisationID, Payload: d.Payload}
		if err := s.insertEvent(tx, &event, at); err != nil {
			return err
		}
		imported.EventID = event.ID
		imported.ID, imported.CreatedAt = s.ids.Next(at)
		imported.UpdatedAt, imported.AttemptCount = imported.CreatedAt, len(d.Attempts)
		if err := insertDelivery(tx, &imported); err != nil {
			return err
		}
		for i, attempt := range d.Attempts {
			attempt.Number = i + 1
			if err := s.insertAttempt(tx, imported.ID, attempt); err != nil {
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

func insertDelivery(tx *transaction, d *webhook.Delivery) error {
	err := tx.Exec(`INSERT INTO deliveries
		(id, organisation_id, event_id, webhook_id, webhook_name, webhook_url, state, latest_status_code, attempt_count,
			retries, failure_reason, next_attempt_at, event_type, integration, sync_id, created_at, updated_at, worker)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULLIF(?, ''), ?, NULLIF(?, ''), NULLIF(?, ''), NULLIF(?, ''), ?, ?, NULLIF(?, 0))`,
		d.ID, d.OrganisationID, d.EventID, d.WebhookID, d.WebhookName, d.WebhookURL, d.State, d.LatestStatusCode,
		d.AttemptCount, d.Retries, d.FailureReason, store.MicrosOrNil(d.NextAttemptAt), d.EventType, d.Integration, d.SyncID,
		store.Micros(d.CreatedAt), store.Micros(d.UpdatedAt), d.Worker)
	if err != nil {
		return organisationMissing(err)
	}
	tx.Count(d, "")
	return nil
}

// saveDelivery stores the delivery that current has become.
func saveDelivery(tx *transaction, current, next *webhook.Delivery) error {
	err := tx.Exec(`UPDATE deliveries SET state = ?, latest_status_code = ?, attempt_count = ?, retries = ?,
		failure_reason = NULLIF(?, ''), next_attempt_at = ?, updated_at = ?, worker = NULLIF(?, 0) WHERE id = ?`,
		next.State, next.LatestStatusCode, next.AttemptCount, next.Retries,
		next.FailureReason, store.MicrosOrNil(next.NextAttemptAt), store.Micros(next.UpdatedAt), next.Worker, next.ID)
	if err != nil {
		return err
	}
	tx.Count(next, current.State)
	return nil
}
