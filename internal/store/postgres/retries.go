package postgres

import (
	"bytes"
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// RetryDelivery queues one more attempt now; [webhook.Delivery.Retry] says when
// it does not.
func (s *Store) RetryDelivery(ctx context.Context, organisationID int64, id webhook.ID) error {
	return s.write(ctx, "retry delivery", func(tx *transaction) error {
		l, err := s.lock(ctx, tx, &pgx.Batch{}, []webhook.ID{id})
		if err != nil {
			return err
		}
		d, err := l.delivery(id)
		if err != nil || d.OrganisationID != organisationID {
			return store.NotFound("delivery")
		}
		config, err := s.configOrNil(ctx, tx, organisationID, d.WebhookID)
		if err != nil {
			return err
		}
		waiting, err := d.Retry(config, l.now)
		if err != nil {
			return err
		}
		return s.requeue(ctx, tx, l, []webhook.Delivery{waiting}, config.Lane())
	})
}

// requeue saves deliveries that wait for an attempt now, and queues that.
func (s *Store) requeue(ctx context.Context, tx *transaction, l *lockedDeliveries, waiting []webhook.Delivery, lane webhook.Lane) error {
	jobs := make([]webhook.Job, len(waiting))
	for i, d := range waiting {
		l.change(d)
		jobs[i] = d.NextJob(lane, l.now)
	}
	batch := &pgx.Batch{}
	l.save(tx, batch)
	if err := send(ctx, tx, batch); err != nil {
		return err
	}
	return s.enqueuer.Enqueue(ctx, tx.Tx, jobs)
}

// configOrNil returns the config of a delivery, nil if it was deleted.
func (s *Store) configOrNil(ctx context.Context, tx pgx.Tx, organisationID, id int64) (*webhook.Config, error) {
	config, err := s.config(ctx, tx, organisationID, id, "")
	if webhook.CodeOf(err) == webhook.CodeNotFound {
		return nil, nil //nolint:nilnil // documented: that it is gone is a fact to decide on
	}
	if err != nil {
		return nil, err
	}
	return &config, nil
}

// Requeue puts jobs into the queue again.
func (s *Store) Requeue(ctx context.Context, jobs ...webhook.Job) error {
	return s.write(ctx, "queue jobs again", func(tx *transaction) error {
		return s.enqueuer.Enqueue(ctx, tx.Tx, jobs)
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
			return webhook.ConfigDisabled()
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
// continue after, zero when the recovery is done. A config that wants no
// deliveries any more ends it.
func (s *Store) ContinueRecovery(ctx context.Context, recovery webhook.Recovery, after webhook.ID, limit int) (last webhook.ID, err error) {
	err = s.write(ctx, "recover deliveries", func(tx *transaction) error {
		last = webhook.ID{}
		config, err := s.configOrNil(ctx, tx, recovery.OrganisationID, recovery.ConfigID)
		if err != nil || webhook.Unwanted(config) != "" {
			return err
		}
		ids, err := failedDeliveries(ctx, tx, &recovery, after, limit)
		if err != nil || len(ids) == 0 {
			return err
		}
		l, err := s.lock(ctx, tx, &pgx.Batch{}, ids)
		if err != nil {
			return err
		}
		var waiting []webhook.Delivery
		for _, id := range ids {
			// It may have been queued again by someone else meanwhile.
			if d := l.byID[id]; d != nil && d.State == webhook.DeliveryFailed {
				waiting = append(waiting, d.Recover(l.now))
			}
		}
		last = ids[len(ids)-1]
		if len(waiting) == 0 {
			return nil
		}
		return s.requeue(ctx, tx, l, waiting, config.Lane())
	})
	if err != nil {
		return webhook.ID{}, err
	}
	return last, nil
}

// failedDeliveries returns the ids of the oldest deliveries of a recovery that
// still wait for it.
func failedDeliveries(ctx context.Context, tx pgx.Tx, recovery *webhook.Recovery, after webhook.ID, limit int) ([]webhook.ID, error) {
	filter := recovery.Filter()
	args := &arguments{}
	low, high := store.IDRange(filter.From, filter.To)
	if bytes.Compare(after[:], low[:]) > 0 {
		low = after
	}
	failed := inOrder(args, recovery.OrganisationID, filter, lowerBound(args, low), upperBound(args, high))
	failed.where.add(`id > `, [16]byte(after))
	failed.where.add(`updated_at <= `, store.Micros(recovery.FailedBefore))
	query := `SELECT id FROM deliveries` + failed.sql("ASC") + ` LIMIT ` + args.add(limit)
	scan := func(r pgx.Row) (id webhook.ID, err error) {
		err = r.Scan(&id)
		return id, err
	}
	return collect(ctx, tx, scan, query, *args...)
}

// giveUp is [webhook.Delivery.GiveUp] for all deliveries of a config that wait
// for an attempt.
func (s *Store) giveUp(ctx context.Context, tx *transaction, organisationID, configID int64, reason string) error {
	result, err := tx.Exec(ctx, `WITH waiting AS (
			SELECT id FROM deliveries WHERE organisation_id = $1 AND webhook_id = $2 AND state = 'PENDING' ORDER BY id FOR NO KEY UPDATE
		), given_up AS (
			UPDATE deliveries d SET state = 'FAILED', failure_reason = $3, next_attempt_at = NULL, updated_at = GREATEST(d.updated_at, $4)
			FROM waiting WHERE d.id = waiting.id RETURNING d.created_at
		)
		INSERT INTO delivery_changes (organisation_id, webhook_id, made, pending, processing, delivered, failed)
		SELECT $1, $2, made, -count(*), 0, 0, count(*)
		FROM (SELECT (created_at / 1000) >> $5::integer << $5::integer AS made FROM given_up) AS g GROUP BY made`,
		organisationID, configID, reason, s.nowMicros(), store.Levels()[0])
	if err == nil {
		tx.counted += int(result.RowsAffected())
	}
	return err
}
