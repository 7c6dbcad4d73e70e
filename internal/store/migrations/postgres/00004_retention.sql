-- There is no way down: the service has no command for it.

-- +goose Up
-- Sums by sync were most of the database, and spans shorter than a minute most of the rest. Each new level is one of the
-- old ones, eight spans to one.
CREATE TABLE delivery_sums (
    organisation_id bigint   NOT NULL,
    webhook_id      bigint   NOT NULL,
    level           smallint NOT NULL,
    span            bigint   NOT NULL,
    pending         bigint   NOT NULL,
    processing      bigint   NOT NULL,
    delivered       bigint   NOT NULL,
    failed          bigint   NOT NULL,
    PRIMARY KEY (organisation_id, webhook_id, level, span)
) WITH (fillfactor = 70);
INSERT INTO delivery_sums (organisation_id, webhook_id, level, span, pending, processing, delivered, failed)
    SELECT organisation_id, webhook_id, CASE level WHEN 63 THEN 63 ELSE level + 3 END,
        CASE level WHEN 63 THEN span ELSE span >> 3 END, sum(pending), sum(processing), sum(delivered), sum(failed)
    FROM delivery_counts WHERE sync_id = '' AND level <> 8
    GROUP BY 1, 2, 3, 4;
DROP TABLE delivery_counts;
ALTER TABLE delivery_sums RENAME TO delivery_counts;
ALTER INDEX delivery_sums_pkey RENAME TO delivery_counts_pkey;
ALTER TABLE delivery_changes DROP COLUMN sync_id;

-- Lists of a sync's deliveries to one config.
CREATE INDEX deliveries_sync_webhook ON deliveries (organisation_id, sync_id, webhook_id, id) WHERE sync_id IS NOT NULL;
