package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// publishBatch is what a transaction adds, to store it in few statements.
type publishBatch struct {
	store      *Store
	now        time.Time
	events     []*storedEvent
	deliveries []*webhook.Delivery
	jobs       []webhook.Job
	counted    store.Changes
	// direct begin with the commit, as attempts of live workers.
	direct store.DirectAttempts
	live   map[int64]bool
}

// storedEvent is a row of events.
type storedEvent struct {
	webhook.Event
	at time.Time
}

func (s *Store) newPublishBatch() *publishBatch {
	return &publishBatch{store: s, now: s.now(), counted: store.Changes{}}
}

// event adds an event and sets its id.
func (b *publishBatch) event(event *webhook.Event, at time.Time) {
	if event.Payload == nil {
		event.Payload = []byte{} // nil would be NULL
	}
	event.ID, at = b.store.ids.Next(at)
	b.events = append(b.events, &storedEvent{*event, at})
}

// deliver adds a delivery of an event to a config, with its first attempt begun
// here, or with a job for that. It returns the delivery's id.
func (b *publishBatch) deliver(event *webhook.Event, config *webhook.Config, lane webhook.Lane) webhook.ID {
	d := webhook.NewDelivery(event, config)
	d.ID, d.CreatedAt = b.store.ids.Next(b.now)
	d.UpdatedAt, d.NextAttemptAt = d.CreatedAt, &b.now
	if r, ok := b.reserve(config, event.OrganisationID, lane); ok {
		d = d.BeginDirectly(r.Worker())
		dispatch := webhook.NewDispatch(&d, config, b.now)
		dispatch.Payload = event.Payload
		b.direct.Add(r, &dispatch)
	} else {
		b.jobs = append(b.jobs, d.NextJob(lane, b.now))
	}
	b.delivery(&d)
	return d.ID
}

// reserve takes a place for an attempt of the worker in this process, if that
// has not been taken for dead.
func (b *publishBatch) reserve(config *webhook.Config, organisationID int64, lane webhook.Lane) (webhook.Reservation, bool) {
	r, ok := b.store.Reserve(config, organisationID, lane)
	if ok && !b.live[r.Worker()] {
		r.Cancel()
		return nil, false
	}
	return r, ok
}

func (b *publishBatch) delivery(d *webhook.Delivery) {
	b.deliveries = append(b.deliveries, d)
	b.counted.Move(d, "")
}

// save stores what was added, together with what the batch of statements has
// already, and queues the jobs.
func (b *publishBatch) save(ctx context.Context, tx *transaction, batch *pgx.Batch) error {
	insertEvents(batch, b.events)
	insertDeliveries(batch, b.deliveries)
	tx.count(batch, b.counted)
	if err := send(ctx, tx, batch); err != nil {
		return err
	}
	if len(b.jobs) == 0 {
		return nil
	}
	return b.store.enqueuer.Enqueue(ctx, tx.Tx, b.jobs)
}

// end makes the direct attempts of a batch that is committed, or gives their
// places back. There may be no batch yet.
func (b *publishBatch) end(failure error) {
	if b != nil {
		b.direct.End(failure)
	}
}

// again gives places back before the transaction is run again.
func (b *publishBatch) again() { b.end(errRunAgain) }

var errRunAgain = errors.New("the transaction is run again")

func insertEvents(batch *pgx.Batch, events []*storedEvent) {
	if len(events) == 0 {
		return
	}
	batch.Queue(`INSERT INTO events (id, organisation_id, created_at, webhook_type, integration_type, topic, sync_id, payload)
		SELECT id, organisation_id, created_at, webhook_type, integration_type, topic, sync_id, payload
		FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[])
			AS n (id, organisation_id, created_at, webhook_type, integration_type, topic, sync_id, payload)`,
		column(events, func(e *storedEvent) [16]byte { return e.ID }),
		column(events, func(e *storedEvent) int64 { return e.OrganisationID }),
		column(events, func(e *storedEvent) int64 { return store.Micros(e.at) }),
		column(events, func(e *storedEvent) string { return string(e.Type) }),
		column(events, func(e *storedEvent) string { return string(e.IntegrationType) }),
		column(events, func(e *storedEvent) string { return e.Topic }),
		column(events, func(e *storedEvent) string { return e.SyncID }),
		column(events, func(e *storedEvent) []byte { return e.Payload }))
}

// DeliverTo stores an event with a delivery to one config, whatever that
// subscribes to, and its job. It returns the delivery's id. A config that is
// disabled gives [webhook.CodeConfigDisabled].
func (s *Store) DeliverTo(ctx context.Context, configID int64, event webhook.Event) (deliveryID webhook.ID, err error) {
	var b *publishBatch
	err = s.write(ctx, "deliver to a webhook config", func(tx *transaction) error {
		b.again()
		config, err := s.config(ctx, tx, event.OrganisationID, configID, "")
		if err != nil {
			return err
		}
		if config.State != webhook.StateEnabled {
			return webhook.ConfigDisabled()
		}
		sent := event
		sent.Type, sent.IntegrationType = config.Type, config.IntegrationType
		b = s.newPublishBatch()
		if b.live, err = liveWorkers(ctx, tx); err != nil {
			return err
		}
		b.event(&sent, b.now)
		deliveryID = b.deliver(&sent, &config, config.Lane())
		return b.save(ctx, tx, &pgx.Batch{})
	})
	b.end(err)
	if err != nil {
		return webhook.ID{}, err
	}
	return deliveryID, nil
}
