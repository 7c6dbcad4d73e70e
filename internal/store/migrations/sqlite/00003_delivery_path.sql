-- There is no way down: the service has no command for it.

-- +goose Up
-- Every change of an organisation's configs increases config_version, so that processes can keep the configs in memory
-- and tell whether they are still the ones. configs is how many there are.
ALTER TABLE organisations ADD COLUMN config_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE organisations ADD COLUMN configs INTEGER NOT NULL DEFAULT 0;
UPDATE organisations SET configs = (SELECT count(*) FROM webhook_configs c WHERE c.organisation_id = organisations.id);

ALTER TABLE webhook_configs ADD COLUMN failing_days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook_configs ADD COLUMN last_failure_at INTEGER;
DROP INDEX webhook_configs_subscription;
