package postgres

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// countDeliveries returns how many deliveries match a filter, whatever its
// cursor: the sums of a cover's spans, the changes that are not among them yet,
// and what is at its edges, in one statement and so at one moment.
func countDeliveries(ctx context.Context, q querier, organisationID int64, filter webhook.DeliveryFilter) (count int64, err error) {
	cover, args := store.NewCover(filter), &arguments{}
	parts := sums(args, organisationID, filter, cover)
	for _, edge := range cover.Edges {
		where := deliveryConditions(args, organisationID, filter)
		where.addIDs(edge.IDs())
		parts = append(parts, `SELECT count(*) AS n FROM deliveries`+where.sql())
	}
	if len(parts) == 0 {
		return 0, nil // the window ends before it begins
	}
	query := `SELECT COALESCE(sum(n), 0)::bigint FROM (` + strings.Join(parts, ` UNION ALL `) + `) AS parts`
	err = q.QueryRow(ctx, query, *args...).Scan(&count)
	return count, err
}

// sums returns queries for the spans of a cover, and for the changes within
// them.
func sums(args *arguments, organisationID int64, filter webhook.DeliveryFilter, cover store.Cover) []string {
	if len(cover.Spans) == 0 {
		return nil
	}
	column, webhookID, syncID := store.CountColumn(filter.State), store.AnyWebhook, store.AnySync
	changed := conditions{args: args}
	changed.add(`organisation_id = `, organisationID)
	if filter.WebhookID != nil {
		webhookID = *filter.WebhookID
		changed.add(`webhook_id = `, webhookID)
	}
	if filter.SyncID != "" {
		syncID = filter.SyncID
		changed.add(`sync_id = `, syncID)
	}
	changed.add(`made >= `, cover.Inner.Low)
	changed.add(`made < `, cover.Inner.High)
	parts := []string{`SELECT ` + column + ` AS n FROM delivery_changes` + changed.sql()}
	for _, spans := range cover.Spans {
		where := conditions{args: args}
		where.add(`organisation_id = `, organisationID)
		where.add(`webhook_id = `, webhookID)
		where.add(`sync_id = `, syncID)
		where.add(`level = `, int16(spans.Level)) //nolint:gosec // at most 63
		where.add(`span >= `, spans.First)
		where.add(`span <= `, spans.Last)
		parts = append(parts, `SELECT `+column+` AS n FROM delivery_counts`+where.sql())
	}
	return parts
}

// changes sums up how the numbers of deliveries change in a transaction.
type changes map[changeKey]store.Change

type changeKey struct {
	organisationID, webhookID int64
	syncID                    string
	made                      int64
}

func (c changes) add(d *webhook.Delivery, from, to webhook.DeliveryState) {
	if from == to {
		return
	}
	key := changeKey{d.OrganisationID, d.WebhookID, d.SyncID, store.Shortest(d.CreatedAt.UnixMilli())}
	c[key] = c[key].Plus(store.Moved(from, to))
}

// count notes how the numbers of deliveries have changed.
func (t *transaction) count(batch *pgx.Batch, counted changes) {
	var keys []changeKey
	for key, change := range counted {
		if change != (store.Change{}) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return
	}
	t.counted += len(keys)
	batch.Queue(`INSERT INTO delivery_changes (organisation_id, webhook_id, sync_id, made, pending, processing, delivered, failed)
		SELECT organisation_id, webhook_id, sync_id, made, pending, processing, delivered, failed
		FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
			AS n (organisation_id, webhook_id, sync_id, made, pending, processing, delivered, failed)`,
		column(keys, func(k *changeKey) int64 { return k.organisationID }),
		column(keys, func(k *changeKey) int64 { return k.webhookID }),
		column(keys, func(k *changeKey) string { return k.syncID }),
		column(keys, func(k *changeKey) int64 { return k.made }),
		column(keys, func(k *changeKey) int64 { return counted[*k].Pending }),
		column(keys, func(k *changeKey) int64 { return counted[*k].Processing }),
		column(keys, func(k *changeKey) int64 { return counted[*k].Delivered }),
		column(keys, func(k *changeKey) int64 { return counted[*k].Failed }))
}

// foldSQL moves the changes that are committed to the sums: for each level, and
// for all deliveries, a config's, a sync's, and those of both.
var foldSQL = fmt.Sprintf(`WITH gone AS (DELETE FROM delivery_changes
		RETURNING organisation_id, webhook_id, sync_id, made, pending, processing, delivered, failed)
	INSERT INTO delivery_counts (organisation_id, webhook_id, sync_id, level, span, pending, processing, delivered, failed)
	SELECT organisation_id, CASE WHEN by_webhook THEN webhook_id ELSE %d END, CASE WHEN by_sync THEN sync_id ELSE '%s' END,
		level, made >> level, sum(pending), sum(processing), sum(delivered), sum(failed)
	FROM gone
	CROSS JOIN (VALUES (false, false), (true, false), (false, true), (true, true)) AS part (by_webhook, by_sync)
	CROSS JOIN unnest($1::integer[]) AS level
	WHERE NOT by_sync OR sync_id <> ''
	GROUP BY 1, 2, 3, 4, 5
	HAVING sum(pending) <> 0 OR sum(processing) <> 0 OR sum(delivered) <> 0 OR sum(failed) <> 0
	ON CONFLICT (organisation_id, webhook_id, sync_id, level, span) DO UPDATE SET
		pending = delivery_counts.pending + excluded.pending, processing = delivery_counts.processing + excluded.processing,
		delivered = delivery_counts.delivered + excluded.delivered, failed = delivery_counts.failed + excluded.failed`,
	store.AnyWebhook, store.AnySync)

// fold adds the changes that wait to the sums. If another process does so just
// now, the changes that it does not see wait for the next time.
func (s *Store) fold(ctx context.Context) error {
	return s.inTransaction(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		var alone bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, foldKey).Scan(&alone); err != nil || !alone {
			return err
		}
		_, err := tx.Exec(ctx, foldSQL, store.Levels())
		return err
	})
}

// folder folds in a goroutine of its own, once enough changes wait.
type folder struct {
	waiting atomic.Int64
	wake    chan struct{}
	stop    func()
}

func newFolder(ctx context.Context, fold func(context.Context) error) *folder {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var done sync.WaitGroup
	f := &folder{wake: make(chan struct{}, 1)}
	f.stop = sync.OnceFunc(func() {
		cancel()
		done.Wait()
	})
	done.Go(func() {
		for {
			select {
			case <-f.wake:
			case <-ctx.Done():
				return
			}
			// If it fails, as on a full disk, it is tried again after more
			// changes; counts are right all the same.
			_ = fold(ctx)
		}
	})
	f.add(store.FoldAfter) // what a process before left
	return f
}

// add notes that so many more changes wait.
func (f *folder) add(changes int) {
	if changes == 0 || f.waiting.Add(int64(changes)) < store.FoldAfter {
		return
	}
	f.waiting.Store(0)
	select {
	case f.wake <- struct{}{}:
	default: // it is about to fold anyway
	}
}
