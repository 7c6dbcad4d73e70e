package sqlite

import (
	"context"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// RegisterWorker adds a worker, which works the queue under a name. It returns
// the worker's id, and the workers that are certain to be dead.
func (s *Store) RegisterWorker(ctx context.Context, client string) (id int64, dead []webhook.Worker, err error) {
	alone, err := s.lockWorkers()
	if err != nil {
		return 0, nil, wrap(ctx, "register a worker", err)
	}
	err = s.write(ctx, "register a worker", func(tx *transaction) error {
		if alone {
			if dead, err = otherWorkers(tx, 0); err != nil {
				return err
			}
		}
		return tx.QueryRow(`INSERT INTO workers (started_at, client) VALUES (?, ?) RETURNING id`,
			store.Micros(s.now()), client).Scan(&id)
	})
	if err != nil {
		return 0, nil, err
	}
	return id, dead, nil
}

// Beat says that a worker lives, and returns the others. A worker that was
// taken for dead gives [webhook.CodeWorkerGone].
func (s *Store) Beat(ctx context.Context, worker int64) (others []webhook.Worker, err error) {
	err = s.write(ctx, "say that a worker lives", func(tx *transaction) error {
		live, err := liveWorkers(tx)
		if err != nil {
			return err
		}
		if !live[worker] {
			return webhook.WorkerGone()
		}
		if err := tx.Exec(`UPDATE workers SET beat = beat + 1 WHERE id = ?`, worker); err != nil {
			return err
		}
		others, err = otherWorkers(tx, worker)
		return err
	})
	if err != nil {
		return nil, err
	}
	return others, nil
}

// TakeOver queues up to limit attempts that a worker has under way, for
// others. When there are no more the worker is gone, and more is false.
func (s *Store) TakeOver(ctx context.Context, worker int64, limit int) (more bool, err error) {
	err = s.write(ctx, "take over attempts", func(tx *transaction) error {
		abandoned, err := collect(tx, store.ScanDelivery, `SELECT `+store.DeliveryColumns+` FROM deliveries
			WHERE state = 'PROCESSING' AND worker = ? ORDER BY id LIMIT ?`, worker, limit)
		if err != nil {
			return err
		}
		for i := range abandoned {
			if err := s.abandon(tx, &abandoned[i], worker); err != nil {
				return err
			}
		}
		if more = len(abandoned) == limit; more {
			return nil
		}
		return tx.Exec(`DELETE FROM workers WHERE id = ?`, worker)
	})
	if err != nil {
		return false, err
	}
	return more, nil
}

// UnderWay returns the deliveries whose attempts a worker has under way, as far
// as is stored.
func (s *Store) UnderWay(ctx context.Context, worker int64) (ids []webhook.ID, err error) {
	scan := func(r store.Row) (id webhook.ID, err error) {
		err = r.Scan(&id)
		return id, err
	}
	ids, err = collect(bound{ctx, s.reader}, scan, `SELECT id FROM deliveries WHERE state = 'PROCESSING' AND worker = ?`, worker)
	if err != nil {
		return nil, wrap(ctx, "look for attempts under way", err)
	}
	return ids, nil
}

// Abandon queues the attempt of one delivery that a worker has under way as
// far as is stored, and has not.
func (s *Store) Abandon(ctx context.Context, worker int64, id webhook.ID) error {
	return s.write(ctx, "take over an attempt", func(tx *transaction) error {
		current, err := lockedDelivery(tx, id)
		if err != nil || current.State != webhook.DeliveryProcessing || current.Worker != worker {
			return err
		}
		return s.abandon(tx, &current, worker)
	})
}

func (s *Store) abandon(tx *transaction, current *webhook.Delivery, worker int64) error {
	waiting := current.Abandon(worker, s.now())
	tx.Enqueue(waiting.NextJob(s.subscriptions.Lane(waiting.WebhookID), *waiting.NextAttemptAt))
	return saveDelivery(tx, current, &waiting)
}

// liveWorkers returns the workers that have not been taken for dead.
func liveWorkers(q querier) (map[int64]bool, error) {
	workers, err := otherWorkers(q, 0)
	live := make(map[int64]bool, len(workers))
	for _, w := range workers {
		live[w.ID] = true
	}
	return live, err
}

func otherWorkers(q querier, worker int64) ([]webhook.Worker, error) {
	scan := func(r store.Row) (w webhook.Worker, err error) {
		err = r.Scan(&w.ID, &w.Client, &w.Beat)
		return w, err
	}
	return collect(q, scan, `SELECT id, client, beat FROM workers WHERE id <> ?`, worker)
}
