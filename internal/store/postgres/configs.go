package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

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
// [webhook.CodeIdempotencyKeyReused]. Of several requests with one key at once,
// one creates and the others wait for its answer.
func (s *Store) CreateConfig(ctx context.Context, c webhook.Config, key webhook.Idempotency) (webhook.Config, error) {
	var created webhook.Config
	err := s.write(ctx, "create webhook config", func(tx *transaction) error {
		answer, err := s.answered(ctx, tx, c.OrganisationID, key)
		if err != nil {
			return err
		}
		if answer != nil {
			created, err = store.OpenConfigAnswer(s.cipher, c.OrganisationID, key, answer)
			return err
		}
		created = c.Clone()
		created.SetDefaults()
		created.CreatedAt = store.Time(s.nowMicros())
		created.UpdatedAt = created.CreatedAt
		return s.insertConfig(ctx, tx, &created, key)
	})
	if err != nil {
		return webhook.Config{}, err
	}
	return created, nil
}

// insertConfig stores c, sets its id, and keeps it as the answer of a key.
// Secrets are bound to the id, so they follow in a second statement.
func (s *Store) insertConfig(ctx context.Context, tx pgx.Tx, c *webhook.Config, key webhook.Idempotency) error {
	if err := s.countConfig(ctx, tx, c.OrganisationID); err != nil {
		return err
	}
	topics, err := store.EncodeTopics(c.Topics)
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `INSERT INTO webhook_configs
		(organisation_id, created_at, updated_at, webhook_type, integration_type, name, url, state, topics, signature_header)
		VALUES ($1, $2, $3, $4, NULLIF($5, ''), $6, $7, $8, $9, $10) RETURNING id`,
		c.OrganisationID, store.Micros(c.CreatedAt), store.Micros(c.UpdatedAt), c.Type, c.IntegrationType,
		c.Name, c.URL, c.State, topics, c.SignatureHeader).Scan(&c.ID)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	if c.Headers != nil || c.SigningKey != "" {
		sealed, err := store.SealSecrets(s.cipher, c)
		if err != nil {
			return err
		}
		batch.Queue(`UPDATE webhook_configs SET headers = $1, signing_key = $2 WHERE id = $3`,
			sealed.Headers, sealed.SigningKey, c.ID)
	}
	if key.Key != "" {
		sealed, err := store.SealConfigAnswer(s.cipher, c.OrganisationID, key, c)
		if err != nil {
			return err
		}
		s.keepAnswers(batch, []answerKey{newAnswerKey(c.OrganisationID, key)}, [][]byte{sealed})
	}
	return send(ctx, tx, batch)
}

// countConfig counts one config more, and gives the organisation's configs a
// new version.
func (s *Store) countConfig(ctx context.Context, tx pgx.Tx, organisationID int64) error {
	var configs int
	err := tx.QueryRow(ctx, `UPDATE organisations SET config_version = config_version + 1, configs = configs + 1
		WHERE id = $1 RETURNING configs`, organisationID).Scan(&configs)
	if err == nil && configs > s.maxConfigs {
		return store.ConfigLimitReached(s.maxConfigs)
	}
	return missing("organisation", err)
}

// Config returns one config, its secrets included.
func (s *Store) Config(ctx context.Context, organisationID, id int64) (webhook.Config, error) {
	c, err := s.config(ctx, s.pool, organisationID, id, "")
	if err != nil {
		return webhook.Config{}, wrap(ctx, "get webhook config", err)
	}
	return c, nil
}

// forUpdate locks the rows that are read.
const forUpdate = ` FOR NO KEY UPDATE`

func (s *Store) config(ctx context.Context, q querier, organisationID, id int64, lock string) (webhook.Config, error) {
	c, err := s.scanConfig(q.QueryRow(ctx,
		`SELECT `+store.ConfigColumns+` FROM webhook_configs WHERE organisation_id = $1 AND id = $2`+lock, organisationID, id))
	return c, missing("webhook config", err)
}

// Configs returns a page of an organisation's configs, newest first, their
// secrets included.
func (s *Store) Configs(ctx context.Context, organisationID int64, filter webhook.ConfigFilter) (webhook.ConfigPage, error) {
	var page webhook.ConfigPage
	err := s.read(ctx, "list webhook configs", func(tx pgx.Tx) (err error) {
		page, err = s.configPage(ctx, tx, organisationID, filter)
		return err
	})
	if err != nil {
		return webhook.ConfigPage{}, err
	}
	return page, nil
}

func (s *Store) configPage(
	ctx context.Context, tx pgx.Tx, organisationID int64, filter webhook.ConfigFilter,
) (page webhook.ConfigPage, err error) {
	where := conditions{args: &arguments{}}
	where.add(`organisation_id = `, organisationID)
	err = tx.QueryRow(ctx, `SELECT count(*) FROM webhook_configs`+where.sql(), *where.args...).Scan(&page.Count)
	if err != nil {
		return page, err
	}
	if filter.Cursor != nil {
		where.add(`id < `, *filter.Cursor)
	}
	limit := webhook.PageLimit(filter.Limit)
	// One row more than asked for tells whether another page follows.
	query := `SELECT ` + store.ConfigColumns + ` FROM webhook_configs` + where.sql() + ` ORDER BY id DESC LIMIT ` + where.args.add(limit+1)
	configs, err := collect(ctx, tx, s.scanAnyConfig, query, *where.args...)
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
// The config is locked meanwhile, so change must be quick. It can be called
// more than once, each time with the config as it is stored.
func (s *Store) UpdateConfig(ctx context.Context, organisationID, id int64, change func(*webhook.Config) error) (webhook.Config, error) {
	var updated webhook.Config
	err := s.write(ctx, "update webhook config", func(tx *transaction) error {
		current, err := s.config(ctx, tx, organisationID, id, forUpdate)
		if err != nil {
			return err
		}
		if updated, err = current.Update(change, s.now()); err != nil {
			return err
		}
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
	s.subscriptions.SetLane(id, updated.Lane())
	return updated, nil
}

// saveConfig overwrites all that can change in the row of c.
func (s *Store) saveConfig(ctx context.Context, tx pgx.Tx, c *webhook.Config) error {
	topics, err := store.EncodeTopics(c.Topics)
	if err != nil {
		return err
	}
	sealed, err := store.SealSecrets(s.cipher, c)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(`UPDATE webhook_configs SET webhook_type = $1, integration_type = NULLIF($2, ''), name = $3, url = $4,
		topics = $5, headers = $6, signing_key = $7, previous_signing_keys = $8, signature_header = $9 WHERE id = $10`,
		c.Type, c.IntegrationType, c.Name, c.URL,
		topics, sealed.Headers, sealed.SigningKey, sealed.PreviousSigningKeys, c.SignatureHeader, c.ID)
	saveEndpoints(batch, []*webhook.Config{c})
	if err := send(ctx, tx, batch); err != nil {
		return err
	}
	return newConfigVersion(ctx, tx, c.OrganisationID)
}

// newConfigVersion keeps processes from using configs that they have in memory.
func newConfigVersion(ctx context.Context, tx pgx.Tx, organisationID int64) error {
	_, err := tx.Exec(ctx, `UPDATE organisations SET config_version = config_version + 1 WHERE id = $1`, organisationID)
	return err
}

// DeleteConfig removes a config and keeps its delivery logs. Deliveries that
// wait are given up.
func (s *Store) DeleteConfig(ctx context.Context, organisationID, id int64) error {
	err := s.write(ctx, "delete webhook config", func(tx *transaction) error {
		var deleted int64
		err := tx.QueryRow(ctx, `DELETE FROM webhook_configs WHERE organisation_id = $1 AND id = $2 RETURNING id`,
			organisationID, id).Scan(&deleted)
		if err != nil {
			return missing("webhook config", err)
		}
		_, err = tx.Exec(ctx, `UPDATE organisations SET config_version = config_version + 1, configs = configs - 1 WHERE id = $1`,
			organisationID)
		if err != nil {
			return err
		}
		return s.giveUp(ctx, tx, organisationID, id, webhook.ReasonConfigDeleted)
	})
	if err == nil {
		s.subscriptions.SetLane(id, webhook.LaneDeliveries)
	}
	return err
}

// scanAnyConfig is scanConfig for configs of a list.
func (s *Store) scanAnyConfig(r pgx.Row) (webhook.Config, error) {
	return store.ScanAnyConfig(r, s.cipher)
}

func (s *Store) scanConfig(r pgx.Row) (webhook.Config, error) { return store.ScanConfig(r, s.cipher) }
