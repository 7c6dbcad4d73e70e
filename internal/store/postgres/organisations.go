package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// EnsureOrganisation returns the organisation with the given id and makes it
// if it is new. An id that is not positive gives [webhook.CodeInvalid].
func (s *Store) EnsureOrganisation(ctx context.Context, id int64) (webhook.Organisation, error) {
	var organisation webhook.Organisation
	err := s.write(ctx, "ensure organisation", func(tx *transaction) (err error) {
		organisation, err = s.ensureOrganisation(ctx, tx, id)
		return err
	})
	if err != nil {
		return webhook.Organisation{}, err
	}
	return organisation, nil
}

func (s *Store) ensureOrganisation(ctx context.Context, tx pgx.Tx, id int64) (webhook.Organisation, error) {
	if err := store.CheckOrganisationID(id); err != nil {
		return webhook.Organisation{}, err
	}
	_, err := tx.Exec(ctx,
		`INSERT INTO organisations (id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, s.nowMicros())
	if err != nil {
		return webhook.Organisation{}, err
	}
	var createdAt int64
	if err := tx.QueryRow(ctx, `SELECT created_at FROM organisations WHERE id = $1`, id).Scan(&createdAt); err != nil {
		return webhook.Organisation{}, err
	}
	return webhook.Organisation{ID: id, CreatedAt: store.Time(createdAt)}, nil
}
