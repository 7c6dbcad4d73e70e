-- There is no way down: the service has no command for it.

-- +goose Up
-- Every change of an organisation's configs increases config_version, so that processes can keep the configs in memory
-- and tell whether they are still the ones. configs is how many there are.
ALTER TABLE organisations ADD COLUMN config_version bigint NOT NULL DEFAULT 0;
ALTER TABLE organisations ADD COLUMN configs integer NOT NULL DEFAULT 0;
UPDATE organisations SET configs = (SELECT count(*) FROM webhook_configs c WHERE c.organisation_id = organisations.id);

ALTER TABLE webhook_configs ADD COLUMN failing_days integer NOT NULL DEFAULT 0;
ALTER TABLE webhook_configs ADD COLUMN last_failure_at bigint;
DROP INDEX webhook_configs_subscription;

-- Processes that make attempts. beat increases as long as one lives.
CREATE TABLE workers (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    started_at bigint NOT NULL,
    client     text   NOT NULL, -- in the queue
    beat       bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- The worker that has the attempt of a PROCESSING delivery under way.
ALTER TABLE deliveries ADD COLUMN worker bigint;

-- Lists of settled deliveries by state are read along the id; of the others there are few. FAILED is rare, too.
DROP INDEX deliveries_state;
DROP INDEX deliveries_webhook_state;
DROP INDEX deliveries_sync_state;
CREATE INDEX deliveries_worker ON deliveries (worker, id) WHERE state = 'PROCESSING';
CREATE INDEX deliveries_processing ON deliveries (organisation_id, id) WHERE state = 'PROCESSING';
CREATE INDEX deliveries_pending ON deliveries (organisation_id, id) WHERE state = 'PENDING';
CREATE INDEX deliveries_webhook_pending ON deliveries (organisation_id, webhook_id, id) WHERE state = 'PENDING';
CREATE INDEX deliveries_failed ON deliveries (organisation_id, id) WHERE state = 'FAILED';
CREATE INDEX deliveries_webhook_failed ON deliveries (organisation_id, webhook_id, id) WHERE state = 'FAILED';
CREATE INDEX deliveries_sync_failed ON deliveries (organisation_id, sync_id, id) WHERE state = 'FAILED' AND sync_id IS NOT NULL;
