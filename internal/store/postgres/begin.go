package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// beginning is an attempt to begin, and what is to be sent.
type beginning struct {
	job      webhook.Job
	worker   int64
	dispatch webhook.Dispatch
}

// BeginAttempt marks a delivery PROCESSING and returns what is to be sent. The
// code of the error is [webhook.CodeOvertaken] if the job is not for the next
// attempt, or the delivery is given up, as it is here when its config wants no
// deliveries any more; then there is nothing to do.
//
// A delivery that is PROCESSING at another worker that lives gives
// [webhook.CodeAttemptUnderWay]. A worker that was taken for dead begins
// nothing: [webhook.CodeWorkerGone].
func (s *Store) BeginAttempt(ctx context.Context, job webhook.Job, worker int64) (webhook.Dispatch, error) {
	done, err := s.beginning.do(ctx, beginning{job: job, worker: worker})
	if err != nil {
		return webhook.Dispatch{}, wrap(ctx, "begin attempt", err)
	}
	return done.dispatch, nil
}

// beginGroup begins attempts in one transaction. It reads configs without a
// lock: whoever disables one at the same time leaves the attempts that are
// under way to their end, and this one is.
func (s *Store) beginGroup(ctx context.Context, group []*operation[beginning]) error {
	return s.transact(ctx, func(tx *transaction) error {
		ids := column(group, func(o *operation[beginning]) webhook.ID { return o.value.job.DeliveryID })
		l, err := s.lock(ctx, tx, &pgx.Batch{}, ids)
		if err != nil {
			return err
		}
		inputs, err := s.dispatchInputs(ctx, tx, l)
		if err != nil {
			return err
		}
		for _, o := range group {
			o.value.dispatch, o.err = l.begin(&o.value, inputs)
		}
		batch := &pgx.Batch{}
		l.save(tx, batch)
		return send(ctx, tx, batch)
	})
}

// begin marks a delivery PROCESSING, or gives it up.
func (l *lockedDeliveries) begin(b *beginning, inputs dispatchInputs) (webhook.Dispatch, error) {
	d, err := l.delivery(b.job.DeliveryID)
	if err != nil {
		return webhook.Dispatch{}, err
	}
	config := inputs.config(d)
	begun, err := d.Begin(b.job.Attempt, config, webhook.Claim{Worker: b.worker, Live: inputs.live}, l.now)
	if err != nil {
		return webhook.Dispatch{}, err
	}
	l.change(begun)
	switch begun.State {
	case webhook.DeliveryProcessing:
	case webhook.DeliveryPending:
		return webhook.Dispatch{}, webhook.Unreadable()
	default: // it was given up
		return webhook.Dispatch{}, webhook.Overtaken()
	}
	dispatch := webhook.NewDispatch(&begun, config, l.now)
	dispatch.Payload = inputs.payloads[begun.EventID]
	return dispatch, nil
}

// ReleaseAttempt takes back the beginning of an attempt that was not made. It
// does nothing if the attempt was overtaken.
func (s *Store) ReleaseAttempt(ctx context.Context, dispatch *webhook.Dispatch) error {
	return s.write(ctx, "release attempt", func(tx *transaction) error {
		l, err := s.lock(ctx, tx, &pgx.Batch{}, []webhook.ID{dispatch.DeliveryID})
		if err != nil {
			return err
		}
		d, err := l.delivery(dispatch.DeliveryID)
		if err != nil {
			return err
		}
		released, err := d.Release(dispatch.Attempt, dispatch.Worker, l.now, l.now)
		if err != nil {
			return nil //nolint:nilerr // documented: it was overtaken
		}
		l.change(released)
		batch := &pgx.Batch{}
		l.save(tx, batch)
		return send(ctx, tx, batch)
	})
}

// dispatchInputs are what deliveries send, by event, and the configs that say
// where to.
type dispatchInputs struct {
	payloads map[webhook.ID][]byte
	configs  map[int64]*webhook.Config
	live     map[int64]bool // workers
}

// config returns the config of a delivery, nil if it was deleted.
func (i *dispatchInputs) config(d *webhook.Delivery) *webhook.Config {
	found := i.configs[d.WebhookID]
	if found == nil || found.OrganisationID != d.OrganisationID {
		return nil
	}
	return found
}

var (
	findPayloads = byIDs(`events`, `uuid`, `id, payload`, ` OFFSET 0`)
	findConfigs  = byIDs(`webhook_configs`, `bigint`, store.ConfigColumns, ` OFFSET 0`)
)

func (s *Store) dispatchInputs(ctx context.Context, tx pgx.Tx, l *lockedDeliveries) (inputs dispatchInputs, err error) {
	inputs = dispatchInputs{payloads: map[webhook.ID][]byte{}, configs: map[int64]*webhook.Config{}}
	if len(l.byID) == 0 {
		return inputs, nil
	}
	var events []webhook.ID
	var configs []int64
	for _, d := range l.byID {
		events, configs = append(events, d.EventID), append(configs, d.WebhookID)
	}
	batch := &pgx.Batch{}
	batch.Queue(holdWorkers).Query(func(rows pgx.Rows) (err error) {
		inputs.live, err = scanWorkers(rows)
		return err
	})
	batch.Queue(findPayloads, uuids(sorted(events))).Query(inputs.scanPayloads)
	batch.Queue(findConfigs, distinct(configs)).
		Query(func(rows pgx.Rows) error {
			found, err := scanAll(rows, s.scanAnyConfig)
			for _, c := range found {
				inputs.configs[c.ID] = &c
			}
			return err
		})
	return inputs, send(ctx, tx, batch)
}

func (i *dispatchInputs) scanPayloads(rows pgx.Rows) error {
	for rows.Next() {
		var id webhook.ID
		var payload []byte
		if err := rows.Scan(&id, &payload); err != nil {
			return err
		}
		i.payloads[id] = payload
	}
	return rows.Err()
}
