package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// beginning is an attempt to begin, and what is to be sent.
type beginning struct {
	job      webhook.Job
	lease    time.Duration
	dispatch webhook.Dispatch
}

// BeginAttempt marks a delivery PROCESSING and returns what is to be sent. The
// code of the error is [webhook.CodeOvertaken] if the job is not for the next
// attempt, or the delivery is given up, as it is here when its config wants no
// deliveries any more; then there is nothing to do.
//
// A delivery that is PROCESSING already is another worker's for as long as
// lease says, and gives [webhook.CodeAttemptUnderWay]; after that the worker
// must have died, and the attempt is begun again.
func (s *Store) BeginAttempt(ctx context.Context, job webhook.Job, lease time.Duration) (webhook.Dispatch, error) {
	done, err := s.beginning.do(ctx, beginning{job: job, lease: lease})
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
		ids := column(group, func(o **operation[beginning]) string { return (*o).value.job.DeliveryID })
		w, err := s.lock(ctx, tx, &pgx.Batch{}, ids)
		if err != nil || len(w.locked) == 0 {
			return failAll(group, err)
		}
		p, err := s.findParcels(ctx, tx, w)
		if err != nil {
			return err
		}
		for _, o := range group {
			o.value.dispatch, o.err = w.begin(&o.value, p)
		}
		batch := &pgx.Batch{}
		w.save(tx, batch)
		return send(ctx, tx, batch)
	})
}

// ReleaseAttempt takes back the beginning of an attempt that was not made. It
// does nothing if the attempt was overtaken.
func (s *Store) ReleaseAttempt(ctx context.Context, dispatch *webhook.Dispatch) error {
	return s.write(ctx, "release attempt", func(tx *transaction) error {
		w, err := s.lock(ctx, tx, &pgx.Batch{}, []string{dispatch.DeliveryID})
		if err != nil {
			return err
		}
		d, err := w.current(dispatch.DeliveryID, dispatch.Attempt)
		if webhook.CodeOf(err) == webhook.CodeOvertaken {
			return nil
		}
		if err != nil || d.State != webhook.DeliveryProcessing {
			return err
		}
		w.move(d, webhook.DeliveryPending, "", new(w.now))
		batch := &pgx.Batch{}
		w.save(tx, batch)
		return send(ctx, tx, batch)
	})
}

// failAll gives each operation of a group the error for a delivery that does
// not exist, unless there is another one.
func failAll[T any](group []*operation[T], err error) error {
	for _, o := range group {
		o.err = store.NotFound("delivery")
	}
	return err
}

// begin marks a delivery PROCESSING, or gives it up.
func (w *work) begin(b *beginning, p parcels) (webhook.Dispatch, error) {
	d, err := w.current(b.job.DeliveryID, b.job.Attempt)
	if err != nil {
		return webhook.Dispatch{}, err
	}
	if d.State == webhook.DeliveryProcessing && w.now.Before(d.UpdatedAt.Add(b.lease)) {
		return webhook.Dispatch{}, store.AttemptUnderWay()
	}
	config := p.configs[d.WebhookID]
	if config.err != nil {
		return webhook.Dispatch{}, config.err
	}
	if reason := config.unwanted(d); reason != "" {
		w.move(d, webhook.DeliveryFailed, reason, nil)
		return webhook.Dispatch{}, store.Overtaken()
	}
	dispatch := webhook.NewDispatch(&d.Delivery, &config.Config, w.now)
	dispatch.Retries, dispatch.Payload = d.retries, p.payloads[d.EventID]
	w.move(d, webhook.DeliveryProcessing, "", nil)
	return dispatch, nil
}

// parcels are what deliveries send, by event, and the configs that say where
// to.
type parcels struct {
	payloads map[string][]byte
	configs  map[int64]foundConfig
}

// foundConfig is a config, or why it cannot be used. The zero value is one that
// is gone.
type foundConfig struct {
	webhook.Config
	err error
}

// unwanted says why a config does not want a delivery, "" if it does.
func (c *foundConfig) unwanted(d *storedDelivery) string {
	switch {
	case c.ID == 0 || c.OrganisationID != d.OrganisationID:
		return webhook.ReasonConfigDeleted
	case c.State != webhook.StateEnabled:
		return webhook.ReasonConfigDisabled
	}
	return ""
}

func (s *Store) findParcels(ctx context.Context, tx pgx.Tx, w *work) (parcels, error) {
	p := parcels{payloads: map[string][]byte{}, configs: map[int64]foundConfig{}}
	var events []string
	var configs []int64
	for _, d := range w.locked {
		if _, known := p.payloads[d.EventID]; !known {
			p.payloads[d.EventID] = nil
			events = append(events, d.EventID)
		}
		if _, known := p.configs[d.WebhookID]; !known {
			p.configs[d.WebhookID] = foundConfig{}
			configs = append(configs, d.WebhookID)
		}
	}
	batch := &pgx.Batch{}
	batch.Queue(`SELECT id, payload FROM events WHERE id = ANY($1::uuid[])`, events).Query(p.scanPayloads)
	batch.Queue(`SELECT `+configColumns+` FROM webhook_configs WHERE id = ANY($1)`, configs).Query(func(rows pgx.Rows) error {
		found, err := scanAll(rows, func(r pgx.Row) (foundConfig, error) {
			c, err := s.scanConfig(r)
			if webhook.CodeOf(err) == webhook.CodeDecryptionFailed {
				return foundConfig{Config: c, err: err}, nil // that config's own trouble
			}
			return foundConfig{Config: c}, err
		})
		for _, c := range found {
			p.configs[c.ID] = c
		}
		return err
	})
	return p, send(ctx, tx, batch)
}

func (p *parcels) scanPayloads(rows pgx.Rows) error {
	for rows.Next() {
		var id string
		var payload []byte
		if err := rows.Scan(&id, &payload); err != nil {
			return err
		}
		p.payloads[id] = payload
	}
	return rows.Err()
}
