package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// BeginAttempt marks a delivery PROCESSING and returns what is to be sent. The
// code of the error is [webhook.CodeOvertaken] if the job is not for the next
// attempt, or the delivery is given up, as it is here when its config wants no
// deliveries any more; then there is nothing to do.
//
// A delivery that is PROCESSING at another worker that lives gives
// [webhook.CodeAttemptUnderWay]. A worker that was taken for dead begins
// nothing: [webhook.CodeWorkerGone].
func (s *Store) BeginAttempt(ctx context.Context, job webhook.Job, worker int64) (webhook.Dispatch, error) {
	var dispatch webhook.Dispatch
	unstarted := webhook.Overtaken()
	err := s.write(ctx, "begin attempt", func(tx *transaction) error {
		current, err := lockedDelivery(tx, job.DeliveryID)
		if err != nil {
			return err
		}
		config, err := s.configOrNil(tx, current.OrganisationID, current.WebhookID)
		if err != nil {
			return err
		}
		live, err := liveWorkers(tx)
		if err != nil {
			return err
		}
		begun, err := current.Begin(job.Attempt, config, webhook.Claim{Worker: worker, Live: live}, s.now())
		if err != nil {
			return err
		}
		switch begun.State {
		case webhook.DeliveryProcessing:
			dispatch = webhook.NewDispatch(&begun, config, s.now())
			if dispatch.Payload, err = payload(tx, begun.EventID); err != nil {
				return err
			}
		case webhook.DeliveryPending:
			unstarted = webhook.Unreadable()
		default: // it was given up
		}
		return saveDelivery(tx, &current, &begun)
	})
	if err == nil && dispatch.Attempt == 0 {
		err = unstarted // which is stored
	}
	if err != nil {
		return webhook.Dispatch{}, err
	}
	return dispatch, nil
}

// lockedDelivery returns a delivery of any organisation, for a change of it.
func lockedDelivery(tx *transaction, id webhook.ID) (webhook.Delivery, error) {
	d, err := store.ScanDelivery(tx.QueryRow(`SELECT `+store.DeliveryColumns+` FROM deliveries WHERE id = ?`, id))
	return d, missing("delivery", err)
}

// configOrNil returns the config of a delivery, nil if it was deleted.
func (s *Store) configOrNil(q querier, organisationID, id int64) (*webhook.Config, error) {
	config, err := s.anyConfig(q, organisationID, id)
	if webhook.CodeOf(err) == webhook.CodeNotFound {
		return nil, nil //nolint:nilnil // documented: that it is gone is a fact to decide on
	}
	if err != nil {
		return nil, err
	}
	return &config, nil
}

// ReleaseAttempt takes back the beginning of an attempt that was not made. It
// does nothing if the attempt was overtaken.
func (s *Store) ReleaseAttempt(ctx context.Context, dispatch *webhook.Dispatch) error {
	err := s.write(ctx, "release attempt", func(tx *transaction) error {
		current, err := lockedDelivery(tx, dispatch.DeliveryID)
		if err != nil {
			return err
		}
		now := s.now()
		released, err := current.Release(dispatch.Attempt, dispatch.Worker, now, now)
		if err != nil {
			return err
		}
		return saveDelivery(tx, &current, &released)
	})
	if webhook.CodeOf(err) == webhook.CodeOvertaken {
		return nil
	}
	return err
}

// PostponeAttempt is [Store.ReleaseAttempt] for an attempt that has no job, or
// that goes to another lane: the job for it is queued.
func (s *Store) PostponeAttempt(ctx context.Context, dispatch *webhook.Dispatch, lane webhook.Lane, until time.Time) error {
	err := s.write(ctx, "postpone attempt", func(tx *transaction) error {
		current, err := lockedDelivery(tx, dispatch.DeliveryID)
		if err != nil {
			return err
		}
		released, err := current.Release(dispatch.Attempt, dispatch.Worker, until, s.now())
		if err != nil {
			return err
		}
		tx.Enqueue(released.NextJob(lane, until))
		return saveDelivery(tx, &current, &released)
	})
	if webhook.CodeOf(err) == webhook.CodeOvertaken {
		return nil
	}
	return err
}

// FinishAttempt records the outcome of an attempt, and queues the next one if
// there is to be one. It returns why the config was disabled because of it, ""
// if it was not. An attempt that was overtaken, because its worker was taken
// for dead, gives [webhook.CodeOvertaken] and changes nothing.
func (s *Store) FinishAttempt(ctx context.Context, dispatch *webhook.Dispatch, outcome webhook.Outcome) (disabled string, err error) {
	lane := webhook.LaneDeliveries
	err = s.write(ctx, "finish attempt", func(tx *transaction) error {
		current, err := lockedDelivery(tx, dispatch.DeliveryID)
		if err != nil {
			return err
		}
		config, err := endpointOrNil(tx, current.OrganisationID, current.WebhookID)
		if err != nil {
			return err
		}
		finished, err := current.Finish(dispatch.Attempt, dispatch.Worker, &outcome, config, s.now())
		if err != nil {
			return err
		}
		attempt := outcome.Attempt
		attempt.Number = dispatch.Attempt
		if err := s.insertAttempt(tx, current.ID, attempt); err != nil {
			return err
		}
		if err := saveDelivery(tx, &current, &finished); err != nil {
			return err
		}
		if config != nil {
			if lane, disabled, err = s.record(tx, config, &outcome); err != nil {
				return err
			}
		}
		if finished.State == webhook.DeliveryPending && disabled == "" {
			tx.Enqueue(finished.NextJob(lane, outcome.RetryAt))
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	s.subscriptions.SetLane(dispatch.ConfigID, lane)
	return disabled, nil
}

// endpointOrNil returns what of a config the outcome of an attempt changes, and
// none of its secrets; nil if it was deleted.
func endpointOrNil(tx *transaction, organisationID, id int64) (*webhook.Config, error) {
	config, err := store.ScanEndpoint(tx.QueryRow(
		`SELECT `+store.EndpointColumns+` FROM webhook_configs WHERE organisation_id = ? AND id = ?`, organisationID, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // documented
	}
	if err != nil {
		return nil, err
	}
	return &config, nil
}

// record keeps track of whether an endpoint answers, and disables its config if
// that is the outcome.
func (s *Store) record(tx *transaction, config *webhook.Config, outcome *webhook.Outcome) (lane webhook.Lane, disabled string, err error) {
	next, disabled := config.Record(outcome, s.now())
	if outcome.Attempt.Success && config.ConsecutiveFailures == 0 {
		return next.Lane(), "", nil
	}
	if err := saveEndpoint(tx, &next); err != nil || disabled == "" {
		return next.Lane(), "", err
	}
	if err := newConfigVersion(tx, next.OrganisationID); err != nil {
		return "", "", err
	}
	return next.Lane(), disabled, s.giveUp(tx, next.OrganisationID, next.ID, disabled)
}

func (s *Store) insertAttempt(tx *transaction, deliveryID webhook.ID, a webhook.Attempt) error {
	id, _ := s.ids.Next(s.now())
	return tx.Exec(`INSERT INTO delivery_attempts
		(id, delivery_id, number, success, status_code, error_message, duration, response_body, created_at)
		VALUES (?, ?, ?, ?, ?, NULLIF(?, ''), ?, ?, ?)`,
		id, deliveryID, a.Number, a.Success, a.StatusCode, a.ErrorMessage, a.Duration.Microseconds(), a.ResponseBody,
		store.Micros(a.CreatedAt))
}

// Requeue puts jobs into the queue again.
func (s *Store) Requeue(ctx context.Context, jobs ...webhook.Job) error {
	return s.write(ctx, "queue jobs again", func(tx *transaction) error {
		tx.Enqueue(jobs...)
		return nil
	})
}
