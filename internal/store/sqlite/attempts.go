package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

const attemptColumns = `id, number, success, status_code, COALESCE(error_message, ''), duration, response_body,
	response_body IS NOT NULL, created_at`

// BeginAttempt marks a delivery PROCESSING and returns what is to be sent. The
// code of the error is [webhook.CodeOvertaken] if the job is not for the next
// attempt, or the delivery is given up, as it is here when its config wants no
// deliveries any more; then there is nothing to do.
//
// A delivery that is PROCESSING already is another worker's for as long as
// lease says, and gives [webhook.CodeAttemptUnderWay]; after that the worker
// must have died, and the attempt is begun again.
func (s *Store) BeginAttempt(ctx context.Context, job webhook.Job, lease time.Duration) (webhook.Dispatch, error) {
	var dispatch webhook.Dispatch
	unwanted := false
	err := s.write(ctx, "begin attempt", func(ctx context.Context, tx *sql.Tx) error {
		d, retries, err := currentDelivery(ctx, tx, job.DeliveryID, job.Attempt)
		if err != nil {
			return err
		}
		if d.State == webhook.DeliveryProcessing && s.now().Before(d.UpdatedAt.Add(lease)) {
			return store.AttemptUnderWay()
		}
		config, err := s.enabledConfig(ctx, tx, d.OrganisationID, d.WebhookID)
		if reason := reasonOf(err); reason != "" {
			unwanted = true
			return s.fail(ctx, tx, &d, reason)
		}
		if err != nil {
			return err
		}
		dispatch = webhook.NewDispatch(&d, &config, s.now())
		dispatch.Retries = retries
		if dispatch.Payload, err = payload(ctx, tx, d.EventID); err != nil {
			return err
		}
		return s.moveDelivery(ctx, tx, &d, webhook.DeliveryProcessing, nil)
	})
	if err == nil && unwanted {
		err = store.Overtaken()
	}
	if err != nil {
		return webhook.Dispatch{}, err
	}
	return dispatch, nil
}

// reasonOf says why a config wants no deliveries, "" if err says something
// else.
func reasonOf(err error) string {
	switch webhook.CodeOf(err) {
	case webhook.CodeConfigDeleted:
		return webhook.ReasonConfigDeleted
	case webhook.CodeConfigDisabled:
		return webhook.ReasonConfigDisabled
	default:
		return ""
	}
}

// fail gives a delivery up without an attempt.
func (s *Store) fail(ctx context.Context, tx *sql.Tx, d *webhook.Delivery, reason string) error {
	_, err := tx.ExecContext(ctx, `UPDATE deliveries SET failure_reason = ? WHERE id = ?`, reason, d.ID)
	if err != nil {
		return err
	}
	return s.moveDelivery(ctx, tx, d, webhook.DeliveryFailed, nil)
}

// currentDelivery returns a delivery whose next attempt has that number.
func currentDelivery(ctx context.Context, tx *sql.Tx, id string, attempt int) (d webhook.Delivery, retries int, err error) {
	found := tx.QueryRowContext(ctx, `SELECT `+deliveryColumns+`, retries FROM deliveries WHERE id = ?`, id)
	if d, err = scanDelivery(withColumn{found, &retries}); err != nil {
		return d, 0, missing("delivery", err)
	}
	waits := d.State == webhook.DeliveryPending || d.State == webhook.DeliveryProcessing
	if !waits || d.AttemptCount+1 != attempt {
		return d, 0, store.Overtaken()
	}
	return d, retries, nil
}

// withColumn scans a row that has one column more than its scanner knows.
type withColumn struct {
	row  row
	last any
}

// Scan implements row.
func (r withColumn) Scan(dest ...any) error { return r.row.Scan(append(dest, r.last)...) }

// moveDelivery changes the state of a delivery that has no outcome yet, and
// when it is tried next.
func (s *Store) moveDelivery(ctx context.Context, tx *sql.Tx, d *webhook.Delivery, to webhook.DeliveryState, next *time.Time) error {
	from := d.State
	d.State, d.UpdatedAt, d.NextAttemptAt = to, store.Later(d.UpdatedAt, s.now()), next
	_, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = ?, next_attempt_at = ?, updated_at = ? WHERE id = ?`,
		d.State, store.MicrosOrNil(next), store.Micros(d.UpdatedAt), d.ID)
	if err != nil {
		return err
	}
	recordChange(ctx, d, from, to)
	return nil
}

// ReleaseAttempt takes back the beginning of an attempt that was not made. It
// does nothing if the attempt was overtaken.
func (s *Store) ReleaseAttempt(ctx context.Context, dispatch *webhook.Dispatch) error {
	return s.write(ctx, "release attempt", func(ctx context.Context, tx *sql.Tx) error {
		d, _, err := currentDelivery(ctx, tx, dispatch.DeliveryID, dispatch.Attempt)
		if webhook.CodeOf(err) == webhook.CodeOvertaken {
			return nil
		}
		if err != nil || d.State != webhook.DeliveryProcessing {
			return err
		}
		return s.moveDelivery(ctx, tx, &d, webhook.DeliveryPending, new(s.now()))
	})
}

// FinishAttempt records what became of an attempt, and queues the next one if
// there is to be one. An attempt that was overtaken, because the queue gave its
// job to another worker, gives [webhook.CodeOvertaken] and changes nothing.
func (s *Store) FinishAttempt(ctx context.Context, dispatch *webhook.Dispatch, outcome webhook.Outcome) error {
	return s.write(ctx, "finish attempt", func(ctx context.Context, tx *sql.Tx) error {
		d, retries, err := currentDelivery(ctx, tx, dispatch.DeliveryID, dispatch.Attempt)
		if err != nil {
			return err
		}
		attempt := outcome.Attempt
		attempt.Number = dispatch.Attempt
		if err := s.insertAttempt(ctx, tx, d.ID, attempt); err != nil {
			return err
		}
		failures, err := s.recordHealth(ctx, tx, dispatch, &outcome)
		if err != nil {
			return err
		}
		if err := s.settle(ctx, tx, d, retries, &outcome); err != nil || outcome.State != webhook.DeliveryPending {
			return err
		}
		d.AttemptCount++
		enqueueLater(ctx, d.NextJob(failures, outcome.RetryAt))
		return nil
	})
}

// recordHealth keeps track of whether the endpoint answers, and disables it if
// that is the outcome. It returns the endpoint's consecutive failures. A config
// that does not want deliveries any more gets no further attempts.
func (s *Store) recordHealth(ctx context.Context, tx *sql.Tx, dispatch *webhook.Dispatch, outcome *webhook.Outcome) (failures int, err error) {
	config, err := health(ctx, tx, dispatch)
	gone := errors.Is(err, sql.ErrNoRows)
	if err != nil && !gone {
		return 0, err
	}
	outcome.Settle(&config, gone)
	switch {
	case gone:
		return 0, nil
	case outcome.Attempt.Success && config.ConsecutiveFailures == 0:
		return 0, nil
	case outcome.Attempt.Success:
		_, err = tx.ExecContext(ctx, `UPDATE webhook_configs SET consecutive_failures = 0, failing_since = NULL WHERE id = ?`, config.ID)
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE webhook_configs
		SET consecutive_failures = consecutive_failures + 1, failing_since = COALESCE(failing_since, ?) WHERE id = ?`,
		store.Micros(outcome.Attempt.CreatedAt), config.ID)
	if err != nil || outcome.Disable == "" || config.State != webhook.StateEnabled {
		return config.ConsecutiveFailures + 1, err
	}
	return config.ConsecutiveFailures + 1, s.disable(ctx, tx, &config, outcome.Disable)
}

// health returns what of a config matters for recordHealth, and none of its
// secrets.
func health(ctx context.Context, tx *sql.Tx, dispatch *webhook.Dispatch) (webhook.Config, error) {
	config := webhook.Config{ID: dispatch.ConfigID, OrganisationID: dispatch.OrganisationID}
	var updatedAt int64
	err := tx.QueryRowContext(ctx, `SELECT state, updated_at, consecutive_failures FROM webhook_configs
		WHERE organisation_id = ? AND id = ?`, config.OrganisationID, config.ID).
		Scan(&config.State, &updatedAt, &config.ConsecutiveFailures)
	config.UpdatedAt = store.Time(updatedAt)
	return config, err
}

// disable switches a config off because of what became of its deliveries.
func (s *Store) disable(ctx context.Context, tx *sql.Tx, config *webhook.Config, reason string) error {
	_, err := tx.ExecContext(ctx, `UPDATE webhook_configs SET state = ?, updated_at = ? WHERE id = ?`,
		webhook.StateDisabled, store.Micros(store.NextUpdate(config.UpdatedAt, s.now())), config.ID)
	if err != nil {
		return err
	}
	return s.giveUp(ctx, tx, config.OrganisationID, config.ID, reason)
}

// settle stores the outcome in the delivery's own row.
func (s *Store) settle(ctx context.Context, tx *sql.Tx, d webhook.Delivery, retries int, outcome *webhook.Outcome) error {
	from, next := d.State, (*int64)(nil)
	if outcome.State == webhook.DeliveryPending {
		next, retries = new(store.Micros(outcome.RetryAt)), retries+1
	}
	_, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = ?, latest_status_code = ?, attempt_count = ?, retries = ?,
		failure_reason = NULLIF(?, ''), next_attempt_at = ?, updated_at = ? WHERE id = ?`,
		outcome.State, outcome.Attempt.StatusCode, d.AttemptCount+1, retries, outcome.Reason, next,
		store.Micros(store.Later(d.UpdatedAt, s.now())), d.ID)
	if err != nil {
		return err
	}
	recordChange(ctx, &d, from, outcome.State)
	return nil
}

// Requeue puts a job into the queue again, for a worker that cannot take it
// now.
func (s *Store) Requeue(ctx context.Context, job webhook.Job) error {
	return s.write(ctx, "queue a job again", func(ctx context.Context, _ *sql.Tx) error {
		enqueueLater(ctx, job)
		return nil
	})
}

func (s *Store) insertAttempt(ctx context.Context, tx *sql.Tx, deliveryID string, a webhook.Attempt) error {
	id, _ := s.ids.Next(s.now())
	_, err := tx.ExecContext(ctx, `INSERT INTO delivery_attempts
		(id, delivery_id, number, success, status_code, error_message, duration, response_body, created_at)
		VALUES (?, ?, ?, ?, ?, NULLIF(?, ''), ?, ?, ?)`,
		id, deliveryID, a.Number, a.Success, a.StatusCode, a.ErrorMessage, a.Duration.Microseconds(), a.ResponseBody,
		store.Micros(a.CreatedAt))
	return err
}

func scanAttempt(r row) (webhook.Attempt, error) {
	var (
		a                   webhook.Attempt
		duration, createdAt int64
		answered            bool
	)
	err := r.Scan(&a.ID, &a.Number, &a.Success, &a.StatusCode, &a.ErrorMessage, &duration, &a.ResponseBody, &answered, &createdAt)
	if err != nil {
		return webhook.Attempt{}, err
	}
	if answered && a.ResponseBody == nil {
		a.ResponseBody = []byte{} // the driver makes nil of an empty blob
	}
	a.Duration, a.CreatedAt = time.Duration(duration)*time.Microsecond, store.Time(createdAt)
	return a, nil
}
