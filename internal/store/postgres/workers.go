package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/webhook"
)

// RegisterWorker adds a worker, which works the queue under a name. It returns
// the worker's id. No other worker is certain to be dead: they run elsewhere.
func (s *Store) RegisterWorker(ctx context.Context, client string) (id int64, dead []webhook.Worker, err error) {
	err = s.pool.QueryRow(ctx, `INSERT INTO workers (started_at, client) VALUES ($1, $2) RETURNING id`,
		s.nowMicros(), client).Scan(&id)
	return id, nil, wrap(ctx, "register a worker", err)
}

// Beat says that a worker lives, and returns the others. A worker that was
// taken for dead gives [webhook.CodeWorkerGone].
func (s *Store) Beat(ctx context.Context, worker int64) (others []webhook.Worker, err error) {
	beaten, err := s.pool.Exec(ctx, `UPDATE workers SET beat = beat + 1 WHERE id = $1`, worker)
	if err == nil && beaten.RowsAffected() == 0 {
		return nil, webhook.WorkerGone()
	}
	if err == nil {
		others, err = collect(ctx, s.pool, scanWorker, `SELECT id, client, beat FROM workers WHERE id <> $1`, worker)
	}
	if err != nil {
		return nil, wrap(ctx, "say that a worker lives", err)
	}
	return others, nil
}

func scanWorker(r pgx.Row) (w webhook.Worker, err error) {
	err = r.Scan(&w.ID, &w.Client, &w.Beat)
	return w, err
}

// holdWorkers returns the workers that have not been taken for dead, and keeps
// that from happening until the transaction ends: what a worker begins is
// either seen by whoever takes over from it, or not begun. Those that others
// are just taking over from are left out.
const holdWorkers = `SELECT id FROM workers FOR KEY SHARE SKIP LOCKED`

func scanWorkers(rows pgx.Rows) (map[int64]bool, error) {
	live := map[int64]bool{}
	var id int64
	_, err := pgx.ForEachRow(rows, []any{&id}, func() error {
		live[id] = true
		return nil
	})
	return live, err
}

func liveWorkers(ctx context.Context, tx pgx.Tx) (map[int64]bool, error) {
	rows, err := tx.Query(ctx, holdWorkers)
	if err != nil {
		return nil, err
	}
	return scanWorkers(rows)
}

// TakeOver queues up to limit attempts that a worker has under way, for
// others. When there are no more the worker is gone, and more is false.
// Somebody else who takes over from it comes first.
func (s *Store) TakeOver(ctx context.Context, worker int64, limit int) (more bool, err error) {
	err = s.write(ctx, "take over attempts", func(tx *transaction) error {
		var id int64
		err := tx.QueryRow(ctx, `SELECT id FROM workers WHERE id = $1 FOR UPDATE`, worker).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			more = false
			return nil
		}
		if err != nil {
			return err
		}
		ids, err := underWay(ctx, tx, worker, limit)
		if err != nil {
			return err
		}
		if err := s.abandon(ctx, tx, worker, ids); err != nil {
			return err
		}
		if more = len(ids) == limit; more {
			return nil
		}
		_, err = tx.Exec(ctx, `DELETE FROM workers WHERE id = $1`, worker)
		return err
	})
	if err != nil {
		return false, err
	}
	return more, nil
}

// UnderWay returns the deliveries whose attempts a worker has under way, as far
// as is stored.
func (s *Store) UnderWay(ctx context.Context, worker int64) (ids []webhook.ID, err error) {
	err = s.read(ctx, "look for attempts under way", func(tx pgx.Tx) (err error) {
		ids, err = underWay(ctx, tx, worker, maxUnderWay)
		return err
	})
	return ids, err
}

// maxUnderWay is more than a process has under way at a time.
const maxUnderWay = 100_000

func underWay(ctx context.Context, tx pgx.Tx, worker int64, limit int) ([]webhook.ID, error) {
	scan := func(r pgx.Row) (id webhook.ID, err error) {
		err = r.Scan(&id)
		return id, err
	}
	return collect(ctx, tx, scan, `SELECT id FROM deliveries WHERE state = 'PROCESSING' AND worker = $1 ORDER BY id LIMIT $2`,
		worker, limit)
}

// Abandon queues the attempt of one delivery that a worker has under way as
// far as is stored, and has not.
func (s *Store) Abandon(ctx context.Context, worker int64, id webhook.ID) error {
	return s.write(ctx, "take over an attempt", func(tx *transaction) error {
		return s.abandon(ctx, tx, worker, []webhook.ID{id})
	})
}

func (s *Store) abandon(ctx context.Context, tx *transaction, worker int64, ids []webhook.ID) error {
	l, err := s.lock(ctx, tx, &pgx.Batch{}, ids)
	if err != nil {
		return err
	}
	var jobs []webhook.Job
	for _, d := range l.byID {
		waiting := d.Abandon(worker, l.now)
		if waiting.State == d.State {
			continue // it has ended meanwhile
		}
		l.change(waiting)
		jobs = append(jobs, waiting.NextJob(s.subscriptions.Lane(waiting.WebhookID), l.now))
	}
	batch := &pgx.Batch{}
	l.save(tx, batch)
	if err := send(ctx, tx, batch); err != nil || len(jobs) == 0 {
		return err
	}
	return s.enqueuer.Enqueue(ctx, tx.Tx, jobs)
}
