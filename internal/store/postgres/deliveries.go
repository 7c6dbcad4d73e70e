package postgres

import (
	"bytes"
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// Deliveries returns a page of an organisation's delivery logs, newest first.
func (s *Store) Deliveries(ctx context.Context, organisationID int64, filter webhook.DeliveryFilter) (webhook.DeliveryPage, error) {
	var page webhook.DeliveryPage
	err := s.read(ctx, "list deliveries", func(tx pgx.Tx) (err error) {
		page, err = deliveryPage(ctx, tx, organisationID, filter)
		return err
	})
	if err != nil {
		return webhook.DeliveryPage{}, err
	}
	return page, nil
}

func deliveryPage(ctx context.Context, tx pgx.Tx, organisationID int64, filter webhook.DeliveryFilter) (page webhook.DeliveryPage, err error) {
	limit := webhook.PageLimit(filter.Limit)
	page.SetDeliveries([]webhook.Delivery{}, limit)
	page.Count, err = countDeliveries(ctx, tx, organisationID, filter)
	if err != nil || page.Count == 0 {
		return page, err // nothing is looked for that is not there
	}
	low, high := store.IDRange(filter.From, filter.To)
	if !filter.Cursor.IsZero() && (high.IsZero() || bytes.Compare(filter.Cursor[:], high[:]) < 0) {
		high = filter.Cursor
	}
	args := &arguments{}
	// One row more than asked for tells whether another page follows.
	// PostgreSQL plans for the number: for one that it does not know it would
	// expect a tenth of all rows.
	query := `SELECT ` + store.DeliveryColumns + ` FROM deliveries` +
		inOrder(args, organisationID, filter, lowerBound(args, low), upperBound(args, high)).sql("DESC") + ` LIMIT ` + strconv.Itoa(limit+1)
	found, err := collect(ctx, tx, scanDelivery, query, *args...)
	if err != nil {
		return page, err
	}
	page.SetDeliveries(found, limit)
	return page, nil
}

// ordered selects the deliveries of a filter in the order of an index. What the
// index begins with is compared as a row, and is part of the order: told that
// these columns have one value each, PostgreSQL would order by the id alone, for
// which it could read all deliveries of all organisations one after the other.
type ordered struct {
	columns []string // of the index, the id last
	where   conditions
}

// inOrder selects the deliveries of a filter with ids from low on and below
// high, which are SQL. Its times and its cursor do not count.
func inOrder(args *arguments, organisationID int64, filter webhook.DeliveryFilter, low, high string) *ordered {
	o := &ordered{where: conditions{args: args}}
	var values []string
	key := func(column, value string) {
		o.columns, values = append(o.columns, column), append(values, value)
	}
	key(`organisation_id`, args.add(organisationID))
	if filter.SyncID != "" {
		key(`sync_id`, args.add(filter.SyncID))
		o.where.terms = append(o.where.terms, `sync_id IS NOT NULL`)
	}
	switch {
	case filter.WebhookID == nil:
	case filter.State == webhook.DeliveryProcessing && filter.SyncID == "":
		// An organisation has so few of them that their index has no config.
		o.where.add(`webhook_id = `, *filter.WebhookID)
	default:
		key(`webhook_id`, args.add(*filter.WebhookID))
	}
	o.where.addState(filter.State)
	o.columns = append(o.columns, `id`)
	row, prefix := `(`+strings.Join(o.columns, `, `)+`)`, `(`+strings.Join(values, `, `)+`, `
	o.where.terms = append(o.where.terms, row+` >= `+prefix+low+`)`, row+` < `+prefix+high+`)`)
	return o
}

// lowerBound and upperBound are bounds for inOrder; zero is no bound.
func lowerBound(args *arguments, id webhook.ID) string { return args.add([16]byte(id)) + `::uuid` }

func upperBound(args *arguments, id webhook.ID) string {
	if id.IsZero() {
		id = lastID
	}
	return args.add([16]byte(id)) + `::uuid`
}

// sql returns the conditions and the order, in a direction.
func (o *ordered) sql(direction string) string {
	return o.where.sql() + ` ORDER BY ` + strings.Join(o.columns, ` `+direction+`, `) + ` ` + direction
}

// Delivery returns one delivery with its payload and its latest attempts.
func (s *Store) Delivery(ctx context.Context, organisationID int64, id webhook.ID) (webhook.DeliveryDetail, error) {
	var detail webhook.DeliveryDetail
	err := s.read(ctx, "get delivery", func(tx pgx.Tx) (err error) {
		detail.Delivery, err = scanDelivery(tx.QueryRow(ctx,
			`SELECT `+store.DeliveryColumns+` FROM deliveries WHERE organisation_id = $1 AND id = $2`, organisationID, [16]byte(id)))
		if err != nil {
			return missing("delivery", err)
		}
		if err := tx.QueryRow(ctx, `SELECT payload FROM events WHERE id = $1`, [16]byte(detail.EventID)).Scan(&detail.Payload); err != nil {
			return err
		}
		detail.Attempts, err = collect(ctx, tx, scanAttempt,
			`SELECT `+store.AttemptColumns+` FROM delivery_attempts WHERE delivery_id = $1 AND number > $2 ORDER BY number`,
			[16]byte(id), detail.AttemptCount-webhook.MaxShownAttempts)
		return err
	})
	if err != nil {
		return webhook.DeliveryDetail{}, err
	}
	return detail, nil
}

func scanDelivery(r pgx.Row) (webhook.Delivery, error) { return store.ScanDelivery(r) }

func scanAttempt(r pgx.Row) (webhook.Attempt, error) { return store.ScanAttempt(r) }

// saveDeliveries stores what can change of deliveries.
func saveDeliveries(batch *pgx.Batch, deliveries []*webhook.Delivery) {
	for _, d := range deliveries {
		batch.Queue(`UPDATE deliveries SET state = $2, latest_status_code = $3, attempt_count = $4, retries = $5,
			failure_reason = NULLIF($6, ''), next_attempt_at = $7, updated_at = $8, worker = NULLIF($9::bigint, 0) WHERE id = $1`,
			[16]byte(d.ID), d.State, d.LatestStatusCode, d.AttemptCount, d.Retries,
			d.FailureReason, store.MicrosOrNil(d.NextAttemptAt), store.Micros(d.UpdatedAt), d.Worker)
	}
}

func insertDeliveries(batch *pgx.Batch, deliveries []*webhook.Delivery) {
	if len(deliveries) == 0 {
		return
	}
	type item = *webhook.Delivery
	batch.Queue(`INSERT INTO deliveries
		(id, event_id, organisation_id, webhook_id, webhook_name, webhook_url, state, latest_status_code, attempt_count,
			retries, failure_reason, next_attempt_at, event_type, integration, sync_id, created_at, updated_at, worker)
		SELECT id, event_id, organisation_id, webhook_id, webhook_name, webhook_url, state, latest_status_code, attempt_count,
			retries, NULLIF(failure_reason, ''), next_attempt_at, NULLIF(event_type, ''), NULLIF(integration, ''), NULLIF(sync_id, ''),
			created_at, updated_at, NULLIF(worker, 0)
		FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::integer[],
				$9::integer[], $10::integer[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::bigint[],
				$17::bigint[], $18::bigint[])
			AS n (id, event_id, organisation_id, webhook_id, webhook_name, webhook_url, state, latest_status_code, attempt_count,
				retries, failure_reason, next_attempt_at, event_type, integration, sync_id, created_at, updated_at, worker)`,
		column(deliveries, func(d item) [16]byte { return d.ID }),
		column(deliveries, func(d item) [16]byte { return d.EventID }),
		column(deliveries, func(d item) int64 { return d.OrganisationID }),
		column(deliveries, func(d item) int64 { return d.WebhookID }),
		column(deliveries, func(d item) string { return d.WebhookName }),
		column(deliveries, func(d item) string { return d.WebhookURL }),
		column(deliveries, func(d item) string { return string(d.State) }),
		column(deliveries, func(d item) *int { return d.LatestStatusCode }),
		column(deliveries, func(d item) int { return d.AttemptCount }),
		column(deliveries, func(d item) int { return d.Retries }),
		column(deliveries, func(d item) string { return d.FailureReason }),
		column(deliveries, func(d item) *int64 { return store.MicrosOrNil(d.NextAttemptAt) }),
		column(deliveries, func(d item) string { return d.EventType }),
		column(deliveries, func(d item) string { return d.Integration }),
		column(deliveries, func(d item) string { return d.SyncID }),
		column(deliveries, func(d item) int64 { return store.Micros(d.CreatedAt) }),
		column(deliveries, func(d item) int64 { return store.Micros(d.UpdatedAt) }),
		column(deliveries, func(d item) int64 { return d.Worker }))
}

// ImportDelivery stores a delivery that was made elsewhere, with an event of
// its own, its attempts and no job. The ids are assigned here and agree with
// CreatedAt, which is now if it is zero. Of d, the state, the copies of the
// config and of the event count. An unknown organisation gives
// [webhook.CodeNotFound]; the config need not exist.
func (s *Store) ImportDelivery(ctx context.Context, d webhook.DeliveryDetail) (webhook.Delivery, error) {
	imported := d.Delivery
	if imported.State == "" {
		imported.State = webhook.DeliveryPending
	}
	err := s.write(ctx, "import delivery", func(tx *transaction) error {
		if err := requireOrganisation(ctx, tx, d.OrganisationID); err != nil {
			return err
		}
		b := s.newPublishBatch()
		at := d.CreatedAt
		if at.IsZero() {
			at = b.now
		}
		event := webhook.Event{OrganisationID: d.OrganisationID, Payload: d.Payload}
		b.event(&event, at)
		imported.EventID = event.ID
		imported.ID, imported.CreatedAt = s.ids.Next(at)
		imported.UpdatedAt, imported.AttemptCount = imported.CreatedAt, len(d.Attempts)
		b.delivery(&imported)
		attempts := make([]*storedAttempt, len(d.Attempts))
		for i, attempt := range d.Attempts {
			attempt.Number = i + 1
			attempts[i] = s.newAttempt(imported.ID, attempt)
		}
		batch := &pgx.Batch{}
		insertAttempts(batch, attempts)
		return b.save(ctx, tx, batch)
	})
	if err != nil {
		return webhook.Delivery{}, err
	}
	return imported, nil
}

func requireOrganisation(ctx context.Context, tx pgx.Tx, id int64) error {
	var found int64
	return missing("organisation", tx.QueryRow(ctx, `SELECT id FROM organisations WHERE id = $1`, id).Scan(&found))
}
