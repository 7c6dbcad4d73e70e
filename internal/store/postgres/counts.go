package postgres

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// countDeliveries returns how many deliveries match a filter, whatever its
// cursor: the sums of a cover's spans, the changes that are not among them yet,
// and what is at its edges, in one statement and so at one moment.
//
// Spans and edges are arrays, so that the statement is the same for all times.
// Each is looked up by itself: an aggregate in LATERAL is not turned into a
// join. What is at the edges is read in order, so that it is read by the index
// that has it together.
func countDeliveries(ctx context.Context, q querier, organisationID int64, filter webhook.DeliveryFilter) (count int64, err error) {
	cover, args := store.NewCover(filter), &arguments{}
	column := store.CountColumn(filter.State)
	query := `SELECT ((SELECT COALESCE(sum(` + column + `), 0) FROM delivery_changes` + changedWhere(args, organisationID, filter, cover) + `)
		+ (SELECT COALESCE(sum(n), 0) FROM ` + spanRows(args, cover) + `
			CROSS JOIN LATERAL (SELECT sum(` + column + `) AS n FROM delivery_counts` + sumWhere(args, organisationID, filter) + `
				AND level = spans.level AND span >= spans.first AND span <= spans.last) AS sums)
		+ (SELECT COALESCE(sum(n), 0) FROM ` + edgeRows(args, cover) + `
			CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT id FROM deliveries` +
		inOrder(args, organisationID, filter, `edges.low`, `edges.high`).sql("ASC") + ` OFFSET 0) AS edge) AS counts))::bigint`
	err = q.QueryRow(ctx, query, *args...).Scan(&count)
	return count, err
}

// changedWhere selects the changes within a cover's spans.
func changedWhere(args *arguments, organisationID int64, filter webhook.DeliveryFilter, cover store.Cover) string {
	where := conditions{args: args}
	where.add(`organisation_id = `, organisationID)
	if filter.WebhookID != nil {
		where.add(`webhook_id = `, *filter.WebhookID)
	}
	where.add(`made >= `, cover.Inner.Low)
	where.add(`made < `, cover.Inner.High)
	return where.sql()
}

// sumWhere selects the sums for a filter.
func sumWhere(args *arguments, organisationID int64, filter webhook.DeliveryFilter) string {
	webhookID := store.AnyWebhook
	if filter.WebhookID != nil {
		webhookID = *filter.WebhookID
	}
	where := conditions{args: args}
	where.add(`organisation_id = `, organisationID)
	where.add(`webhook_id = `, webhookID)
	return where.sql()
}

func spanRows(args *arguments, cover store.Cover) string {
	levels := args.add(column(cover.Spans, func(s store.Spans) int16 { return int16(s.Level) })) //nolint:gosec // at most 63
	firsts := args.add(column(cover.Spans, func(s store.Spans) int64 { return s.First }))
	lasts := args.add(column(cover.Spans, func(s store.Spans) int64 { return s.Last }))
	return `unnest(` + levels + `::smallint[], ` + firsts + `::bigint[], ` + lasts + `::bigint[]) AS spans (level, first, last)`
}

func edgeRows(args *arguments, cover store.Cover) string {
	var lows, highs [][16]byte
	for _, edge := range cover.Edges {
		low, high := edge.IDs()
		if high.IsZero() {
			high = lastID
		}
		lows, highs = append(lows, low), append(highs, high)
	}
	return `unnest(` + args.add(lows) + `::uuid[], ` + args.add(highs) + `::uuid[]) AS edges (low, high)`
}

// lastID is greater than every id.
var lastID = webhook.ID(bytes.Repeat([]byte{0xff}, len(webhook.ID{})))

// count notes how the numbers of deliveries have changed.
func (t *transaction) count(batch *pgx.Batch, counted store.Changes) {
	keys := counted.Keys()
	if len(keys) == 0 {
		return
	}
	t.counted += len(keys)
	type item = store.ChangeKey
	batch.Queue(`INSERT INTO delivery_changes (organisation_id, webhook_id, made, pending, processing, delivered, failed)
		SELECT organisation_id, webhook_id, made, pending, processing, delivered, failed
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
			AS n (organisation_id, webhook_id, made, pending, processing, delivered, failed)`,
		column(keys, func(k item) int64 { return k.OrganisationID }),
		column(keys, func(k item) int64 { return k.WebhookID }),
		column(keys, func(k item) int64 { return k.Made }),
		column(keys, func(k item) int64 { return counted[k].Pending }),
		column(keys, func(k item) int64 { return counted[k].Processing }),
		column(keys, func(k item) int64 { return counted[k].Delivered }),
		column(keys, func(k item) int64 { return counted[k].Failed }))
}

// foldSQL moves the changes that are committed to the sums: for each level, and
// for all deliveries and those of a config.
var foldSQL = fmt.Sprintf(`WITH gone AS (DELETE FROM delivery_changes
		RETURNING organisation_id, webhook_id, made, pending, processing, delivered, failed)
	INSERT INTO delivery_counts (organisation_id, webhook_id, level, span, pending, processing, delivered, failed)
	SELECT organisation_id, CASE WHEN by_webhook THEN webhook_id ELSE %d END, level, made >> level,
		sum(pending), sum(processing), sum(delivered), sum(failed)
	FROM gone CROSS JOIN (VALUES (false), (true)) AS part (by_webhook) CROSS JOIN unnest($1::integer[]) AS level
	GROUP BY 1, 2, 3, 4
	HAVING sum(pending) <> 0 OR sum(processing) <> 0 OR sum(delivered) <> 0 OR sum(failed) <> 0
	ON CONFLICT (organisation_id, webhook_id, level, span) DO UPDATE SET
		pending = delivery_counts.pending + excluded.pending, processing = delivery_counts.processing + excluded.processing,
		delivered = delivery_counts.delivered + excluded.delivered, failed = delivery_counts.failed + excluded.failed`,
	store.AnyWebhook)

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
