package sqlite

import (
	"context"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// Backlog tells which deliveries wait, of all organisations.
func (s *Store) Backlog(ctx context.Context) (webhook.Backlog, error) {
	var (
		backlog webhook.Backlog
		next    *int64
	)
	now := store.Micros(s.now())
	err := s.reader.QueryRowContext(ctx, `SELECT
			count(*) FILTER (WHERE state = 'PROCESSING' OR next_attempt_at <= ?),
			min(next_attempt_at) FILTER (WHERE state = 'PENDING' AND next_attempt_at > ?)
		FROM deliveries WHERE state IN ('PENDING', 'PROCESSING')`, now, now).Scan(&backlog.Due, &next)
	if err != nil {
		return webhook.Backlog{}, wrap(ctx, "look for deliveries that wait", err)
	}
	backlog.Next = store.TimeOrNil(next)
	return backlog, nil
}

// RequeueDue queues every delivery again whose time has come, for a clock that
// has jumped: the queue's own jobs wait for the system's clock. A job too many
// does nothing.
func (s *Store) RequeueDue(ctx context.Context) error {
	return s.write(ctx, "queue due deliveries", func(tx *transaction) error {
		now := s.now()
		due, err := collect(tx, store.ScanDelivery, `SELECT `+store.DeliveryColumns+` FROM deliveries
			WHERE state = 'PENDING' AND next_attempt_at <= ? ORDER BY id`, store.Micros(now))
		if err != nil || len(due) == 0 {
			return err
		}
		jobs := make([]webhook.Job, len(due))
		for i := range due {
			jobs[i] = due[i].NextJob(webhook.LaneDeliveries, now)
		}
		tx.Enqueue(jobs...)
		return nil
	})
}
