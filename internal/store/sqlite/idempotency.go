package sqlite

import (
	"database/sql"
	"errors"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// answered returns the sealed answer that a key was kept with, nil if there is
// none.
func (s *Store) answered(tx *transaction, organisationID int64, key webhook.Idempotency) (answer []byte, err error) {
	if key.Key == "" {
		return nil, nil
	}
	err = tx.QueryRow(`SELECT answer FROM idempotency_keys
		WHERE organisation_id = ? AND operation = ? AND key = ? AND created_at > ?`,
		organisationID, key.Operation, key.Key, s.oldestKey()).Scan(&answer)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return answer, err
}

// keepAnswer remembers what a request led to, and forgets answers that are too
// old.
func (s *Store) keepAnswer(tx *transaction, organisationID int64, key webhook.Idempotency, answer []byte) error {
	if err := tx.Exec(`DELETE FROM idempotency_keys WHERE created_at <= ?`, s.oldestKey()); err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO idempotency_keys (organisation_id, operation, key, created_at, answer)
		VALUES (?, ?, ?, ?, ?)`, organisationID, key.Operation, key.Key, store.Micros(s.now()), answer)
}

func (s *Store) oldestKey() int64 { return store.Micros(s.now().Add(-webhook.IdempotencyRetention)) }
