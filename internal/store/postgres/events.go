package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// making is what a transaction makes, to store it in few statements.
type making struct {
	store      *Store
	now        time.Time
	events     []madeEvent
	deliveries []webhook.Delivery
	jobs       []webhook.Job
	counted    changes
}

type madeEvent struct {
	webhook.Event
	at time.Time
}

func (s *Store) newMaking() *making { return &making{store: s, now: s.now(), counted: changes{}} }

// event makes an event and sets its id.
func (m *making) event(event *webhook.Event, at time.Time) {
	if event.Payload == nil {
		event.Payload = []byte{} // nil would be NULL
	}
	event.ID, at = m.store.ids.Next(at)
	m.events = append(m.events, madeEvent{*event, at})
}

// deliver makes a delivery of an event to a config, and its job. It returns the
// delivery's id.
func (m *making) deliver(event *webhook.Event, config *webhook.Config) string {
	d := webhook.NewDelivery(event, config)
	d.ID, d.CreatedAt = m.store.ids.Next(m.now)
	d.UpdatedAt, d.NextAttemptAt = d.CreatedAt, &m.now
	m.delivery(&d)
	m.jobs = append(m.jobs, d.NextJob(config.ConsecutiveFailures, m.now))
	return d.ID
}

func (m *making) delivery(d *webhook.Delivery) {
	m.deliveries = append(m.deliveries, *d)
	m.counted.add(d, "", d.State)
}

// save stores what was made, together with what the batch has already, and
// queues the jobs.
func (m *making) save(ctx context.Context, tx *transaction, batch *pgx.Batch) error {
	insertEvents(batch, m.events)
	insertDeliveries(batch, m.deliveries)
	tx.count(batch, m.counted)
	if err := send(ctx, tx, batch); err != nil {
		return err
	}
	if len(m.jobs) == 0 {
		return nil
	}
	return m.store.enqueuer.Enqueue(ctx, tx.Tx, m.jobs)
}

func insertEvents(batch *pgx.Batch, events []madeEvent) {
	if len(events) == 0 {
		return
	}
	batch.Queue(`INSERT INTO events (id, organisation_id, created_at, payload)
		SELECT id, organisation_id, created_at, payload FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bytea[])
			AS n (id, organisation_id, created_at, payload)`,
		column(events, func(e *madeEvent) string { return e.ID }),
		column(events, func(e *madeEvent) int64 { return e.OrganisationID }),
		column(events, func(e *madeEvent) int64 { return store.Micros(e.at) }),
		column(events, func(e *madeEvent) []byte { return e.Payload }))
}

// DeliverTo stores an event with a delivery to one config, whatever that
// subscribes to, and its job. It returns the delivery's id. A config that is
// disabled gives [webhook.CodeConfigDisabled].
func (s *Store) DeliverTo(ctx context.Context, configID int64, event webhook.Event) (deliveryID string, err error) {
	err = s.write(ctx, "deliver to a webhook config", func(tx *transaction) error {
		config, err := s.config(ctx, tx, event.OrganisationID, configID, "")
		if err != nil {
			return err
		}
		if config.State != webhook.StateEnabled {
			return store.ConfigDisabled()
		}
		sent := event
		sent.Type, sent.IntegrationType = config.Type, config.IntegrationType
		m := s.newMaking()
		m.event(&sent, m.now)
		deliveryID = m.deliver(&sent, &config)
		return m.save(ctx, tx, &pgx.Batch{})
	})
	if err != nil {
		return "", err
	}
	return deliveryID, nil
}
