-- There is no way down: the service has no command for it.

-- +goose Up
-- Sums by sync were most of the database, and spans shorter than a minute most of the rest. Each new level is one of the
-- old ones, eight spans to one.
CREATE TABLE delivery_sums (
    organisation_id INTEGER NOT NULL,
    webhook_id      INTEGER NOT NULL,
    level           INTEGER NOT NULL,
    span            INTEGER NOT NULL,
    pending         INTEGER NOT NULL,
    processing      INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, webhook_id, level, span)
) STRICT, WITHOUT ROWID;
INSERT INTO delivery_sums (organisation_id, webhook_id, level, span, pending, processing, delivered, failed)
    SELECT organisation_id, webhook_id, CASE level WHEN 63 THEN 63 ELSE level + 3 END,
        CASE level WHEN 63 THEN span ELSE span >> 3 END, sum(pending), sum(processing), sum(delivered), sum(failed)
    FROM delivery_counts WHERE sync_id = '' AND level <> 8
    GROUP BY 1, 2, 3, 4;
DROP TABLE delivery_counts;
ALTER TABLE delivery_sums RENAME TO delivery_counts;
ALTER TABLE delivery_changes DROP COLUMN sync_id;

-- Lists of a sync's deliveries to one config.
CREATE INDEX deliveries_sync_webhook ON deliveries (organisation_id, sync_id, webhook_id, id) WHERE sync_id IS NOT NULL;
-- An event that is deleted is looked for in deliveries, since they refer to it.
CREATE INDEX deliveries_event ON deliveries (event_id);
