package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// RetryDelivery queues one more attempt now. The code of the error is
// [webhook.CodeAttemptUnderWay] if one is being made, and
// [webhook.CodeConfigDisabled] or [webhook.CodeConfigDeleted] if the config
// wants none.
func (s *Store) RetryDelivery(ctx context.Context, organisationID int64, id string) error {
	return s.write(ctx, "retry delivery", func(tx *transaction) error {
		w, err := s.lock(ctx, tx, &pgx.Batch{}, []string{id})
		if err != nil {
			return err
		}
		d, err := w.delivery(id)
		switch {
		case err != nil:
			return err
		case d.OrganisationID != organisationID:
			return store.NotFound("delivery")
		case d.State == webhook.DeliveryProcessing:
			return store.AttemptUnderWay()
		}
		config, err := s.enabledConfig(ctx, tx, organisationID, d.WebhookID)
		if err != nil {
			return err
		}
		return s.requeueAll(ctx, tx, w, []*storedDelivery{d}, config.ConsecutiveFailures)
	})
}

// requeueAll makes deliveries wait for their next attempts now.
func (s *Store) requeueAll(ctx context.Context, tx *transaction, w *work, deliveries []*storedDelivery, failures int) error {
	jobs := column(deliveries, func(d **storedDelivery) webhook.Job { return w.requeue(*d, failures) })
	batch := &pgx.Batch{}
	w.save(tx, batch)
	if err := send(ctx, tx, batch); err != nil {
		return err
	}
	return s.enqueuer.Enqueue(ctx, tx.Tx, jobs)
}

// enabledConfig returns the config of a delivery, if it wants deliveries.
func (s *Store) enabledConfig(ctx context.Context, tx pgx.Tx, organisationID, id int64) (webhook.Config, error) {
	config, err := s.config(ctx, tx, organisationID, id, "")
	switch {
	case webhook.CodeOf(err) == webhook.CodeNotFound:
		return config, store.ConfigDeleted()
	case err == nil && config.State != webhook.StateEnabled:
		return config, store.ConfigDisabled()
	}
	return config, err
}

// Requeue puts a job into the queue again, for a worker that cannot take it
// now.
func (s *Store) Requeue(ctx context.Context, job webhook.Job) error {
	return s.write(ctx, "queue a job again", func(tx *transaction) error {
		return s.enqueuer.Enqueue(ctx, tx.Tx, []webhook.Job{job})
	})
}

// StartRecovery counts the failed deliveries of a recovery and queues it, for
// those that have failed by now.
func (s *Store) StartRecovery(ctx context.Context, recovery webhook.Recovery) (deliveries int64, err error) {
	err = s.write(ctx, "recover deliveries", func(tx *transaction) error {
		config, err := s.config(ctx, tx, recovery.OrganisationID, recovery.ConfigID, "")
		if err != nil {
			return err
		}
		if config.State != webhook.StateEnabled {
			return store.ConfigDisabled()
		}
		started := recovery
		started.FailedBefore = s.now()
		deliveries, err = countDeliveries(ctx, tx, recovery.OrganisationID, recovery.Filter())
		if err != nil || deliveries == 0 {
			return err
		}
		return s.enqueuer.EnqueueRecovery(ctx, tx.Tx, started)
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
	err = s.write(ctx, "recover deliveries", func(tx *transaction) error {
		last = ""
		config, err := s.enabledConfig(ctx, tx, recovery.OrganisationID, recovery.ConfigID)
		switch webhook.CodeOf(err) {
		case "":
		case webhook.CodeConfigDeleted, webhook.CodeConfigDisabled:
			return nil
		default:
			return err
		}
		ids, err := failedDeliveries(ctx, tx, &recovery, after, limit)
		if err != nil || len(ids) == 0 {
			return err
		}
		w, err := s.lock(ctx, tx, &pgx.Batch{}, ids)
		if err != nil {
			return err
		}
		var failed []*storedDelivery
		for _, id := range ids {
			// It may have been queued again by someone else meanwhile.
			if d := w.locked[id]; d != nil && d.State == webhook.DeliveryFailed {
				d.retries = 0
				failed = append(failed, d)
			}
		}
		last = ids[len(ids)-1]
		if len(failed) == 0 {
			return nil
		}
		return s.requeueAll(ctx, tx, w, failed, config.ConsecutiveFailures)
	})
	if err != nil {
		return "", err
	}
	return last, nil
}

// failedDeliveries returns the ids of the oldest deliveries of a recovery that
// still wait for it.
func failedDeliveries(ctx context.Context, tx pgx.Tx, recovery *webhook.Recovery, after string, limit int) ([]string, error) {
	filter := recovery.Filter()
	where := deliveryConditions(&arguments{}, recovery.OrganisationID, filter)
	where.addIDs(store.IDRange(filter.From, filter.To))
	if after != "" {
		where.add(`id > `, after)
	}
	where.add(`updated_at <= `, store.Micros(recovery.FailedBefore))
	query := `SELECT id FROM deliveries` + where.sql() + ` ORDER BY id LIMIT ` + where.args.add(limit)
	scan := func(r pgx.Row) (id string, err error) {
		err = r.Scan(&id)
		return id, err
	}
	return collect(ctx, tx, scan, query, *where.args...)
}

// giveUp fails the deliveries of a config that wait for an attempt.
func (s *Store) giveUp(ctx context.Context, tx *transaction, organisationID, configID int64, reason string) error {
	result, err := tx.Exec(ctx, `WITH waiting AS (
			SELECT id FROM deliveries WHERE organisation_id = $1 AND webhook_id = $2 AND state = $3 ORDER BY id FOR NO KEY UPDATE
		), given_up AS (
			UPDATE deliveries d SET state = $4, failure_reason = $5, next_attempt_at = NULL, updated_at = GREATEST(d.updated_at, $6)
			FROM waiting WHERE d.id = waiting.id RETURNING COALESCE(d.sync_id, '') AS sync_id, d.created_at
		)
		INSERT INTO delivery_changes (organisation_id, webhook_id, sync_id, made, pending, processing, delivered, failed)
		SELECT $1, $2, sync_id, made, -count(*), 0, 0, count(*)
		FROM (SELECT sync_id, (created_at / 1000) >> $7::integer << $7::integer AS made FROM given_up) AS g GROUP BY sync_id, made`,
		organisationID, configID, webhook.DeliveryPending, webhook.DeliveryFailed, reason, s.nowMicros(), store.Levels()[0])
	if err == nil {
		tx.counted += int(result.RowsAffected())
	}
	return err
}
