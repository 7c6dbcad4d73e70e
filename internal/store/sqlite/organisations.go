package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// EnsureOrganisation returns the organisation with the given id and makes it
// if it is new. An id that is not positive gives [webhook.CodeInvalid].
func (s *Store) EnsureOrganisation(ctx context.Context, id int64) (webhook.Organisation, error) {
	var organisation webhook.Organisation
	err := s.write(ctx, "ensure organisation", func(tx *transaction) (err error) {
		organisation, err = s.ensureOrganisation(tx, id)
		return err
	})
	if err != nil {
		return webhook.Organisation{}, err
	}
	return organisation, nil
}

func (s *Store) ensureOrganisation(tx *transaction, id int64) (webhook.Organisation, error) {
	if err := store.CheckOrganisationID(id); err != nil {
		return webhook.Organisation{}, err
	}
	err := tx.Exec(`INSERT INTO organisations (id, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING`, id, store.Micros(s.now()))
	if err != nil {
		return webhook.Organisation{}, err
	}
	var createdAt int64
	err = tx.QueryRow(`SELECT created_at FROM organisations WHERE id = ?`, id).Scan(&createdAt)
	if err != nil {
		return webhook.Organisation{}, err
	}
	return webhook.Organisation{ID: id, CreatedAt: store.Time(createdAt)}, nil
}

// organisationMissing turns the violation of the foreign key to organisations
// into an error that callers can tell.
func organisationMissing(err error) error {
	if isForeignKeyViolation(err) {
		return store.NotFound("organisation")
	}
	return err
}

// missing turns the absence of a row into an error that callers can tell.
func missing(item string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.NotFound(item)
	}
	return err
}
