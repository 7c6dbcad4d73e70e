package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// finishing is an attempt that was made.
type finishing struct {
	dispatch *webhook.Dispatch
	outcome  webhook.Outcome
}

// FinishAttempt records what became of an attempt, and queues the next one if
// there is to be one. An attempt that was overtaken, because the queue gave its
// job to another worker, gives [webhook.CodeOvertaken] and changes nothing.
func (s *Store) FinishAttempt(ctx context.Context, dispatch *webhook.Dispatch, outcome webhook.Outcome) error {
	_, err := s.finishing.do(ctx, finishing{dispatch: dispatch, outcome: outcome})
	return wrap(ctx, "finish attempt", err)
}

// closing is a group of attempts that are finished in one transaction.
type closing struct {
	*work
	// health is that of the configs that are locked. One that is missing had no
	// failures, or is gone.
	health   map[int64]*health
	attempts []madeAttempt
	jobs     []webhook.Job
}

// health is what attempts change of a config.
type health struct {
	webhook.Config
	changed  bool
	disabled string // the reason for which it was disabled just now
}

func (s *Store) finishGroup(ctx context.Context, group []*operation[finishing]) error {
	return s.transact(ctx, func(tx *transaction) error {
		batch := &pgx.Batch{}
		locked := lockHealth(batch, group)
		ids := column(group, func(o **operation[finishing]) string { return (*o).value.dispatch.DeliveryID })
		w, err := s.lock(ctx, tx, batch, ids)
		if err != nil {
			return err
		}
		c := &closing{work: w, health: locked}
		for _, o := range group {
			o.err = c.finish(o.value.dispatch, o.value.outcome)
		}
		return c.save(ctx, tx)
	})
}

// lockHealth locks the configs whose health the outcomes change: those of
// failures, and those of successes after failures. The result is there when the
// batch has run.
func lockHealth(batch *pgx.Batch, group []*operation[finishing]) map[int64]*health {
	var all, failed []int64
	for _, o := range group {
		id := o.value.dispatch.ConfigID
		all = append(all, id)
		if !o.value.outcome.Attempt.Success {
			failed = append(failed, id)
		}
	}
	locked := map[int64]*health{}
	batch.Queue(`SELECT id, organisation_id, state, updated_at, consecutive_failures, failing_since
		FROM webhook_configs WHERE id = ANY($1) AND (consecutive_failures > 0 OR id = ANY($2)) ORDER BY id`+forUpdate, all, failed).
		Query(func(rows pgx.Rows) error {
			found, err := scanAll(rows, scanHealth)
			for i := range found {
				locked[found[i].ID] = &found[i]
			}
			return err
		})
	return locked
}

func scanHealth(r pgx.Row) (health, error) {
	var (
		h            health
		updatedAt    int64
		failingSince *int64
	)
	err := r.Scan(&h.ID, &h.OrganisationID, &h.State, &updatedAt, &h.ConsecutiveFailures, &failingSince)
	h.UpdatedAt, h.FailingSince = store.Time(updatedAt), store.TimeOrNil(failingSince)
	return h, err
}

// finish applies one outcome.
func (c *closing) finish(dispatch *webhook.Dispatch, outcome webhook.Outcome) error {
	d, err := c.current(dispatch.DeliveryID, dispatch.Attempt)
	if err != nil {
		return err
	}
	attempt := outcome.Attempt
	attempt.Number = dispatch.Attempt
	c.attempts = append(c.attempts, c.store.newAttempt(d.ID, attempt))
	failures := c.recordHealth(dispatch, &outcome)
	d.AttemptCount, d.LatestStatusCode = d.AttemptCount+1, attempt.StatusCode
	var next *time.Time
	if outcome.State == webhook.DeliveryPending {
		next = &outcome.RetryAt
		d.retries++
		c.jobs = append(c.jobs, d.NextJob(failures, outcome.RetryAt))
	}
	c.move(d, outcome.State, text(outcome.Reason), next)
	return nil
}

// recordHealth keeps track of whether the endpoint answers, and disables it if
// that is the outcome. It returns the endpoint's consecutive failures. A config
// that does not want deliveries any more gets no further attempts.
func (c *closing) recordHealth(dispatch *webhook.Dispatch, outcome *webhook.Outcome) (failures int) {
	h := c.health[dispatch.ConfigID]
	if h == nil || h.OrganisationID != dispatch.OrganisationID {
		outcome.Settle(&webhook.Config{State: webhook.StateEnabled}, !outcome.Attempt.Success) // a success needs no config
		return 0
	}
	outcome.Settle(&h.Config, false)
	if outcome.Attempt.Success {
		h.changed = h.changed || h.ConsecutiveFailures != 0
		h.ConsecutiveFailures, h.FailingSince = 0, nil
		return 0
	}
	h.changed = true
	h.ConsecutiveFailures++
	if h.FailingSince == nil {
		h.FailingSince = new(outcome.Attempt.CreatedAt)
	}
	if outcome.Disable != "" && h.State == webhook.StateEnabled {
		h.State, h.disabled = webhook.StateDisabled, outcome.Disable
		h.UpdatedAt = store.NextUpdate(h.UpdatedAt, c.now)
	}
	return h.ConsecutiveFailures
}

// save stores all of it, and queues the next attempts.
func (c *closing) save(ctx context.Context, tx *transaction) error {
	batch := &pgx.Batch{}
	insertAttempts(batch, c.attempts)
	c.work.save(tx, batch)
	c.saveHealth(batch)
	if err := send(ctx, tx, batch); err != nil {
		return err
	}
	for _, h := range c.health {
		if h.disabled == "" {
			continue
		}
		if err := c.store.giveUp(ctx, tx, h.OrganisationID, h.ID, text(h.disabled)); err != nil {
			return err
		}
	}
	if len(c.jobs) == 0 {
		return nil
	}
	return c.store.enqueuer.Enqueue(ctx, tx.Tx, c.jobs)
}

func (c *closing) saveHealth(batch *pgx.Batch) {
	var changed []*health
	for _, h := range c.health {
		if h.changed {
			changed = append(changed, h)
		}
	}
	if len(changed) == 0 {
		return
	}
	type item = *health
	batch.Queue(`UPDATE webhook_configs c SET state = u.state, updated_at = u.updated_at,
			consecutive_failures = u.consecutive_failures, failing_since = u.failing_since
		FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::integer[], $5::bigint[])
			AS u (id, state, updated_at, consecutive_failures, failing_since)
		WHERE c.id = u.id`,
		column(changed, func(h *item) int64 { return (*h).ID }),
		column(changed, func(h *item) string { return string((*h).State) }),
		column(changed, func(h *item) int64 { return store.Micros((*h).UpdatedAt) }),
		column(changed, func(h *item) int { return (*h).ConsecutiveFailures }),
		column(changed, func(h *item) *int64 { return store.MicrosOrNil((*h).FailingSince) }))
}
