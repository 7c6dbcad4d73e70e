package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// countDeliveries returns how many deliveries match a filter, whatever its
// cursor.
func countDeliveries(q querier, organisationID int64, filter webhook.DeliveryFilter) (count int64, err error) {
	cover := store.NewCover(filter)
	query, args := sumQuery(organisationID, filter, cover)
	if err := q.QueryRow(query, args...).Scan(&count); err != nil {
		return 0, err
	}
	for _, edge := range cover.Edges {
		var part int64
		where := deliveryConditions(organisationID, filter)
		where.addIDs(edge.IDs())
		if err := q.QueryRow(`SELECT count(*) FROM deliveries`+where.sql(), where.args...).Scan(&part); err != nil {
			return 0, err
		}
		count += part
	}
	return count, nil
}

// sumQuery adds up the sums of a cover's spans and the changes that are not
// among them yet.
func sumQuery(organisationID int64, filter webhook.DeliveryFilter, cover store.Cover) (query string, args []any) {
	column, webhookID, syncID := store.CountColumn(filter.State), store.AnyWebhook, store.AnySync
	changes := conditions{}
	changes.add(`organisation_id = ?`, organisationID)
	if filter.WebhookID != nil {
		webhookID = *filter.WebhookID
		changes.add(`webhook_id = ?`, webhookID)
	}
	if filter.SyncID != "" {
		syncID = filter.SyncID
		changes.add(`sync_id = ?`, syncID)
	}
	changes.add(`made >= ?`, cover.Inner.Low)
	changes.add(`made < ?`, cover.Inner.High)
	parts := []string{`SELECT ` + column + ` AS n FROM delivery_changes` + changes.sql()}
	args = changes.args
	for _, spans := range cover.Spans {
		parts = append(parts, `SELECT `+column+` FROM delivery_counts
			WHERE organisation_id = ? AND webhook_id = ? AND sync_id = ? AND level = ? AND span BETWEEN ? AND ?`)
		args = append(args, organisationID, webhookID, syncID, spans.Level, spans.First, spans.Last)
	}
	return `SELECT COALESCE(sum(n), 0) FROM (` + strings.Join(parts, ` UNION ALL `) + `)`, args
}

// insertChanges stores what the operations of a group have changed, added up.
func insertChanges(ctx context.Context, tx *sql.Tx, group []*operation) (rows int, err error) {
	all := store.Changes{}
	for _, o := range group {
		if o.err == nil {
			all.Add(o.tx.counted)
		}
	}
	keys := all.Keys()
	for _, key := range keys {
		change := all[key]
		_, err := tx.ExecContext(ctx, `INSERT INTO delivery_changes
			(organisation_id, webhook_id, sync_id, made, pending, processing, delivered, failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			key.OrganisationID, key.WebhookID, key.SyncID, key.Made,
			change.Pending, change.Processing, change.Delivered, change.Failed)
		if err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// foldSQL adds all changes up to an id to the sums: for each level, and for all
// deliveries, a config's, a sync's, and those of both. Changes of the same
// shortest span are added up first: mostly there are few spans.
var foldSQL = fmt.Sprintf(`INSERT INTO delivery_counts
	(organisation_id, webhook_id, sync_id, level, span, pending, processing, delivered, failed)
	SELECT c.organisation_id,
		CASE WHEN of.webhook THEN c.webhook_id ELSE %d END AS webhook,
		CASE WHEN of.sync THEN c.sync_id ELSE '%s' END AS sync,
		l.level, c.span >> (l.level - %d),
		sum(c.pending), sum(c.processing), sum(c.delivered), sum(c.failed)
	FROM (
		SELECT organisation_id, webhook_id, sync_id, made >> %d AS span, sum(pending) AS pending,
			sum(processing) AS processing, sum(delivered) AS delivered, sum(failed) AS failed
		FROM delivery_changes WHERE id <= ? GROUP BY 1, 2, 3, 4
	) c
	CROSS JOIN (SELECT 0 AS webhook, 0 AS sync UNION ALL SELECT 1, 0 UNION ALL SELECT 0, 1 UNION ALL SELECT 1, 1) of
	CROSS JOIN (%s) l
	WHERE NOT of.sync OR c.sync_id <> ''
	GROUP BY 1, 2, 3, 4, 5
	ON CONFLICT DO UPDATE SET pending = pending + excluded.pending, processing = processing + excluded.processing,
		delivered = delivered + excluded.delivered, failed = failed + excluded.failed`,
	store.AnyWebhook, store.AnySync, store.Levels()[0], store.Levels()[0], levelRows())

func levelRows() string {
	var rows []string
	for _, level := range store.Levels() {
		rows = append(rows, fmt.Sprintf(`SELECT %d AS level`, level))
	}
	return strings.Join(rows, ` UNION ALL `)
}

// fold adds the changes that wait to the sums.
func fold(ctx context.Context, tx *sql.Tx) error {
	var last *int64
	if err := tx.QueryRowContext(ctx, `SELECT max(id) FROM delivery_changes`).Scan(&last); err != nil || last == nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, foldSQL, *last); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM delivery_changes WHERE id <= ?`, *last)
	return err
}
