-- Times are integers: microseconds since 1970 UTC.
-- Identity columns never use an id again, not even that of a deleted row.

-- +goose Up
CREATE TABLE organisations (
    id         bigint PRIMARY KEY CHECK (id > 0),
    created_at bigint NOT NULL
);

CREATE TABLE api_keys (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id bigint NOT NULL REFERENCES organisations (id),
    name            text   NOT NULL,
    prefix          text   NOT NULL,
    hash            bytea  NOT NULL UNIQUE, -- SHA-256 of the key
    created_at      bigint NOT NULL,
    revoked_at      bigint
);
CREATE INDEX api_keys_organisation ON api_keys (organisation_id, id);

CREATE TABLE webhook_configs (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id  bigint NOT NULL REFERENCES organisations (id),
    created_at       bigint NOT NULL,
    updated_at       bigint NOT NULL,
    webhook_type     text   NOT NULL,
    integration_type text,
    name             text   NOT NULL,
    url              text   NOT NULL,
    state            text   NOT NULL,
    topics           text   NOT NULL, -- JSON array of strings
    headers          bytea,           -- encrypted
    signing_key      bytea,           -- encrypted
    signature_header text   NOT NULL
);
CREATE INDEX webhook_configs_organisation ON webhook_configs (organisation_id, id);

-- One known value, sealed: tells whether the encryption key is the right one.
CREATE TABLE encryption_canary (
    id     integer PRIMARY KEY CHECK (id = 1),
    sealed bytea   NOT NULL
);

-- +goose Down
DROP TABLE encryption_canary;
DROP TABLE webhook_configs;
DROP TABLE api_keys;
DROP TABLE organisations;
