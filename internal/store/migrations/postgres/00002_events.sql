-- There is no way down: the service has no command for it, and deliveries would be lost.
--
-- Rows of events, deliveries and delivery_attempts refer to each other without foreign keys: each key would cost every
-- row a look-up and a lock, those of one organisation all on the same row. Only the store writes them, all that belong
-- together in one transaction, and it never deletes an organisation, an event or a delivery.

-- +goose Up
CREATE TABLE events (
    id              uuid   PRIMARY KEY, -- of version 7: sorts by age
    organisation_id bigint NOT NULL,
    created_at      bigint NOT NULL,
    payload         bytea  NOT NULL     -- byte for byte as it is signed and sent
);

-- Deliveries outlive their config: webhook_id is no foreign key, and name and URL are copies. The id says when a delivery
-- was made, to the millisecond.
CREATE TABLE deliveries (
    id                 uuid    PRIMARY KEY, -- of version 7: sorts by age
    event_id           uuid    NOT NULL,
    organisation_id    bigint  NOT NULL,
    webhook_id         bigint  NOT NULL,
    next_attempt_at    bigint,
    created_at         bigint  NOT NULL,
    updated_at         bigint  NOT NULL,
    latest_status_code integer,
    attempt_count      integer NOT NULL DEFAULT 0,
    retries            integer NOT NULL DEFAULT 0, -- of the schedule
    state              text    NOT NULL,
    webhook_name       text    NOT NULL,
    webhook_url        text    NOT NULL,
    failure_reason     text,
    event_type         text,
    integration        text,
    sync_id            text
);
CREATE INDEX deliveries_organisation ON deliveries (organisation_id, id);
CREATE INDEX deliveries_state ON deliveries (organisation_id, state, id);
CREATE INDEX deliveries_webhook ON deliveries (organisation_id, webhook_id, id);
CREATE INDEX deliveries_webhook_state ON deliveries (organisation_id, webhook_id, state, id);
CREATE INDEX deliveries_sync ON deliveries (organisation_id, sync_id, id) WHERE sync_id IS NOT NULL;
CREATE INDEX deliveries_sync_state ON deliveries (organisation_id, sync_id, state, id) WHERE sync_id IS NOT NULL;

CREATE TABLE delivery_attempts (
    id            uuid    PRIMARY KEY,
    delivery_id   uuid    NOT NULL,
    created_at    bigint  NOT NULL,
    duration      bigint  NOT NULL, -- microseconds
    number        integer NOT NULL,
    status_code   integer,
    success       boolean NOT NULL,
    error_message text,
    response_body bytea,
    UNIQUE (delivery_id, number)
);

-- How many deliveries there are, so that a list can say so without counting them: sums by config and sync (-1 and '' stand
-- for all), and by spans of time of 2^level milliseconds (level 63 is all time). What has changed since the sums were
-- brought up to date waits in delivery_changes, whose rows come and go.
CREATE TABLE delivery_counts (
    organisation_id bigint   NOT NULL,
    webhook_id      bigint   NOT NULL,
    sync_id         text     NOT NULL,
    level           smallint NOT NULL,
    span            bigint   NOT NULL,
    pending         bigint   NOT NULL,
    processing      bigint   NOT NULL,
    delivered       bigint   NOT NULL,
    failed          bigint   NOT NULL,
    PRIMARY KEY (organisation_id, webhook_id, sync_id, level, span)
) WITH (fillfactor = 70);

CREATE TABLE delivery_changes (
    organisation_id bigint NOT NULL,
    webhook_id      bigint NOT NULL,
    sync_id         text   NOT NULL,
    made            bigint NOT NULL, -- milliseconds: when the delivery was, to the shortest span
    pending         bigint NOT NULL,
    processing      bigint NOT NULL,
    delivered       bigint NOT NULL,
    failed          bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX delivery_changes_organisation ON delivery_changes (organisation_id);

CREATE TABLE idempotency_keys (
    organisation_id bigint NOT NULL REFERENCES organisations (id),
    created_at      bigint NOT NULL,
    operation       text   NOT NULL,
    key             text   NOT NULL,
    answer          bytea  NOT NULL, -- encrypted, with what it answers
    PRIMARY KEY (organisation_id, operation, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

ALTER TABLE webhook_configs ADD COLUMN previous_signing_keys bytea; -- encrypted
ALTER TABLE webhook_configs ADD COLUMN consecutive_failures integer NOT NULL DEFAULT 0;
ALTER TABLE webhook_configs ADD COLUMN failing_since bigint;
CREATE INDEX webhook_configs_subscription ON webhook_configs (organisation_id, webhook_type, state);
