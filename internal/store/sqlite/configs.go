package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// CreateConfig stores a new config with the defaults of
// [webhook.Config.SetDefaults] and returns it with the id and the times that
// it got. An unknown organisation gives [webhook.CodeNotFound], and one that
// has as many configs as it may [webhook.CodeConfigLimitReached].
//
// An idempotency key that was used for the same request within
// [webhook.IdempotencyRetention] gives the config that it led to, as it was
// then and without its signing key; with another request the error's code is
// [webhook.CodeIdempotencyKeyReused].
func (s *Store) CreateConfig(ctx context.Context, c webhook.Config, key webhook.Idempotency) (webhook.Config, error) {
	created := c.Clone()
	created.SetDefaults()
	err := s.write(ctx, "create webhook config", func(tx *transaction) error {
		answer, err := s.answered(tx, c.OrganisationID, key)
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
		if err := s.insertConfig(tx, &created); err != nil || key.Key == "" {
			return err
		}
		sealed, err := store.SealConfigAnswer(s.cipher, c.OrganisationID, key, &created)
		if err != nil {
			return err
		}
		return s.keepAnswer(tx, c.OrganisationID, key, sealed)
	})
	if err != nil {
		return webhook.Config{}, err
	}
	return created, nil
}

// insertConfig stores c and sets its id. Secrets are bound to the id, so they
// follow in a second statement.
func (s *Store) insertConfig(tx *transaction, c *webhook.Config) error {
	if err := s.countConfig(tx, c.OrganisationID); err != nil {
		return err
	}
	topics, err := store.EncodeTopics(c.Topics)
	if err != nil {
		return err
	}
	err = tx.QueryRow(`INSERT INTO webhook_configs
		(organisation_id, created_at, updated_at, webhook_type, integration_type, name, url, state, topics, signature_header)
		VALUES (?, ?, ?, ?, NULLIF(?, ''), ?, ?, ?, ?, ?) RETURNING id`,
		c.OrganisationID, store.Micros(c.CreatedAt), store.Micros(c.UpdatedAt), c.Type, c.IntegrationType,
		c.Name, c.URL, c.State, topics, c.SignatureHeader).Scan(&c.ID)
	if err != nil || c.Headers == nil && c.SigningKey == "" {
		return err
	}
	sealed, err := store.SealSecrets(s.cipher, c)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE webhook_configs SET headers = ?, signing_key = ? WHERE id = ?`,
		sealed.Headers, sealed.SigningKey, c.ID)
}

// countConfig counts one config more, and gives the organisation's configs a
// new version.
func (s *Store) countConfig(tx *transaction, organisationID int64) error {
	var configs int
	err := tx.QueryRow(`UPDATE organisations SET config_version = config_version + 1, configs = configs + 1
		WHERE id = ? RETURNING configs`, organisationID).Scan(&configs)
	if errors.Is(err, sql.ErrNoRows) {
		return store.NotFound("organisation")
	}
	if err == nil && configs > s.maxConfigs {
		return store.ConfigLimitReached(s.maxConfigs)
	}
	return err
}

// Config returns one config, its secrets included.
func (s *Store) Config(ctx context.Context, organisationID, id int64) (webhook.Config, error) {
	c, err := s.config(bound{ctx, s.reader}, organisationID, id)
	if err != nil {
		return webhook.Config{}, wrap(ctx, "get webhook config", err)
	}
	return c, nil
}

func (s *Store) config(q querier, organisationID, id int64) (webhook.Config, error) {
	c, err := s.scanConfig(configRow(q, organisationID, id))
	return c, missing("webhook config", err)
}

// anyConfig is config for what can go on without the secrets.
func (s *Store) anyConfig(q querier, organisationID, id int64) (webhook.Config, error) {
	c, err := s.scanAnyConfig(configRow(q, organisationID, id))
	return c, missing("webhook config", err)
}

func configRow(q querier, organisationID, id int64) store.Row {
	return q.QueryRow(
		`SELECT `+store.ConfigColumns+` FROM webhook_configs WHERE organisation_id = ? AND id = ?`, organisationID, id)
}

// Configs returns a page of an organisation's configs, newest first, their
// secrets included.
func (s *Store) Configs(ctx context.Context, organisationID int64, filter webhook.ConfigFilter) (webhook.ConfigPage, error) {
	var page webhook.ConfigPage
	err := s.read(ctx, "list webhook configs", func(q querier) (err error) {
		page, err = s.configPage(q, organisationID, filter)
		return err
	})
	if err != nil {
		return webhook.ConfigPage{}, err
	}
	return page, nil
}

func (s *Store) configPage(q querier, organisationID int64, filter webhook.ConfigFilter) (page webhook.ConfigPage, err error) {
	where := conditions{}
	where.add(`organisation_id = ?`, organisationID)
	err = q.QueryRow(`SELECT count(*) FROM webhook_configs`+where.sql(), where.args...).Scan(&page.Count)
	if err != nil {
		return page, err
	}
	if filter.Cursor != nil {
		where.add(`id < ?`, *filter.Cursor)
	}
	limit := webhook.PageLimit(filter.Limit)
	// One row more than asked for tells whether another page follows.
	configs, err := collect(q, s.scanAnyConfig, `SELECT `+store.ConfigColumns+` FROM webhook_configs`+where.sql()+
		` ORDER BY id DESC LIMIT ?`, append(where.args, limit+1)...)
	if err != nil {
		return page, err
	}
	page.SetConfigs(configs, limit)
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
	err := s.write(ctx, "update webhook config", func(tx *transaction) error {
		current, err := s.config(tx, organisationID, id)
		if err != nil {
			return err
		}
		if updated, err = current.Update(change, s.now()); err != nil {
			return err
		}
		if err := s.saveConfig(tx, &updated); err != nil {
			return err
		}
		if current.State == webhook.StateEnabled && updated.State != webhook.StateEnabled {
			return s.giveUp(tx, organisationID, id, webhook.ReasonConfigDisabled)
		}
		return nil
	})
	if err != nil {
		return webhook.Config{}, err
	}
	s.subscriptions.SetLane(id, updated.Lane())
	return updated, nil
}

// saveConfig overwrites all that can change in the row of c.
func (s *Store) saveConfig(tx *transaction, c *webhook.Config) error {
	topics, err := store.EncodeTopics(c.Topics)
	if err != nil {
		return err
	}
	sealed, err := store.SealSecrets(s.cipher, c)
	if err != nil {
		return err
	}
	err = tx.Exec(`UPDATE webhook_configs SET webhook_type = ?, integration_type = NULLIF(?, ''), name = ?, url = ?,
		topics = ?, headers = ?, signing_key = ?, previous_signing_keys = ?, signature_header = ? WHERE id = ?`,
		c.Type, c.IntegrationType, c.Name, c.URL,
		topics, sealed.Headers, sealed.SigningKey, sealed.PreviousSigningKeys, c.SignatureHeader, c.ID)
	if err != nil {
		return err
	}
	if err := saveEndpoint(tx, c); err != nil {
		return err
	}
	return newConfigVersion(tx, c.OrganisationID)
}

// saveEndpoint stores what of a config the outcome of an attempt changes.
func saveEndpoint(tx *transaction, c *webhook.Config) error {
	return tx.Exec(`UPDATE webhook_configs SET state = ?, updated_at = ?, consecutive_failures = ?, failing_since = ?,
		failing_days = ?, last_failure_at = ? WHERE id = ?`,
		c.State, store.Micros(c.UpdatedAt), c.ConsecutiveFailures, store.MicrosOrNil(c.FailingSince),
		c.FailingDays, store.MicrosOrNil(c.LastFailure), c.ID)
}

// newConfigVersion keeps processes from using configs that they have in memory.
func newConfigVersion(tx *transaction, organisationID int64) error {
	return tx.Exec(`UPDATE organisations SET config_version = config_version + 1 WHERE id = ?`, organisationID)
}

// DeleteConfig removes a config and keeps its delivery logs. Deliveries that
// wait are given up.
func (s *Store) DeleteConfig(ctx context.Context, organisationID, id int64) error {
	err := s.write(ctx, "delete webhook config", func(tx *transaction) error {
		var deleted int64
		err := tx.QueryRow(`DELETE FROM webhook_configs WHERE organisation_id = ? AND id = ? RETURNING id`,
			organisationID, id).Scan(&deleted)
		if err != nil {
			return missing("webhook config", err)
		}
		err = tx.Exec(`UPDATE organisations SET config_version = config_version + 1, configs = configs - 1 WHERE id = ?`,
			organisationID)
		if err != nil {
			return err
		}
		return s.giveUp(tx, organisationID, id, webhook.ReasonConfigDeleted)
	})
	if err == nil {
		s.subscriptions.SetLane(id, webhook.LaneDeliveries)
	}
	return err
}

// scanAnyConfig is scanConfig for configs of a list.
func (s *Store) scanAnyConfig(r store.Row) (webhook.Config, error) {
	return store.ScanAnyConfig(r, s.cipher)
}

func (s *Store) scanConfig(r store.Row) (webhook.Config, error) { return store.ScanConfig(r, s.cipher) }
