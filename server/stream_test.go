package server_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

var piece = strings.Repeat(" ", 2000) + "\n"

// stream answers in three pieces, one before each signal.
func stream(w http.ResponseWriter, next <-chan struct{}) error {
	for range 3 {
		if _, err := io.WriteString(w, piece); err != nil {
			return err
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		<-next
	}
	return nil
}

// TestFlush has an answer arrive piece by piece, compressed and not.
func TestFlush(t *testing.T) {
	for _, coding := range []string{"identity", "gzip"} {
		t.Run(coding, func(t *testing.T) {
			next := make(chan struct{})
			s := serve(t, customGet(func(w http.ResponseWriter) error { return stream(w, next) }))
			response, err := s.front.Client().Do(getCall().with("Accept-Encoding", coding).request(t, s.front.URL))
			require.NoError(t, err)
			var body io.Reader = response.Body
			if coding == "gzip" {
				require.Equal(t, coding, response.Header.Get("Content-Encoding"))
				body, err = gzip.NewReader(body)
				require.NoError(t, err)
			}
			lines := bufio.NewReader(body)
			for range 3 {
				line, err := lines.ReadString('\n')
				require.NoError(t, err)
				assert.Equal(t, piece, line)
				next <- struct{}{} // the piece was here before the next one was written
			}
			rest, err := io.ReadAll(lines)
			require.NoError(t, err)
			assert.Empty(t, rest)
			require.NoError(t, response.Body.Close())
		})
	}
}

// TestFlushBeforeTheBody sends a header ahead, after which an error can only
// cut the answer off.
func TestFlushBeforeTheBody(t *testing.T) {
	s := serve(t, customGet(func(w http.ResponseWriter) error {
		w.Header().Set("Content-Type", "text/plain")
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		return errMissing
	}))
	_, err := s.try(getCall())
	require.Error(t, err)
	head := getCall()
	head.method = http.MethodHead
	assert.Equal(t, http.StatusInternalServerError, s.do(head).status, "nothing was sent yet")
	assert.Len(t, s.logged(failureLine), 2)
}

// TestDeadlineOfAnAnswer reaches the connection through the writer.
func TestDeadlineOfAnAnswer(t *testing.T) {
	s := serve(t, customGet(func(w http.ResponseWriter) error {
		controller := http.NewResponseController(w)
		if err := controller.SetWriteDeadline(time.Now().Add(time.Hour)); err != nil {
			return err
		}
		_, err := io.WriteString(w, "{}")
		return err
	}))
	got, err := s.try(getCall())
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, got.status, got.body)
}

// TestOperationTimeout gives one operation less time than the others, and
// another one no end.
func TestOperationTimeout(t *testing.T) {
	deadlines := make(chan bool, 1)
	implementation := untilDone(make(chan struct{}), func(err error) error { return err })
	implementation.list = func(ctx context.Context, _ serverapi.ListWebhookConfigsRequestObject) (serverapi.ListWebhookConfigsResponseObject, error) {
		_, limited := ctx.Deadline()
		deadlines <- limited
		return configPage(1), nil
	}
	implementation.create = func(ctx context.Context, r serverapi.CreateWebhookConfigRequestObject) (serverapi.CreateWebhookConfigResponseObject, error) {
		_, limited := ctx.Deadline()
		deadlines <- limited
		return trivial{}.CreateWebhookConfig(ctx, r)
	}
	s := serve(t, implementation, server.WithTimeout(time.Hour),
		server.WithOperationTimeout("getWebhookConfig", time.Millisecond), server.WithOperationTimeout("listWebhookConfigs", 0))
	s.do(getCall()).problem(t, http.StatusServiceUnavailable, "unavailable")
	assert.Equal(t, http.StatusOK, s.do(listCall()).status)
	assert.False(t, <-deadlines)
	assert.Equal(t, http.StatusCreated, s.do(createCall(seedRequest)).status)
	assert.True(t, <-deadlines)
}
