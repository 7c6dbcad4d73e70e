-- There is no way down: the service has no command for it.

-- +goose Up
-- What a listener to events is told, and can choose by. Events from before have an empty type and are not streamed. The
-- order of the stream is that of rowids, which one writer at a time hands out. The index has the rowid at its end.
ALTER TABLE events ADD COLUMN webhook_type TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN integration_type TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN sync_id TEXT NOT NULL DEFAULT '';
CREATE INDEX events_stream ON events (organisation_id);
