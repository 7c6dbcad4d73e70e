package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// StreamPosition returns where the stream of an organisation's events goes on
// after an event, or where it ends now for the zero id: at the latest event, or
// at the zero position where there is none. An event that the organisation does
// not have gives [webhook.CodeNotFound].
func (s *Store) StreamPosition(ctx context.Context, organisationID int64, after webhook.ID) (at webhook.StreamPosition, err error) {
	err = s.read(ctx, "find an event", func(q querier) error {
		if after.IsZero() {
			err := q.QueryRow(`SELECT rowid, id FROM events WHERE organisation_id = ? ORDER BY rowid DESC LIMIT 1`,
				organisationID).Scan(&at.Commit, &at.Event)
			if errors.Is(err, sql.ErrNoRows) {
				return nil
			}
			return err
		}
		at.Event = after
		err := q.QueryRow(`SELECT rowid FROM events WHERE id = ? AND organisation_id = ?`, after, organisationID).Scan(&at.Commit)
		if errors.Is(err, sql.ErrNoRows) {
			return store.NotFound("event")
		}
		return err
	})
	return at, err
}

// StreamEvents returns the events after a position, in the order in which they
// were stored, at most limit of them.
func (s *Store) StreamEvents(
	ctx context.Context, organisationID int64, after webhook.StreamPosition, limit int,
) (events []webhook.StreamedEvent, err error) {
	err = s.read(ctx, "read the stream of events", func(q querier) error {
		events, err = collect(q, store.ScanStreamedEvent, `SELECT rowid, `+store.StreamedEventColumns+` FROM events
			WHERE organisation_id = ? AND rowid > ? AND webhook_type <> '' ORDER BY rowid LIMIT ?`,
			organisationID, after.Commit, limit)
		return err
	})
	return events, err
}
