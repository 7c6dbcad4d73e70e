package store

import "github.com/hookline-go/hookline/internal/webhook"

// StreamedEventColumns are the columns that [ScanStreamedEvent] reads after the
// position in the stream.
const StreamedEventColumns = `id, organisation_id, created_at, webhook_type, integration_type, topic, sync_id, payload`

// ScanStreamedEvent reads an event of a stream.
func ScanStreamedEvent(r Row) (webhook.StreamedEvent, error) {
	var e webhook.StreamedEvent
	var createdAt int64
	err := r.Scan(&e.Position.Commit, &e.ID, &e.OrganisationID, &createdAt, &e.Type, &e.IntegrationType, &e.Topic, &e.SyncID, &e.Payload)
	e.CreatedAt, e.Position.Event = Time(createdAt), e.ID
	return e, err
}
