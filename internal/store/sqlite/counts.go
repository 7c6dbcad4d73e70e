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
	column, webhookID := store.CountColumn(filter.State), store.AnyWebhook
	changes := conditions{}
	changes.add(`organisation_id = ?`, organisationID)
	if filter.WebhookID != nil {
		webhookID = *filter.WebhookID
		changes.add(`webhook_id = ?`, webhookID)
	}
	changes.add(`made >= ?`, cover.Inner.Low)
	changes.add(`made < ?`, cover.Inner.High)
	parts := []string{`SELECT ` + column + ` AS n FROM delivery_changes` + changes.sql()}
	args = changes.args
	for _, spans := range cover.Spans {
		parts = append(parts, `SELECT `+column+` FROM delivery_counts
			WHERE organisation_id = ? AND webhook_id = ? AND level = ? AND span BETWEEN ? AND ?`)
		args = append(args, organisationID, webhookID, spans.Level, spans.First, spans.Last)
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
			(organisation_id, webhook_id, made, pending, processing, delivered, failed) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			key.OrganisationID, key.WebhookID, key.Made,
			change.Pending, change.Processing, change.Delivered, change.Failed)
		if err != nil {
			return 0, err
		}
	}
	return len(keys), nil
}

// foldSQL adds all changes up to an id to the sums: for each level, and for all
// deliveries and those of a config. Changes of the same shortest span are added
// up first: mostly there are few spans.
var foldSQL = fmt.Sprintf(`INSERT INTO delivery_counts
	(organisation_id, webhook_id, level, span, pending, processing, delivered, failed)
	SELECT c.organisation_id, CASE WHEN of.webhook THEN c.webhook_id ELSE %d END AS webhook,
		l.level, c.span >> (l.level - %d), sum(c.pending), sum(c.processing), sum(c.delivered), sum(c.failed)
	FROM (
		SELECT organisation_id, webhook_id, made >> %d AS span, sum(pending) AS pending,
			sum(processing) AS processing, sum(delivered) AS delivered, sum(failed) AS failed
		FROM delivery_changes WHERE id <= ? GROUP BY 1, 2, 3
	) c
	CROSS JOIN (SELECT 0 AS webhook UNION ALL SELECT 1) of
	CROSS JOIN (%s) l
	WHERE true
	GROUP BY 1, 2, 3, 4
	ON CONFLICT DO UPDATE SET pending = pending + excluded.pending, processing = processing + excluded.processing,
		delivered = delivered + excluded.delivered, failed = failed + excluded.failed`,
	store.AnyWebhook, store.Levels()[0], store.Levels()[0], levelRows())

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
