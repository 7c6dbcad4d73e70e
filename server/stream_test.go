package server_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

// streaming is an implementation of the one operation that has no end.
type streaming struct{ server.Unimplemented }

// StreamWebhookEvents sends two messages, a piece each.
func (streaming) StreamWebhookEvents(
	context.Context, serverapi.StreamWebhookEventsRequestObject,
) (serverapi.StreamWebhookEventsResponseObject, error) {
	return serverapi.StreamWebhookEvents200TextEventStreamResponse{
		WebhookEventsStreamedTextEventStreamResponse: serverapi.WebhookEventsStreamedTextEventStreamResponse{
			Body: io.MultiReader(strings.NewReader(": one\n\n"), strings.NewReader(": two\n\n")),
		},
	}, nil
}

// deadlines records what a connection is told.
type deadlines struct {
	*httptest.ResponseRecorder

	read   []time.Time
	events []string // "deadline", "write" and "flush", in their order
}

func (d *deadlines) SetReadDeadline(at time.Time) error {
	d.read = append(d.read, at)
	return nil
}

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	if time.Until(at) > 0 {
		d.events = append(d.events, "deadline")
	}
	return nil
}

func (d *deadlines) Write(data []byte) (int, error) {
	d.events = append(d.events, "write")
	return d.ResponseRecorder.Write(data)
}

func (d *deadlines) Flush() {
	d.events = append(d.events, "flush")
	d.ResponseRecorder.Flush()
}

// TestStreamDeadlines shows that an answer without an end outlives the timeouts
// of its connection, and that each piece has a deadline of its own: a caller
// that does not read is hung up on.
func TestStreamDeadlines(t *testing.T) {
	t.Parallel()
	for operationTimeout, want := range map[time.Duration][]string{
		0:         {"deadline", "write", "deadline", "flush", "deadline", "write", "deadline", "flush"},
		time.Hour: {"write", "flush", "write", "flush"},
	} {
		handler, err := server.New(streaming{}, server.WithoutAuthentication(), server.WithOperationTimeout("streamWebhookEvents", operationTimeout))
		require.NoError(t, err)
		w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
		handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v4/core/webhook-stream", http.NoBody))
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
		assert.Equal(t, ": one\n\n: two\n\n", w.Body.String())
		assert.Equal(t, want, w.events)
		if operationTimeout == 0 {
			assert.Equal(t, []time.Time{{}}, w.read, "the deadline for reading is lifted")
		}
	}
}
