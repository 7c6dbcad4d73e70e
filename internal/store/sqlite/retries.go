package sqlite

import (
	"context"
	"database/sql"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// RetryDelivery queues one more attempt now. The code of the error is
// [webhook.CodeAttemptUnderWay] if one is being made, and
// [webhook.CodeConfigDisabled] or [webhook.CodeConfigDeleted] if the config
// wants none.
func (s *Store) RetryDelivery(ctx context.Context, organisationID int64, id string) error {
	return s.write(ctx, "retry delivery", func(ctx context.Context, tx *sql.Tx) error {
		d, err := delivery(ctx, tx, organisationID, id)
		if err != nil {
			return err
		}
		if d.State == webhook.DeliveryProcessing {
			return store.AttemptUnderWay()
		}
		config, err := s.enabledConfig(ctx, tx, organisationID, d.WebhookID)
		if err != nil {
			return err
		}
		job, err := s.requeue(ctx, tx, &d, config.ConsecutiveFailures)
		if err != nil {
			return err
		}
		enqueueLater(ctx, job)
		return nil
	})
}

// enabledConfig returns the config of a delivery, if it wants deliveries.
func (s *Store) enabledConfig(ctx context.Context, tx *sql.Tx, organisationID, id int64) (webhook.Config, error) {
	config, err := s.config(ctx, tx, organisationID, id)
	switch {
	case webhook.CodeOf(err) == webhook.CodeNotFound:
		return config, store.ConfigDeleted()
	case err == nil && config.State != webhook.StateEnabled:
		return config, store.ConfigDisabled()
	}
	return config, err
}

// requeue makes a delivery wait for its next attempt now, and returns the job
// for that.
func (s *Store) requeue(ctx context.Context, tx *sql.Tx, d *webhook.Delivery, failures int) (webhook.Job, error) {
	now, from := s.now(), d.State
	_, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = ?, failure_reason = NULL, next_attempt_at = ?, updated_at = ?
		WHERE id = ?`,
		webhook.DeliveryPending, store.Micros(now), store.Micros(store.Later(d.UpdatedAt, now)), d.ID)
	if err != nil {
		return webhook.Job{}, err
	}
	recordChange(ctx, d, from, webhook.DeliveryPending)
	return d.NextJob(failures, now), nil
}

// StartRecovery counts the failed deliveries of a recovery and queues it, for
// those that have failed by now.
func (s *Store) StartRecovery(ctx context.Context, recovery webhook.Recovery) (deliveries int64, err error) {
	// Before the write, because a group's changes of the counts are stored at
	// its end.
	err = s.read(ctx, "count failed deliveries", func(tx *sql.Tx) (err error) {
		deliveries, err = countDeliveries(ctx, tx, recovery.OrganisationID, recovery.Filter())
		return err
	})
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, "recover deliveries", func(ctx context.Context, tx *sql.Tx) error {
		config, err := s.config(ctx, tx, recovery.OrganisationID, recovery.ConfigID)
		if err != nil {
			return err
		}
		if config.State != webhook.StateEnabled {
			return store.ConfigDisabled()
		}
		recovery.FailedBefore = s.now()
		if deliveries == 0 {
			return nil
		}
		return s.enqueuer.EnqueueRecovery(ctx, tx, recovery)
	})
	if err != nil {
		return 0, err
	}
	return deliveries, nil
}

// ContinueRecovery queues up to limit failed deliveries of a recovery again,
// the oldest first, each with the whole retry schedule. It returns the id to
// continue after, "" when the recovery is done. A config that wants no
// deliveries any more ends it.
func (s *Store) ContinueRecovery(ctx context.Context, recovery webhook.Recovery, after string, limit int) (last string, err error) {
	err = s.write(ctx, "recover deliveries", func(ctx context.Context, tx *sql.Tx) error {
		config, err := s.enabledConfig(ctx, tx, recovery.OrganisationID, recovery.ConfigID)
		switch webhook.CodeOf(err) {
		case "":
		case webhook.CodeConfigDeleted, webhook.CodeConfigDisabled:
			return nil
		default:
			return err
		}
		failed, err := failedDeliveries(ctx, tx, &recovery, after, limit)
		if err != nil || len(failed) == 0 {
			return err
		}
		last = failed[len(failed)-1].ID
		return s.recover(ctx, tx, failed, config.ConsecutiveFailures)
	})
	if err != nil {
		return "", err
	}
	return last, nil
}

func (s *Store) recover(ctx context.Context, tx *sql.Tx, failed []webhook.Delivery, failures int) error {
	jobs := make([]webhook.Job, len(failed))
	for i := range failed {
		var err error
		if jobs[i], err = s.requeue(ctx, tx, &failed[i], failures); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE deliveries SET retries = 0 WHERE id = ?`, failed[i].ID); err != nil {
			return err
		}
	}
	enqueueLater(ctx, jobs...)
	return nil
}

// failedDeliveries returns the oldest deliveries of a recovery that still wait
// for it.
func failedDeliveries(ctx context.Context, tx *sql.Tx, recovery *webhook.Recovery, after string, limit int) ([]webhook.Delivery, error) {
	filter := recovery.Filter()
	where := deliveryConditions(recovery.OrganisationID, filter)
	where.addIDs(store.IDRange(filter.From, filter.To))
	where.add(`id > ?`, after)
	where.add(`updated_at <= ?`, store.Micros(recovery.FailedBefore))
	return collect(ctx, tx, scanDelivery,
		`SELECT `+deliveryColumns+` FROM deliveries`+where.sql()+` ORDER BY id LIMIT ?`, append(where.args, limit)...)
}

// giveUp fails the deliveries of a config that wait for an attempt.
func (s *Store) giveUp(ctx context.Context, tx *sql.Tx, organisationID, configID int64, reason string) error {
	where := conditions{}
	where.add(`organisation_id = ?`, organisationID)
	where.add(`webhook_id = ?`, configID)
	where.add(`state = ?`, webhook.DeliveryPending)
	waiting := where.sql()
	//nolint:gosec // the terms of the conditions are constants
	result, err := tx.ExecContext(ctx, `INSERT INTO delivery_changes
		(organisation_id, webhook_id, sync_id, made, pending, processing, delivered, failed)
		SELECT organisation_id, webhook_id, COALESCE(sync_id, ''), created_at / 1000, -1, 0, 0, 1 FROM deliveries`+waiting, where.args...)
	if err != nil {
		return err
	}
	changes, err := result.RowsAffected()
	if err != nil {
		return err
	}
	countChanges(ctx, int(changes))
	//nolint:gosec // likewise
	_, err = tx.ExecContext(ctx, `UPDATE deliveries SET state = 'FAILED', failure_reason = ?, next_attempt_at = NULL,
		updated_at = max(updated_at, ?)`+waiting,
		append([]any{reason, store.Micros(s.now())}, where.args...)...)
	return err
}
