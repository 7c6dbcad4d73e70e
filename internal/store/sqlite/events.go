package sqlite

import (
	"context"
	"database/sql"
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
	err := s.write(ctx, "publish event", func(ctx context.Context, tx *sql.Tx) error {
		answer, err := s.answered(ctx, tx, event.OrganisationID, key)
		if err != nil {
			return err
		}
		if answer != nil {
			publication, err = store.OpenPublicationAnswer(s.cipher, event.OrganisationID, key, answer)
			return err
		}
		if publication, err = s.publish(ctx, tx, event); err != nil || key.Key == "" {
			return err
		}
		sealed, err := store.SealPublicationAnswer(s.cipher, event.OrganisationID, key, publication)
		if err != nil {
			return err
		}
		return s.keepAnswer(ctx, tx, event.OrganisationID, key, sealed)
	})
	if err != nil {
		return webhook.Publication{}, err
	}
	return publication, nil
}

func (s *Store) publish(ctx context.Context, tx *sql.Tx, event webhook.Event) (webhook.Publication, error) {
	if err := s.insertEvent(ctx, tx, &event, s.now()); err != nil {
		return webhook.Publication{}, err
	}
	configs, err := subscribers(ctx, tx, &event)
	if err != nil {
		return webhook.Publication{}, err
	}
	if _, err := s.deliver(ctx, tx, &event, configs); err != nil {
		return webhook.Publication{}, err
	}
	return webhook.Publication{EventID: event.ID, Deliveries: int64(len(configs))}, nil
}

// insertEvent stores the event and sets its id.
func (s *Store) insertEvent(ctx context.Context, tx *sql.Tx, event *webhook.Event, at time.Time) error {
	payload := event.Payload
	if payload == nil {
		payload = []byte{} // nil would be NULL
	}
	event.ID, at = s.ids.Next(at)
	_, err := tx.ExecContext(ctx, `INSERT INTO events (id, organisation_id, created_at, payload) VALUES (?, ?, ?, ?)`,
		event.ID, event.OrganisationID, store.Micros(at), payload)
	return organisationMissing(err)
}

// payload returns what an event sends. It is never nil.
func payload(ctx context.Context, tx *sql.Tx, eventID string) ([]byte, error) {
	var sent []byte
	err := tx.QueryRowContext(ctx, `SELECT payload FROM events WHERE id = ?`, eventID).Scan(&sent)
	if sent == nil {
		sent = []byte{} // the driver makes nil of an empty blob
	}
	return sent, err
}

const subscriberColumns = `id, webhook_type, COALESCE(integration_type, ''), name, url, state, topics, consecutive_failures`

// subscribers returns the configs that want the event, without their secrets.
func subscribers(ctx context.Context, tx *sql.Tx, event *webhook.Event) ([]webhook.Config, error) {
	candidates, err := collect(ctx, tx, scanSubscriber,
		`SELECT `+subscriberColumns+` FROM webhook_configs
			WHERE organisation_id = ? AND webhook_type = ? AND state = ? ORDER BY id`,
		event.OrganisationID, event.Type, webhook.StateEnabled)
	if err != nil {
		return nil, err
	}
	wanted := candidates[:0]
	for _, c := range candidates {
		if c.Wants(event) {
			wanted = append(wanted, c)
		}
	}
	return wanted, nil
}

func scanSubscriber(r row) (webhook.Config, error) {
	var (
		c      webhook.Config
		topics string
	)
	err := r.Scan(&c.ID, &c.Type, &c.IntegrationType, &c.Name, &c.URL, &c.State, &topics, &c.ConsecutiveFailures)
	if err != nil {
		return webhook.Config{}, err
	}
	c.Topics, err = store.DecodeTopics(topics)
	return c, err
}

// deliver stores a delivery and a job for each config. It returns the ids of
// the deliveries.
func (s *Store) deliver(ctx context.Context, tx *sql.Tx, event *webhook.Event, configs []webhook.Config) ([]string, error) {
	ids, jobs := make([]string, 0, len(configs)), make([]webhook.Job, 0, len(configs))
	now := s.now()
	for i := range configs {
		d := webhook.NewDelivery(event, &configs[i])
		d.ID, d.CreatedAt = s.ids.Next(now)
		d.UpdatedAt, d.NextAttemptAt = d.CreatedAt, &now
		if err := insertDelivery(ctx, tx, &d); err != nil {
			return nil, err
		}
		ids = append(ids, d.ID)
		jobs = append(jobs, d.NextJob(configs[i].ConsecutiveFailures, now))
	}
	enqueueLater(ctx, jobs...)
	return ids, nil
}

// DeliverTo stores an event with a delivery to one config, whatever that
// subscribes to, and its job. It returns the delivery's id. A config that is
// disabled gives [webhook.CodeConfigDisabled].
func (s *Store) DeliverTo(ctx context.Context, configID int64, event webhook.Event) (deliveryID string, err error) {
	err = s.write(ctx, "deliver to a webhook config", func(ctx context.Context, tx *sql.Tx) error {
		config, err := s.config(ctx, tx, event.OrganisationID, configID)
		if err != nil {
			return err
		}
		if config.State != webhook.StateEnabled {
			return store.ConfigDisabled()
		}
		event.Type, event.IntegrationType = config.Type, config.IntegrationType
		if err := s.insertEvent(ctx, tx, &event, s.now()); err != nil {
			return err
		}
		ids, err := s.deliver(ctx, tx, &event, []webhook.Config{config})
		if err == nil {
			deliveryID = ids[0]
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return deliveryID, nil
}
