package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/oapi-codegen/nullable"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// streamPoll is how often a stream looks for events that another process
	// has published.
	streamPoll = 250 * time.Millisecond
	// streamPause keeps a stream from looking for every single event while many
	// are published.
	streamPause = 5 * time.Millisecond
	// streamHeartbeat is within what the contract promises.
	streamHeartbeat = 10 * time.Second
	// streamPage is how many events a stream takes from the store at once.
	streamPage = 100
)

// StreamWebhookEvents sends the events of the caller's organisation as they are
// stored, until the caller leaves or the service stops.
func (s *Service) StreamWebhookEvents(
	ctx context.Context, request serverapi.StreamWebhookEventsRequestObject,
) (serverapi.StreamWebhookEventsResponseObject, error) {
	organisationID, err := organisation(ctx)
	if err != nil {
		return nil, err
	}
	params := request.Params
	at, err := s.streamBegin(ctx, organisationID, params.LastEventID)
	if err != nil {
		return nil, err
	}
	stream := &eventStream{
		ctx: ctx, service: s, organisationID: organisationID, at: at,
		filter: webhook.StreamFilter{Type: webhook.Type(valueOr(params.WebhookType, "")), Topic: valueOr(params.Topic, "")},
		bell:   s.bells.listen(organisationID),
	}
	// The answer begins at once, so that the caller knows that it listens, and
	// from where on: it may be interrupted before the first event.
	fmt.Fprintf(&stream.pending, ": listening\nid: %s\n\n", at.Event)
	return serverapi.StreamWebhookEvents200TextEventStreamResponse{
		WebhookEventsStreamedTextEventStreamResponse: serverapi.WebhookEventsStreamedTextEventStreamResponse{Body: stream},
	}, nil
}

// streamBegin returns where a stream begins. The zero id, which a stream of an
// organisation without events begins with, stands for the first event.
func (s *Service) streamBegin(ctx context.Context, organisationID int64, last *uuid.UUID) (webhook.StreamPosition, error) {
	switch {
	case last == nil:
		return s.store.StreamPosition(ctx, organisationID, webhook.ID{})
	case *last == uuid.UUID{}:
		return webhook.StreamPosition{}, nil
	default:
		return s.store.StreamPosition(ctx, organisationID, webhook.ID(*last))
	}
}

// EndStreams ends all streams, for a service that stops. New ones end at once.
func (s *Service) EndStreams() { s.bells.close() }

// eventStream is the body of a stream's answer. It is read by one goroutine.
type eventStream struct {
	ctx            context.Context //nolint:containedctx // of the request whose answer it is
	service        *Service
	organisationID int64
	filter         webhook.StreamFilter
	at             webhook.StreamPosition
	bell           *bell
	pending        bytes.Buffer
}

// Read returns messages as soon as there are any.
func (s *eventStream) Read(p []byte) (int, error) {
	heartbeat := time.NewTimer(streamHeartbeat)
	defer heartbeat.Stop()
	for s.pending.Len() == 0 {
		rung := s.bell.next()
		if err := s.fetch(); err != nil {
			return 0, err
		}
		if s.pending.Len() > 0 {
			break
		}
		if err := s.wait(rung, heartbeat); err != nil {
			return 0, err
		}
	}
	return s.pending.Read(p)
}

// wait returns when there may be something to read, with io.EOF at the end of
// the stream.
func (s *eventStream) wait(rung <-chan struct{}, heartbeat *time.Timer) error {
	poll := time.NewTimer(streamPoll)
	defer poll.Stop()
	select {
	case <-rung:
	case <-poll.C:
		return nil
	case <-heartbeat.C:
		s.pending.WriteString(": alive\n\n")
		return nil
	case <-s.service.bells.closed:
		return io.EOF
	case <-s.ctx.Done():
		return io.EOF
	}
	pause := time.NewTimer(streamPause)
	defer pause.Stop()
	select {
	case <-pause.C:
		return nil
	case <-s.ctx.Done():
		return io.EOF
	}
}

// fetch takes the next events from the store.
func (s *eventStream) fetch() error {
	for {
		events, err := s.service.store.StreamEvents(s.ctx, s.organisationID, s.at, streamPage)
		if err != nil {
			return err
		}
		for i := range events {
			s.at = events[i].Position
			if s.filter.Selects(&events[i].Event) {
				if err := s.write(&events[i]); err != nil {
					return err
				}
			}
		}
		if len(events) < streamPage || s.pending.Len() > 0 {
			return nil
		}
	}
}

// write adds a message. The data is JSON on one line.
func (s *eventStream) write(e *webhook.StreamedEvent) error {
	data, err := json.Marshal(gen.WebhookStreamEvent{
		ID: uuid.UUID(e.ID), CreatedAt: gen.Timestamp{Time: e.CreatedAt}, WebhookType: gen.WebhookType(e.Type),
		IntegrationType: nullIfEmpty(string(e.IntegrationType)), Topic: nullIfEmpty(e.Topic), SyncID: nullIfEmpty(e.SyncID),
		Payload: string(e.Payload),
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(&s.pending, "id: %s\nevent: event\ndata: %s\n\n", e.ID, data)
	return err
}

// Close implements io.Closer.
func (s *eventStream) Close() error {
	s.service.bells.leave(s.organisationID)
	return nil
}

func nullIfEmpty(text string) nullable.Nullable[string] {
	if text == "" {
		return nullable.NewNullNullable[string]()
	}
	return nullable.NewNullableWithValue(text)
}
