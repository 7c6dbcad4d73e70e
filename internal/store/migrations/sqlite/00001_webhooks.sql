-- Times are integers: microseconds since 1970 UTC.
-- AUTOINCREMENT keeps the id of a deleted row from being used again.

-- +goose Up
CREATE TABLE organisations (
    id         INTEGER PRIMARY KEY CHECK (id > 0),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    name            TEXT    NOT NULL,
    prefix          TEXT    NOT NULL,
    hash            BLOB    NOT NULL UNIQUE, -- SHA-256 of the key
    created_at      INTEGER NOT NULL,
    revoked_at      INTEGER
) STRICT;
CREATE INDEX api_keys_organisation ON api_keys (organisation_id, id);

CREATE TABLE webhook_configs (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id  INTEGER NOT NULL REFERENCES organisations (id),
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    webhook_type     TEXT    NOT NULL,
    integration_type TEXT,
    name             TEXT    NOT NULL,
    url              TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    topics           TEXT    NOT NULL, -- JSON array of strings
    headers          BLOB,             -- encrypted
    signing_key      BLOB,             -- encrypted
    signature_header TEXT    NOT NULL
) STRICT;
CREATE INDEX webhook_configs_organisation ON webhook_configs (organisation_id, id);

-- Deliveries outlive their config: webhook_id is no foreign key, and name and
-- URL are copies. The payload is last, so that lists need not read past it.
CREATE TABLE deliveries (
    id                 TEXT    PRIMARY KEY, -- UUID of version 7: sorts by age
    organisation_id    INTEGER NOT NULL REFERENCES organisations (id),
    webhook_id         INTEGER NOT NULL,
    webhook_name       TEXT    NOT NULL,
    webhook_url        TEXT    NOT NULL,
    state              TEXT    NOT NULL,
    latest_status_code INTEGER,
    attempt_count      INTEGER NOT NULL DEFAULT 0,
    event_type         TEXT,
    integration        TEXT,
    sync_id            TEXT,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    payload            BLOB    NOT NULL
) STRICT;
CREATE INDEX deliveries_organisation ON deliveries (organisation_id, id);
CREATE INDEX deliveries_webhook ON deliveries (organisation_id, webhook_id, id);
CREATE INDEX deliveries_state ON deliveries (organisation_id, state, id);
CREATE INDEX deliveries_sync ON deliveries (organisation_id, sync_id, id) WHERE sync_id IS NOT NULL;

CREATE TABLE delivery_attempts (
    id            TEXT    PRIMARY KEY,
    delivery_id   TEXT    NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number        INTEGER NOT NULL,
    success       INTEGER NOT NULL,
    status_code   INTEGER,
    error_message TEXT,
    created_at    INTEGER NOT NULL,
    UNIQUE (delivery_id, number)
) STRICT;

-- One known value, sealed: tells whether the encryption key is the right one.
CREATE TABLE encryption_canary (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    sealed BLOB    NOT NULL
) STRICT;

-- +goose Down
DROP TABLE encryption_canary;
DROP TABLE delivery_attempts;
DROP TABLE deliveries;
DROP TABLE webhook_configs;
DROP TABLE api_keys;
DROP TABLE organisations;
