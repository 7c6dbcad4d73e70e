package postgres

import (
	"context"
	"errors"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// StreamPosition returns where the stream of an organisation's events goes on
// after an event, or where it ends now for the zero id: at the latest event, or
// at the zero position where there is none. An event that the organisation does
// not have gives [webhook.CodeNotFound].
func (s *Store) StreamPosition(ctx context.Context, organisationID int64, after webhook.ID) (at webhook.StreamPosition, err error) {
	err = s.read(ctx, "find an event", func(tx pgx.Tx) error {
		if after.IsZero() {
			// What is running now comes after it.
			err := tx.QueryRow(ctx, `SELECT stored_by::text::bigint, id FROM events
				WHERE organisation_id = $1 AND stored_by < pg_snapshot_xmin(pg_current_snapshot())
				ORDER BY stored_by DESC, id DESC LIMIT 1`, organisationID).Scan(&at.Commit, &at.Event)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			return err
		}
		at.Event = after
		// An event of a transaction that this cluster has not run yet was
		// restored from another one: nothing can come after it.
		err := tx.QueryRow(ctx, `SELECT coalesce(stored_by::text::bigint, 0) FROM events WHERE id = $1 AND organisation_id = $2
			AND coalesce(stored_by < pg_snapshot_xmin(pg_current_snapshot()), true)`,
			[16]byte(after), organisationID).Scan(&at.Commit)
		if errors.Is(err, pgx.ErrNoRows) {
			return store.NotFound("event")
		}
		return err
	})
	return at, err
}

// StreamEvents returns the events after a position, by the transactions that
// stored them, at most limit of them. Transactions that began before one that is
// still running wait for it, so that nothing appears before what was read.
func (s *Store) StreamEvents(
	ctx context.Context, organisationID int64, after webhook.StreamPosition, limit int,
) (events []webhook.StreamedEvent, err error) {
	err = s.read(ctx, "read the stream of events", func(tx pgx.Tx) error {
		scan := func(r pgx.Row) (webhook.StreamedEvent, error) { return store.ScanStreamedEvent(r) }
		events, err = collect(ctx, tx, scan, `SELECT stored_by::text::bigint, `+store.StreamedEventColumns+` FROM events
			WHERE organisation_id = $1 AND (stored_by, id) > ($2::text::xid8, $3)
				AND stored_by < pg_snapshot_xmin(pg_current_snapshot())
			ORDER BY stored_by, id LIMIT $4`,
			organisationID, strconv.FormatUint(after.Commit, 10), [16]byte(after.Event), limit)
		return err
	})
	return events, err
}
