package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

// streamServer answers each connection with one of the scripts, and with the
// last one for ever.
func streamServer(t *testing.T, scripts ...http.HandlerFunc) (c *client.Client, lastIDs *[]string) {
	t.Helper()
	lastIDs = new([]string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*lastIDs = append(*lastIDs, r.Header.Get("Last-Event-ID"))
		scripts[min(len(*lastIDs), len(scripts))-1](w, r)
	}))
	t.Cleanup(server.Close)
	c, err := client.New(client.WithBaseURL(server.URL), client.WithAPIKey(testKey))
	require.NoError(t, err)
	return c, lastIDs
}

// messages is a connection that sends a text and ends, in the middle of a line
// where the text does.
func messages(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, text)
	}
}

func streamed(id int) string {
	name := fmt.Sprintf("00000000-0000-0000-0000-%012d", id)
	return "id: " + name + "\nevent: event\ndata: " + strings.Replace(streamedJSON, deliveryID, name, 1) + "\n\n"
}

// TestStream goes on over connections that break, where it was.
func TestStream(t *testing.T) {
	t.Parallel()
	refused := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	c, lastIDs := streamServer(t,
		messages(": listening\r\nid: 00000000-0000-0000-0000-000000000000\r\n\r\n"),
		messages(streamed(1)+": alive\n\n"+streamed(2)[:40]),
		refused,
		messages(streamed(2)+streamed(3)),
	)
	var seen []string
	for event, err := range c.Events.Stream(t.Context(), nil, client.WithTimeout(1)) {
		require.NoError(t, err)
		assert.JSONEq(t, `{"event":"invoice.create"}`, event.Payload)
		seen = append(seen, event.ID.String()[35:])
		if len(seen) == 3 {
			break
		}
	}
	assert.Equal(t, []string{"1", "2", "3"}, seen)
	assert.Equal(t, []string{
		"", "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001",
	}, *lastIDs)
}

// TestStreamEnds shows what ends a stream.
func TestStreamEnds(t *testing.T) {
	t.Parallel()
	only := func(c *client.Client, ctx context.Context, options ...client.Option) error {
		var last error
		for event, err := range c.Events.Stream(ctx, nil, options...) {
			assert.Nil(t, event)
			require.NoError(t, last, "nothing follows an error")
			last = err
		}
		return last
	}
	unknown, _ := streamServer(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	require.ErrorIs(t, only(unknown, t.Context()), client.ErrNotFound)

	broken, _ := streamServer(t, messages("data: {\n\n"))
	failure := &client.Error{}
	require.ErrorAs(t, only(broken, t.Context()), &failure)
	assert.Equal(t, client.CodeInvalidResponse, failure.Code)

	ends, lastIDs := streamServer(t, messages(""))
	require.ErrorAs(t, only(ends, t.Context(), client.WithMaxRetries(0)), &failure)
	assert.Equal(t, client.CodeConnection, failure.Code)
	assert.Len(t, *lastIDs, 1)

	ctx, cancel := context.WithCancel(t.Context())
	open, _ := streamServer(t, func(w http.ResponseWriter, r *http.Request) {
		messages(": listening\n\n")(w, r)
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	})
	require.ErrorIs(t, only(open, ctx), context.Canceled)
}
