package sqlite

import (
	"context"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/hookline-go/hookline/internal/store"
)

// CheckWrites returns nil if the database can be written to. It writes itself
// if nothing else has of late.
func (s *Store) CheckWrites(ctx context.Context) error {
	return s.writes.Check(ctx, func(ctx context.Context, bytes int) error {
		return wrap(ctx, "write to the database", s.probe(ctx, bytes))
	})
}

// probe writes what changes nothing. A large one is an event that nobody asked
// for, which is deleted again: only what is committed shows that there is room.
func (s *Store) probe(ctx context.Context, bytes int) error {
	if bytes == 0 {
		return s.committer.do(ctx, func(tx *transaction) error {
			return tx.Exec(`UPDATE encryption_canary SET sealed = sealed`)
		})
	}
	id, now := s.ids.Next(s.now())
	err := s.committer.do(ctx, func(tx *transaction) error {
		return tx.Exec(`INSERT INTO events (id, organisation_id, created_at, payload)
			SELECT ?, id, ?, zeroblob(?) FROM organisations LIMIT 1`, id, store.Micros(now), bytes)
	})
	if err != nil {
		return err
	}
	return s.committer.do(ctx, func(tx *transaction) error { return tx.Exec(`DELETE FROM events WHERE id = ?`, id) })
}

// note takes the outcome of a write as a sign of how writes fare.
func (s *Store) note(err error) {
	switch resultCode(err) & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT:
		s.writes.Failed()
	default:
		if err == nil {
			s.writes.Succeeded()
		}
	}
}
