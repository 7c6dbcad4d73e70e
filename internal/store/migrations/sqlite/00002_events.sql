-- Nothing has written deliveries before this version, so their tables are made anew. There is no way down: the service
-- has no command for it, and deliveries would be lost.

-- +goose Up
DROP TABLE delivery_attempts;
DROP TABLE deliveries;

CREATE TABLE events (
    id              TEXT    PRIMARY KEY, -- UUID of version 7: sorts by age
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    created_at      INTEGER NOT NULL,
    payload         BLOB    NOT NULL     -- byte for byte as it is signed and sent
) STRICT;

-- Deliveries outlive their config: webhook_id is no foreign key, and name and URL are copies. The id says when a delivery
-- was made, to the millisecond.
CREATE TABLE deliveries (
    id                 TEXT    PRIMARY KEY, -- UUID of version 7: sorts by age
    organisation_id    INTEGER NOT NULL REFERENCES organisations (id),
    event_id           TEXT    NOT NULL REFERENCES events (id),
    webhook_id         INTEGER NOT NULL,
    webhook_name       TEXT    NOT NULL,
    webhook_url        TEXT    NOT NULL,
    state              TEXT    NOT NULL,
    latest_status_code INTEGER,
    attempt_count      INTEGER NOT NULL DEFAULT 0,
    retries            INTEGER NOT NULL DEFAULT 0, -- of the schedule
    failure_reason     TEXT,
    next_attempt_at    INTEGER,
    event_type         TEXT,
    integration        TEXT,
    sync_id            TEXT,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_organisation ON deliveries (organisation_id, id);
CREATE INDEX deliveries_state ON deliveries (organisation_id, state, id);
CREATE INDEX deliveries_webhook ON deliveries (organisation_id, webhook_id, id);
CREATE INDEX deliveries_webhook_state ON deliveries (organisation_id, webhook_id, state, id);
CREATE INDEX deliveries_sync ON deliveries (organisation_id, sync_id, id) WHERE sync_id IS NOT NULL;
CREATE INDEX deliveries_sync_state ON deliveries (organisation_id, sync_id, state, id) WHERE sync_id IS NOT NULL;

CREATE TABLE delivery_attempts (
    id            TEXT    PRIMARY KEY,
    delivery_id   TEXT    NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number        INTEGER NOT NULL,
    success       INTEGER NOT NULL,
    status_code   INTEGER,
    error_message TEXT,
    duration      INTEGER NOT NULL, -- microseconds
    response_body BLOB,
    created_at    INTEGER NOT NULL,
    UNIQUE (delivery_id, number)
) STRICT;

-- How many deliveries there are, so that a list can say so without counting them: sums by config and sync (-1 and '' stand
-- for all), and by spans of time of 2^level milliseconds (level 63 is all time). What has changed since the sums were
-- brought up to date waits in delivery_changes.
CREATE TABLE delivery_counts (
    organisation_id INTEGER NOT NULL,
    webhook_id      INTEGER NOT NULL,
    sync_id         TEXT    NOT NULL,
    level           INTEGER NOT NULL,
    span            INTEGER NOT NULL,
    pending         INTEGER NOT NULL,
    processing      INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    PRIMARY KEY (organisation_id, webhook_id, sync_id, level, span)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_changes (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL,
    webhook_id      INTEGER NOT NULL,
    sync_id         TEXT    NOT NULL,
    made            INTEGER NOT NULL, -- milliseconds: when the delivery was
    pending         INTEGER NOT NULL,
    processing      INTEGER NOT NULL,
    delivered       INTEGER NOT NULL,
    failed          INTEGER NOT NULL
) STRICT;
CREATE INDEX delivery_changes_organisation ON delivery_changes (organisation_id);

CREATE TABLE idempotency_keys (
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    operation       TEXT    NOT NULL,
    key             TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    answer          BLOB    NOT NULL, -- encrypted, with what it answers
    PRIMARY KEY (organisation_id, operation, key)
) STRICT;
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

ALTER TABLE webhook_configs ADD COLUMN previous_signing_keys BLOB; -- encrypted
ALTER TABLE webhook_configs ADD COLUMN consecutive_failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook_configs ADD COLUMN failing_since INTEGER;
CREATE INDEX webhook_configs_subscription ON webhook_configs (organisation_id, webhook_type, state);
