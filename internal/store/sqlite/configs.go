package sqlite

import (
	"context"
	"database/sql"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

const configColumns = `id, organisation_id, created_at, updated_at, webhook_type, COALESCE(integration_type, ''),
	name, url, state, topics, headers, signing_key, previous_signing_keys, signature_header, consecutive_failures, failing_since`

// CreateConfig stores a new config with the defaults of
// [webhook.Config.SetDefaults] and returns it with the id and the times that
// it got. An unknown organisation gives [webhook.CodeNotFound].
//
// An idempotency key that was used for the same request within
// [webhook.IdempotencyRetention] gives the config that it led to, as it was
// then and without its signing key; with another request the error's code is
// [webhook.CodeIdempotencyKeyReused].
func (s *Store) CreateConfig(ctx context.Context, c webhook.Config, key webhook.Idempotency) (webhook.Config, error) {
	created := c.Clone()
	created.SetDefaults()
	err := s.write(ctx, "create webhook config", func(ctx context.Context, tx *sql.Tx) error {
		answer, err := s.answered(ctx, tx, c.OrganisationID, key)
		if err != nil {
			return err
		}
		if answer != nil {
			created, err = store.OpenConfigAnswer(s.cipher, c.OrganisationID, key, answer)
			return err
		}
		// Taken under the write lock, so that times follow the order of ids.
		created.CreatedAt = store.Time(store.Micros(s.now()))
		created.UpdatedAt = created.CreatedAt
		if err := s.insertConfig(ctx, tx, &created); err != nil || key.Key == "" {
			return err
		}
		sealed, err := store.SealConfigAnswer(s.cipher, c.OrganisationID, key, &created)
		if err != nil {
			return err
		}
		return s.keepAnswer(ctx, tx, c.OrganisationID, key, sealed)
	})
	if err != nil {
		return webhook.Config{}, err
	}
	return created, nil
}

// insertConfig stores c and sets its id. Secrets are bound to the id, so they
// follow in a second statement.
func (s *Store) insertConfig(ctx context.Context, tx *sql.Tx, c *webhook.Config) error {
	topics, err := store.EncodeTopics(c.Topics)
	if err != nil {
		return err
	}
	err = tx.QueryRowContext(ctx, `INSERT INTO webhook_configs
		(organisation_id, created_at, updated_at, webhook_type, integration_type, name, url, state, topics, signature_header)
		VALUES (?, ?, ?, ?, NULLIF(?, ''), ?, ?, ?, ?, ?) RETURNING id`,
		c.OrganisationID, store.Micros(c.CreatedAt), store.Micros(c.UpdatedAt), c.Type, c.IntegrationType,
		c.Name, c.URL, c.State, topics, c.SignatureHeader).Scan(&c.ID)
	if err != nil {
		return organisationMissing(err)
	}
	if c.Headers == nil && c.SigningKey == "" {
		return nil
	}
	sealed, err := store.SealSecrets(s.cipher, c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE webhook_configs SET headers = ?, signing_key = ? WHERE id = ?`,
		sealed.Headers, sealed.SigningKey, c.ID)
	return err
}

// Config returns one config, its secrets included.
func (s *Store) Config(ctx context.Context, organisationID, id int64) (webhook.Config, error) {
	c, err := s.config(ctx, s.reader, organisationID, id)
	if err != nil {
		return webhook.Config{}, wrap(ctx, "get webhook config", err)
	}
	return c, nil
}

func (s *Store) config(ctx context.Context, q querier, organisationID, id int64) (webhook.Config, error) {
	c, err := s.scanConfig(q.QueryRowContext(ctx,
		`SELECT `+configColumns+` FROM webhook_configs WHERE organisation_id = ? AND id = ?`, organisationID, id))
	return c, missing("webhook config", err)
}

// Configs returns a page of an organisation's configs, newest first, their
// secrets included.
func (s *Store) Configs(ctx context.Context, organisationID int64, filter webhook.ConfigFilter) (webhook.ConfigPage, error) {
	var page webhook.ConfigPage
	err := s.read(ctx, "list webhook configs", func(tx *sql.Tx) (err error) {
		page, err = s.configPage(ctx, tx, organisationID, filter)
		return err
	})
	if err != nil {
		return webhook.ConfigPage{}, err
	}
	return page, nil
}

func (s *Store) configPage(ctx context.Context, tx *sql.Tx, organisationID int64, filter webhook.ConfigFilter) (webhook.ConfigPage, error) {
	var page webhook.ConfigPage
	where := conditions{}
	where.add(`organisation_id = ?`, organisationID)
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM webhook_configs`+where.sql(), where.args...).Scan(&page.Count)
	if err != nil {
		return page, err
	}
	if filter.Cursor != nil {
		where.add(`id < ?`, *filter.Cursor)
	}
	limit := webhook.PageLimit(filter.Limit)
	// One row more than asked for tells whether another page follows.
	page.Configs, err = collect(ctx, tx, s.scanConfig,
		`SELECT `+configColumns+` FROM webhook_configs`+where.sql()+` ORDER BY id DESC LIMIT ?`,
		append(where.args, limit+1)...)
	if err != nil {
		return page, err
	}
	if len(page.Configs) > limit {
		page.Configs = page.Configs[:limit]
		page.Next = &page.Configs[limit-1].ID
	}
	return page, nil
}

// UpdateConfig reads a config, lets change alter it, and stores the result, in
// one transaction: concurrent updates run one after the other and none is
// lost. An error of change is returned and nothing is stored. What change does
// to the id, the organisation or the times is ignored. Deliveries that wait for
// a config that is disabled are given up.
//
// The write lock is held meanwhile, so change must be quick and must not call
// the store.
func (s *Store) UpdateConfig(ctx context.Context, organisationID, id int64, change func(*webhook.Config) error) (webhook.Config, error) {
	var updated webhook.Config
	err := s.write(ctx, "update webhook config", func(ctx context.Context, tx *sql.Tx) error {
		current, err := s.config(ctx, tx, organisationID, id)
		if err != nil {
			return err
		}
		updated = current.Clone()
		if err := change(&updated); err != nil {
			return err
		}
		updated.ID, updated.OrganisationID = current.ID, current.OrganisationID
		updated.CreatedAt = current.CreatedAt
		updated.UpdatedAt = store.NextUpdate(current.UpdatedAt, s.now())
		updated.SetDefaults()
		// change may have put slices of its caller into the config.
		updated = updated.Clone()
		if err := s.saveConfig(ctx, tx, &updated); err != nil {
			return err
		}
		if current.State == webhook.StateEnabled && updated.State != webhook.StateEnabled {
			return s.giveUp(ctx, tx, organisationID, id, webhook.ReasonConfigDisabled)
		}
		return nil
	})
	if err != nil {
		return webhook.Config{}, err
	}
	return updated, nil
}

// saveConfig overwrites all that can change in the row of c.
func (s *Store) saveConfig(ctx context.Context, tx *sql.Tx, c *webhook.Config) error {
	topics, err := store.EncodeTopics(c.Topics)
	if err != nil {
		return err
	}
	sealed, err := store.SealSecrets(s.cipher, c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE webhook_configs SET
		updated_at = ?, webhook_type = ?, integration_type = NULLIF(?, ''), name = ?, url = ?, state = ?,
		topics = ?, headers = ?, signing_key = ?, previous_signing_keys = ?, signature_header = ?,
		consecutive_failures = ?, failing_since = ?
		WHERE id = ?`,
		store.Micros(c.UpdatedAt), c.Type, c.IntegrationType, c.Name, c.URL, c.State,
		topics, sealed.Headers, sealed.SigningKey, sealed.PreviousSigningKeys, c.SignatureHeader,
		c.ConsecutiveFailures, store.MicrosOrNil(c.FailingSince), c.ID)
	return err
}

// DeleteConfig removes a config and keeps its delivery logs. Deliveries that
// wait are given up.
func (s *Store) DeleteConfig(ctx context.Context, organisationID, id int64) error {
	return s.write(ctx, "delete webhook config", func(ctx context.Context, tx *sql.Tx) error {
		var deleted int64
		err := tx.QueryRowContext(ctx,
			`DELETE FROM webhook_configs WHERE organisation_id = ? AND id = ? RETURNING id`,
			organisationID, id).Scan(&deleted)
		if err != nil {
			return missing("webhook config", err)
		}
		return s.giveUp(ctx, tx, organisationID, id, webhook.ReasonConfigDeleted)
	})
}

func (s *Store) scanConfig(r row) (webhook.Config, error) {
	var (
		c                    webhook.Config
		sealed               store.SealedSecrets
		createdAt, updatedAt int64
		failingSince         *int64
		topics               string
	)
	err := r.Scan(&c.ID, &c.OrganisationID, &createdAt, &updatedAt, &c.Type, &c.IntegrationType,
		&c.Name, &c.URL, &c.State, &topics, &sealed.Headers, &sealed.SigningKey, &sealed.PreviousSigningKeys,
		&c.SignatureHeader, &c.ConsecutiveFailures, &failingSince)
	if err != nil {
		return webhook.Config{}, err
	}
	c.CreatedAt, c.UpdatedAt = store.Time(createdAt), store.Time(updatedAt)
	c.FailingSince = store.TimeOrNil(failingSince)
	if c.Topics, err = store.DecodeTopics(topics); err != nil {
		return webhook.Config{}, err
	}
	if err := store.OpenSecrets(s.cipher, &c, sealed); err != nil {
		return webhook.Config{}, err
	}
	return c, nil
}
