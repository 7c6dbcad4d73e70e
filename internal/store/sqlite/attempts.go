package sqlite

import (
	"context"
	"database/sql"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

const attemptColumns = `id, number, success, status_code, COALESCE(error_message, ''), created_at`

// RecordAttempt appends an attempt to a delivery and gives the delivery its
// new state, the attempt's status code and the new count, in one transaction.
// Of attempt, Success, StatusCode and ErrorMessage count; the rest is assigned
// here. Whether a failed attempt leaves the delivery PENDING or FAILED is the
// caller's decision. It returns the updated delivery.
func (s *Store) RecordAttempt(ctx context.Context, organisationID int64, deliveryID string, attempt webhook.Attempt, state webhook.DeliveryState) (webhook.Delivery, error) {
	var updated webhook.Delivery
	err := s.write(ctx, "record attempt", func(tx *sql.Tx) error {
		current, err := delivery(ctx, tx, organisationID, deliveryID)
		if err != nil {
			return err
		}
		now := s.now()
		updated = current
		updated.State, updated.LatestStatusCode = state, attempt.StatusCode
		updated.AttemptCount++
		updated.UpdatedAt = store.NextUpdate(current.UpdatedAt, now)
		attempt.Number, attempt.CreatedAt = updated.AttemptCount, now
		if err := insertAttempt(ctx, tx, updated.ID, attempt); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx,
			`UPDATE deliveries SET state = ?, latest_status_code = ?, attempt_count = ?, updated_at = ? WHERE id = ?`,
			updated.State, updated.LatestStatusCode, updated.AttemptCount, store.Micros(updated.UpdatedAt), updated.ID)
		return err
	})
	if err != nil {
		return webhook.Delivery{}, err
	}
	return updated, nil
}

func insertAttempt(ctx context.Context, tx *sql.Tx, deliveryID string, a webhook.Attempt) error {
	id, err := store.NewID()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO delivery_attempts
		(id, delivery_id, number, success, status_code, error_message, created_at)
		VALUES (?, ?, ?, ?, ?, NULLIF(?, ''), ?)`,
		id, deliveryID, a.Number, a.Success, a.StatusCode, a.ErrorMessage, store.Micros(a.CreatedAt))
	return err
}

func scanAttempt(r row) (webhook.Attempt, error) {
	var (
		a         webhook.Attempt
		createdAt int64
	)
	err := r.Scan(&a.ID, &a.Number, &a.Success, &a.StatusCode, &a.ErrorMessage, &createdAt)
	if err != nil {
		return webhook.Attempt{}, err
	}
	a.CreatedAt = store.Time(createdAt)
	return a, nil
}
