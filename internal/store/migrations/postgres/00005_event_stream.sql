-- There is no way down: the service has no command for it.

-- +goose Up
-- What a listener to events is told, and can choose by, and the transaction that stored the event: transactions commit in
-- another order than that of ids, and a reader that knows which are still running (pg_snapshot_xmin) can tell what it has
-- seen all of. Events from before have no transaction and are not streamed.
ALTER TABLE events ADD COLUMN webhook_type text NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN integration_type text NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN topic text NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN sync_id text NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN stored_by xid8;
ALTER TABLE events ALTER COLUMN stored_by SET DEFAULT pg_current_xact_id();
CREATE INDEX events_stream ON events (organisation_id, stored_by, id);
