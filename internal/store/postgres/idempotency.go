package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/webhook"
)

// forgottenAtOnce bounds how many answers that are too old one request clears
// away.
const forgottenAtOnce = 100

// answerKey tells idempotency keys apart.
type answerKey struct {
	organisationID int64
	operation, key string
}

func newAnswerKey(organisationID int64, key webhook.Idempotency) answerKey {
	return answerKey{organisationID: organisationID, operation: key.Operation, key: key.Key}
}

// lock returns the key of an advisory lock. Two that are the same by chance
// only wait for each other.
func (k answerKey) lock() int64 {
	hash := sha256.New()
	_ = binary.Write(hash, binary.BigEndian, k.organisationID)
	_, _ = hash.Write([]byte(k.operation + "\x00" + k.key))
	return int64(binary.BigEndian.Uint64(hash.Sum(nil))) //nolint:gosec // any 64 bits will do
}

// answers returns the sealed answers that keys were kept with, and keeps others
// from working on the same keys until the transaction ends.
func (s *Store) answers(ctx context.Context, tx pgx.Tx, keys []answerKey) (map[answerKey][]byte, error) {
	found := map[answerKey][]byte{}
	if len(keys) == 0 {
		return found, nil
	}
	locks := column(keys, func(k answerKey) int64 { return k.lock() })
	slices.Sort(locks)
	if err := lockKeys(ctx, tx, slices.Compact(locks)); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT k.organisation_id, k.operation, k.key, k.answer FROM idempotency_keys k
		JOIN unnest($1::bigint[], $2::text[], $3::text[]) AS wanted (organisation_id, operation, key)
		USING (organisation_id, operation, key) WHERE k.created_at > $4`,
		column(keys, func(k answerKey) int64 { return k.organisationID }),
		column(keys, func(k answerKey) string { return k.operation }),
		column(keys, func(k answerKey) string { return k.key }), s.oldestKey())
	if err != nil {
		return nil, err
	}
	var k answerKey
	var answer []byte
	_, err = pgx.ForEachRow(rows, []any{&k.organisationID, &k.operation, &k.key, &answer}, func() error {
		found[k] = slices.Clone(answer)
		return nil
	})
	return found, err
}

// lockKeys waits until nobody else works on the same idempotency key.
func lockKeys(ctx context.Context, tx pgx.Tx, locks []int64) error {
	if len(locks) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key`, locks)
	return err
}

// answered returns the sealed answer that a key was kept with, nil if there is
// none.
func (s *Store) answered(ctx context.Context, tx pgx.Tx, organisationID int64, key webhook.Idempotency) ([]byte, error) {
	if key.Key == "" {
		return nil, nil
	}
	k := newAnswerKey(organisationID, key)
	found, err := s.answers(ctx, tx, []answerKey{k})
	return found[k], err
}

// keepAnswers remembers what requests led to, and forgets answers that are too
// old.
func (s *Store) keepAnswers(batch *pgx.Batch, keys []answerKey, sealed [][]byte) {
	if len(keys) == 0 {
		return
	}
	batch.Queue(`INSERT INTO idempotency_keys (organisation_id, operation, key, answer, created_at)
		SELECT organisation_id, operation, key, answer, $5::bigint FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[])
			AS n (organisation_id, operation, key, answer)
		ON CONFLICT (organisation_id, operation, key)
		DO UPDATE SET answer = excluded.answer, created_at = excluded.created_at`,
		column(keys, func(k answerKey) int64 { return k.organisationID }),
		column(keys, func(k answerKey) string { return k.operation }),
		column(keys, func(k answerKey) string { return k.key }), sealed, s.nowMicros())
	// Those that others are clearing away are left to them.
	batch.Queue(`DELETE FROM idempotency_keys WHERE (organisation_id, operation, key) IN (
		SELECT organisation_id, operation, key FROM idempotency_keys WHERE created_at <= $1
		LIMIT $2 FOR UPDATE SKIP LOCKED)`, s.oldestKey(), forgottenAtOnce)
}

func (s *Store) oldestKey() int64 { return s.nowMicros() - webhook.IdempotencyRetention.Microseconds() }
