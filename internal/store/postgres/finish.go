package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// finishing is an attempt that was made, or that is to be made later.
type finishing struct {
	dispatch *webhook.Dispatch
	outcome  webhook.Outcome
	postpone *postponement // in place of the outcome
	// disabled is why the config was disabled because of it, "" if it was not.
	disabled string
	lane     webhook.Lane
}

type postponement struct {
	lane  webhook.Lane
	until time.Time
}

// PostponeAttempt is [Store.ReleaseAttempt] for an attempt that has no job, or
// that goes to another lane: the job for it is queued.
func (s *Store) PostponeAttempt(ctx context.Context, dispatch *webhook.Dispatch, lane webhook.Lane, until time.Time) error {
	_, err := s.finishing.do(ctx, finishing{dispatch: dispatch, postpone: &postponement{lane: lane, until: until}})
	if webhook.CodeOf(err) == webhook.CodeOvertaken {
		return nil
	}
	return wrap(ctx, "postpone attempt", err)
}

// FinishAttempt records the outcome of an attempt, and queues the next one if
// there is to be one. It returns why the config was disabled because of it, ""
// if it was not. An attempt that was overtaken, because its worker was taken
// for dead, gives [webhook.CodeOvertaken] and changes nothing.
func (s *Store) FinishAttempt(ctx context.Context, dispatch *webhook.Dispatch, outcome webhook.Outcome) (disabled string, err error) {
	done, err := s.finishing.do(ctx, finishing{dispatch: dispatch, outcome: outcome})
	if err != nil {
		return "", wrap(ctx, "finish attempt", err)
	}
	s.subscriptions.SetLane(dispatch.ConfigID, done.lane)
	return done.disabled, nil
}

// finishBatch is a group of attempts that are finished in one transaction.
type finishBatch struct {
	*lockedDeliveries
	// endpoints are the configs that are locked. One that is missing has had no
	// failures, or is gone.
	endpoints map[int64]*endpoint
	attempts  []*storedAttempt
	jobs      []webhook.Job
}

// endpoint is what outcomes change of a config.
type endpoint struct {
	webhook.Config
	changed  bool
	disabled string // the reason for which it was disabled just now
}

func (s *Store) finishGroup(ctx context.Context, group []*operation[finishing]) error {
	return s.transact(ctx, func(tx *transaction) error {
		batch := &pgx.Batch{}
		endpoints := lockEndpoints(batch, group)
		ids := column(group, func(o *operation[finishing]) webhook.ID { return o.value.dispatch.DeliveryID })
		l, err := s.lock(ctx, tx, batch, ids)
		if err != nil {
			return err
		}
		b := &finishBatch{lockedDeliveries: l, endpoints: endpoints}
		for _, o := range group {
			if o.value.postpone != nil {
				o.err = b.postpone(&o.value)
			} else {
				o.err = b.finish(&o.value)
			}
		}
		return b.save(ctx, tx)
	})
}

var lockConfigs = byIDs(`webhook_configs`, `bigint`, store.EndpointColumns, ` AND (consecutive_failures > 0 OR id = ANY($2))`+forUpdate)

// lockEndpoints locks the configs whose health the outcomes change: those of
// failures, and those of successes after failures. The result is there when the
// batch has run.
func lockEndpoints(batch *pgx.Batch, group []*operation[finishing]) map[int64]*endpoint {
	var all, failed []int64
	for _, o := range group {
		if o.value.postpone != nil {
			continue
		}
		id := o.value.dispatch.ConfigID
		all = append(all, id)
		if !o.value.outcome.Attempt.Success {
			failed = append(failed, id)
		}
	}
	locked := map[int64]*endpoint{}
	batch.Queue(lockConfigs, distinct(all), distinct(failed)).
		Query(func(rows pgx.Rows) error {
			found, err := scanAll(rows, func(r pgx.Row) (webhook.Config, error) { return store.ScanEndpoint(r) })
			for _, c := range found {
				locked[c.ID] = &endpoint{Config: c}
			}
			return err
		})
	return locked
}

// postpone has one attempt made later.
func (b *finishBatch) postpone(f *finishing) error {
	d, err := b.delivery(f.dispatch.DeliveryID)
	if err != nil {
		return err
	}
	released, err := d.Release(f.dispatch.Attempt, f.dispatch.Worker, f.postpone.until, b.now)
	if err != nil {
		return err
	}
	b.change(released)
	b.jobs = append(b.jobs, released.NextJob(f.postpone.lane, f.postpone.until))
	return nil
}

// finish applies one outcome.
func (b *finishBatch) finish(f *finishing) error {
	d, err := b.delivery(f.dispatch.DeliveryID)
	if err != nil {
		return err
	}
	var config *webhook.Config
	e := b.endpoints[d.WebhookID]
	if e != nil && e.OrganisationID == d.OrganisationID {
		config = &e.Config
	}
	outcome := f.outcome
	outcome.Reason = text(outcome.Reason)
	finished, err := d.Finish(f.dispatch.Attempt, f.dispatch.Worker, &outcome, config, b.now)
	if err != nil {
		return err
	}
	b.change(finished)
	attempt := outcome.Attempt
	attempt.Number = f.dispatch.Attempt
	b.attempts = append(b.attempts, b.store.newAttempt(d.ID, attempt))
	f.lane, f.disabled = webhook.LaneDeliveries, ""
	if config != nil {
		e.changed = e.changed || !outcome.Attempt.Success || e.ConsecutiveFailures > 0
		e.Config, f.disabled = e.Record(&outcome, b.now)
		f.lane = e.Lane()
		if f.disabled != "" {
			e.disabled = text(f.disabled)
		}
	}
	if finished.State == webhook.DeliveryPending {
		b.jobs = append(b.jobs, finished.NextJob(f.lane, outcome.RetryAt))
	}
	return nil
}

// save stores all of it, and queues the next attempts.
func (b *finishBatch) save(ctx context.Context, tx *transaction) error {
	batch := &pgx.Batch{}
	insertAttempts(batch, b.attempts)
	b.lockedDeliveries.save(tx, batch)
	b.saveEndpoints(batch)
	if err := send(ctx, tx, batch); err != nil {
		return err
	}
	for _, e := range b.endpoints {
		if e.disabled == "" {
			continue
		}
		if err := newConfigVersion(ctx, tx, e.OrganisationID); err != nil {
			return err
		}
		if err := b.store.giveUp(ctx, tx, e.OrganisationID, e.ID, e.disabled); err != nil {
			return err
		}
	}
	if len(b.jobs) == 0 {
		return nil
	}
	return b.store.enqueuer.Enqueue(ctx, tx.Tx, b.jobs)
}

func (b *finishBatch) saveEndpoints(batch *pgx.Batch) {
	var changed []*endpoint
	for _, e := range b.endpoints {
		if e.changed {
			changed = append(changed, e)
		}
	}
	if len(changed) > 0 {
		saveEndpoints(batch, column(changed, func(e *endpoint) *webhook.Config { return &e.Config }))
	}
}

// saveEndpoints stores what of configs the outcomes of attempts change.
func saveEndpoints(batch *pgx.Batch, configs []*webhook.Config) {
	for _, c := range configs {
		batch.Queue(`UPDATE webhook_configs SET state = $2, updated_at = $3, consecutive_failures = $4, failing_since = $5,
			failing_days = $6, last_failure_at = $7 WHERE id = $1`,
			c.ID, c.State, store.Micros(c.UpdatedAt), c.ConsecutiveFailures, store.MicrosOrNil(c.FailingSince),
			c.FailingDays, store.MicrosOrNil(c.LastFailure))
	}
}
