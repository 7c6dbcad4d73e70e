package postgres

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
)

// CheckWrites returns nil if the database can be written to. It writes itself
// if nothing else has of late.
func (s *Store) CheckWrites(ctx context.Context) error {
	return s.writes.Check(ctx, func(ctx context.Context, bytes int) error {
		return wrap(ctx, "write to the database", s.probe(ctx, bytes))
	})
}

// errProbed undoes a probe that has shown what it was for.
var errProbed = errors.New("the probe is undone")

// probe writes what changes nothing. A large one takes room for an event, and
// is undone: the file has grown by then. Its bytes are random, since PostgreSQL
// compresses.
func (s *Store) probe(ctx context.Context, bytes int) error {
	err := s.inTransaction(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE encryption_canary SET sealed = sealed`); err != nil || bytes == 0 {
			return err
		}
		filler := make([]byte, bytes)
		_, _ = rand.Read(filler) // it never fails
		id, now := s.ids.Next(s.now())
		_, err := tx.Exec(ctx, `INSERT INTO events (id, organisation_id, created_at, payload) VALUES ($1, 0, $2, $3)`,
			[16]byte(id), store.Micros(now), filler)
		return errors.Join(err, errProbed)
	})
	if sqlState(err) == "" && errors.Is(err, errProbed) {
		return nil
	}
	return err
}

// note takes the outcome of a write as a sign of how writes fare.
func (s *Store) note(err error) {
	switch sqlState(err) {
	case stateDiskFull, stateIOError, stateReadOnlyTransaction:
		s.writes.Failed()
	default:
		if err == nil {
			s.writes.Succeeded()
		}
	}
}
