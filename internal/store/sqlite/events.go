package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// PublishEvent stores an event with a delivery and a job for every config that
// wants it, in one transaction. An idempotency key that was used for the same
// event within [webhook.IdempotencyRetention] gives the publication that it
// led to, and nothing happens; with another event the error's code is
// [webhook.CodeIdempotencyKeyReused]. An unknown organisation gives
// [webhook.CodeNotFound].
func (s *Store) PublishEvent(ctx context.Context, event webhook.Event, key webhook.Idempotency) (webhook.Publication, error) {
	var publication webhook.Publication
	err := s.withSubscribers(ctx, event.OrganisationID, func(find findSubscribers) error {
		return s.write(ctx, "publish event", func(tx *transaction) error {
			answer, err := s.answered(tx, event.OrganisationID, key)
			if err != nil {
				return err
			}
			if answer != nil {
				publication, err = store.OpenPublicationAnswer(s.cipher, event.OrganisationID, key, answer)
				return err
			}
			subscribers, err := find(tx)
			if err != nil {
				return err
			}
			if publication, err = s.publish(tx, event, subscribers); err != nil || key.Key == "" {
				return err
			}
			sealed, err := store.SealPublicationAnswer(s.cipher, event.OrganisationID, key, publication)
			if err != nil {
				return err
			}
			return s.keepAnswer(tx, event.OrganisationID, key, sealed)
		})
	})
	if err != nil {
		return webhook.Publication{}, err
	}
	return publication, nil
}

func (s *Store) publish(tx *transaction, event webhook.Event, subscribers *webhook.Subscribers) (webhook.Publication, error) {
	if err := s.insertEvent(tx, &event, s.now()); err != nil {
		return webhook.Publication{}, err
	}
	configs := subscribers.Wanting(&event)
	for _, config := range configs {
		if _, err := s.deliver(tx, &event, config, s.subscriptions.Lane(config.ID)); err != nil {
			return webhook.Publication{}, err
		}
	}
	return webhook.Publication{EventID: event.ID, Deliveries: int64(len(configs))}, nil
}

// insertEvent stores the event and sets its id.
func (s *Store) insertEvent(tx *transaction, event *webhook.Event, at time.Time) error {
	payload := event.Payload
	if payload == nil {
		payload = []byte{} // nil would be NULL
	}
	event.ID, at = s.ids.Next(at)
	err := tx.Exec(`INSERT INTO events (id, organisation_id, created_at, webhook_type, integration_type, topic, sync_id, payload)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		event.ID, event.OrganisationID, store.Micros(at), event.Type, event.IntegrationType, event.Topic, event.SyncID, payload)
	return organisationMissing(err)
}

// payload returns what an event sends. It is never nil.
func payload(q querier, eventID webhook.ID) ([]byte, error) {
	var sent []byte
	err := q.QueryRow(`SELECT payload FROM events WHERE id = ?`, eventID).Scan(&sent)
	if sent == nil {
		sent = []byte{} // the driver makes nil of an empty blob
	}
	return sent, err
}

// deliver stores a delivery to a config, with its first attempt begun here, or
// with a job for that. It returns the delivery's id.
func (s *Store) deliver(tx *transaction, event *webhook.Event, config *webhook.Config, lane webhook.Lane) (webhook.ID, error) {
	now := s.now()
	d := webhook.NewDelivery(event, config)
	d.ID, d.CreatedAt = s.ids.Next(now)
	d.UpdatedAt, d.NextAttemptAt = d.CreatedAt, &now
	r, ok, err := s.reserve(tx, config, event.OrganisationID, lane)
	if err != nil {
		return webhook.ID{}, err
	}
	if ok {
		d = d.BeginDirectly(r.Worker())
		dispatch := webhook.NewDispatch(&d, config, now)
		dispatch.Payload = event.Payload
		tx.direct.Add(r, &dispatch)
	} else {
		tx.Enqueue(d.NextJob(lane, now))
	}
	return d.ID, insertDelivery(tx, &d)
}

// reserve takes a place for an attempt of the worker in this process, if that
// has not been taken for dead.
func (s *Store) reserve(
	tx *transaction, config *webhook.Config, organisationID int64, lane webhook.Lane,
) (r webhook.Reservation, ok bool, err error) {
	if r, ok = s.Reserve(config, organisationID, lane); !ok {
		return nil, false, nil
	}
	live, err := liveWorkers(tx)
	if err != nil || !live[r.Worker()] {
		r.Cancel()
		return nil, false, err
	}
	return r, true, nil
}

// DeliverTo stores an event with a delivery to one config, whatever that
// subscribes to, and its job. It returns the delivery's id. A config that is
// disabled gives [webhook.CodeConfigDisabled].
func (s *Store) DeliverTo(ctx context.Context, configID int64, event webhook.Event) (deliveryID webhook.ID, err error) {
	err = s.write(ctx, "deliver to a webhook config", func(tx *transaction) error {
		config, err := s.config(tx, event.OrganisationID, configID)
		if err != nil {
			return err
		}
		if config.State != webhook.StateEnabled {
			return webhook.ConfigDisabled()
		}
		event.Type, event.IntegrationType = config.Type, config.IntegrationType
		if err := s.insertEvent(tx, &event, s.now()); err != nil {
			return err
		}
		deliveryID, err = s.deliver(tx, &event, &config, config.Lane())
		return err
	})
	if err != nil {
		return webhook.ID{}, err
	}
	return deliveryID, nil
}

// findSubscribers returns the subscribers of an organisation as they are in a
// transaction, or [store.ErrStale].
type findSubscribers func(tx *transaction) (*webhook.Subscribers, error)

// withSubscribers runs fn, which finds its subscribers in memory. If those are
// out of date they are loaded before fn is run again, so that the write lock is
// not held meanwhile; only where they change all the time fn loads them itself.
func (s *Store) withSubscribers(ctx context.Context, organisationID int64, fn func(findSubscribers) error) error {
	for range store.MaxLoads {
		err := fn(func(tx *transaction) (*webhook.Subscribers, error) {
			version, err := configVersion(tx, organisationID)
			if err != nil {
				return nil, err
			}
			return s.subscriptions.At(organisationID, version)
		})
		if !errors.Is(err, store.ErrStale) {
			return err
		}
		err = s.read(ctx, "load webhook configs", func(q querier) error {
			_, err := s.loadSubscribers(q, organisationID)
			return err
		})
		if err != nil {
			return err
		}
	}
	return fn(func(tx *transaction) (*webhook.Subscribers, error) { return s.loadSubscribers(tx, organisationID) })
}

func configVersion(q querier, organisationID int64) (version int64, err error) {
	err = q.QueryRow(`SELECT config_version FROM organisations WHERE id = ?`, organisationID).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, store.NotFound("organisation")
	}
	return version, err
}

func (s *Store) loadSubscribers(q querier, organisationID int64) (*webhook.Subscribers, error) {
	version, err := configVersion(q, organisationID)
	if err != nil {
		return nil, err
	}
	configs, err := collect(q, s.scanAnyConfig, `SELECT `+store.ConfigColumns+` FROM webhook_configs
		WHERE organisation_id = ? AND state = ? ORDER BY id`, organisationID, webhook.StateEnabled)
	if err != nil {
		return nil, err
	}
	return s.subscriptions.Put(organisationID, version, configs), nil
}
