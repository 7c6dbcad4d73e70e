package sqlite

import (
	"context"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// RetryDelivery queues one more attempt now; [webhook.Delivery.Retry] says when
// it does not.
func (s *Store) RetryDelivery(ctx context.Context, organisationID int64, id webhook.ID) error {
	return s.write(ctx, "retry delivery", func(tx *transaction) error {
		current, err := delivery(tx, organisationID, id)
		if err != nil {
			return err
		}
		config, err := s.configOrNil(tx, organisationID, current.WebhookID)
		if err != nil {
			return err
		}
		waiting, err := current.Retry(config, s.now())
		if err != nil {
			return err
		}
		tx.Enqueue(waiting.NextJob(config.Lane(), *waiting.NextAttemptAt))
		return saveDelivery(tx, &current, &waiting)
	})
}

// StartRecovery counts the failed deliveries of a recovery and queues it, for
// those that have failed by now.
func (s *Store) StartRecovery(ctx context.Context, recovery webhook.Recovery) (deliveries int64, err error) {
	// Before the write, because a group's changes of the counts are stored at
	// its end.
	err = s.read(ctx, "count failed deliveries", func(q querier) (err error) {
		deliveries, err = countDeliveries(q, recovery.OrganisationID, recovery.Filter())
		return err
	})
	if err != nil {
		return 0, err
	}
	err = s.write(ctx, "recover deliveries", func(tx *transaction) error {
		config, err := s.config(tx, recovery.OrganisationID, recovery.ConfigID)
		if err != nil {
			return err
		}
		if config.State != webhook.StateEnabled {
			return webhook.ConfigDisabled()
		}
		recovery.FailedBefore = s.now()
		if deliveries == 0 {
			return nil
		}
		return s.enqueuer.EnqueueRecovery(tx.ctx, tx.tx, recovery)
	})
	if err != nil {
		return 0, err
	}
	return deliveries, nil
}

// ContinueRecovery queues up to limit failed deliveries of a recovery again,
// the oldest first, each with the whole retry schedule. It returns the id to
// continue after, zero when the recovery is done. A config that wants no
// deliveries any more ends it.
func (s *Store) ContinueRecovery(ctx context.Context, recovery webhook.Recovery, after webhook.ID, limit int) (last webhook.ID, err error) {
	err = s.write(ctx, "recover deliveries", func(tx *transaction) error {
		config, err := s.configOrNil(tx, recovery.OrganisationID, recovery.ConfigID)
		if err != nil || webhook.Unwanted(config) != "" {
			return err
		}
		failed, err := failedDeliveries(tx, &recovery, after, limit)
		if err != nil {
			return err
		}
		for i := range failed {
			waiting := failed[i].Recover(s.now())
			if err := saveDelivery(tx, &failed[i], &waiting); err != nil {
				return err
			}
			tx.Enqueue(waiting.NextJob(config.Lane(), *waiting.NextAttemptAt))
			last = waiting.ID
		}
		return nil
	})
	if err != nil {
		return webhook.ID{}, err
	}
	return last, nil
}

// failedDeliveries returns the oldest deliveries of a recovery that still wait
// for it.
func failedDeliveries(tx *transaction, recovery *webhook.Recovery, after webhook.ID, limit int) ([]webhook.Delivery, error) {
	filter := recovery.Filter()
	where := deliveryConditions(recovery.OrganisationID, filter)
	where.addIDs(store.IDRange(filter.From, filter.To))
	where.add(`id > ?`, after)
	where.add(`updated_at <= ?`, store.Micros(recovery.FailedBefore))
	return collect(tx, store.ScanDelivery,
		`SELECT `+store.DeliveryColumns+` FROM deliveries`+where.sql()+` ORDER BY id LIMIT ?`, append(where.args, limit)...)
}

// giveUp is [webhook.Delivery.GiveUp] for all deliveries of a config that wait
// for an attempt.
func (s *Store) giveUp(tx *transaction, organisationID, configID int64, reason string) error {
	where := conditions{}
	where.add(`organisation_id = ?`, organisationID)
	where.add(`webhook_id = ?`, configID)
	where.addState(webhook.DeliveryPending)
	waiting := where.sql()
	//nolint:gosec // the terms of the conditions are constants
	result, err := tx.tx.ExecContext(tx.ctx, `INSERT INTO delivery_changes
		(organisation_id, webhook_id, made, pending, processing, delivered, failed)
		SELECT organisation_id, webhook_id, created_at / 1000, -1, 0, 0, 1 FROM deliveries`+waiting, where.args...)
	if err != nil {
		return err
	}
	changes, err := result.RowsAffected()
	if err != nil {
		return err
	}
	tx.changes += int(changes)
	return tx.Exec(`UPDATE deliveries SET state = 'FAILED', failure_reason = ?, next_attempt_at = NULL,
		updated_at = max(updated_at, ?)`+waiting,
		append([]any{reason, store.Micros(s.now())}, where.args...)...)
}
