package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

// padded returns a valid body of so many bytes.
func padded(size int) string {
	return seedRequest + strings.Repeat(" ", size-len(seedRequest))
}

func TestBodyLimit(t *testing.T) {
	for limit, options := range map[int][]server.Option{
		300: {server.WithMaxBody(300)}, contract.MaxBody: nil,
	} {
		s := serve(t, working(), options...)
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d chunked=%t", limit, chunked), func(t *testing.T) {
				atLimit := createCall(padded(limit))
				atLimit.chunked = chunked
				assert.Equal(t, http.StatusCreated, s.do(atLimit).status)
				for _, over := range []int{1, 300_000} {
					tooLarge := createCall(padded(limit + over))
					tooLarge.chunked = chunked
					document := s.do(tooLarge).problem(t, http.StatusRequestEntityTooLarge, "body_too_large")
					assert.Len(t, document["errors"], 1)
					assert.Equal(t, http.StatusCreated, s.do(createCall(seedRequest)).status)
				}
			})
		}
	}
}

// TestEndlessBody sends a body without an end: the answer comes all the same,
// and the connection is closed rather than read.
func TestEndlessBody(t *testing.T) {
	s := serve(t, working())
	connection := dial(t, s)
	_, err := fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: localhost\r\nApi_key: %s\r\n"+
		"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s",
		configs, goodKey, 1<<40, padded(contract.MaxBody+1))
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode)
	assert.True(t, response.Close)
	require.NoError(t, response.Body.Close())
}

func dial(t *testing.T, s *service) *net.TCPConn {
	t.Helper()
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.front.Listener.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, connection.Close()) })
	tcp, ok := connection.(*net.TCPConn)
	require.True(t, ok)
	return tcp
}

// readAnswer reads the one answer that a connection has.
func readAnswer(t *testing.T, connection io.Reader) answer {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}
}

// TestBodyThatEndsEarly says that it is longer than it is.
func TestBodyThatEndsEarly(t *testing.T) {
	for name, framing := range map[string]string{
		"length": "Content-Length: 1000\r\n\r\n" + seedRequest,
		"chunks": "Transfer-Encoding: chunked\r\n\r\n10\r\n{",
		"broken": "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, &stub{})
			connection := dial(t, s)
			_, err := fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: localhost\r\nApi_key: %s\r\nContent-Type: application/json\r\n%s",
				configs, goodKey, framing)
			require.NoError(t, err)
			require.NoError(t, connection.CloseWrite())
			readAnswer(t, connection).problem(t, http.StatusBadRequest, "invalid_request")
			assert.Empty(t, s.logged(failureLine))
		})
	}
}

func TestContentCoding(t *testing.T) {
	s := serve(t, working())
	assert.Equal(t, http.StatusCreated, s.do(createCall(seedRequest).with("Content-Encoding", "identity")).status)
	for _, codings := range [][]string{{"gzip"}, {"GZIP"}, {"br"}, {"identity", "gzip"}, {"identity, gzip"}, {""}} {
		got := s.do(createCall(seedRequest).with("Content-Encoding", codings...))
		if codings[0] == "" {
			assert.Equal(t, http.StatusCreated, got.status)
			continue
		}
		got.problem(t, http.StatusUnsupportedMediaType, "unsupported_media_type")
	}
}

func TestContentType(t *testing.T) {
	s := serve(t, working())
	for _, good := range []string{"application/json", "Application/JSON", "application/json; charset=UTF-8"} {
		assert.Equal(t, http.StatusCreated, s.do(createCall(seedRequest).with("Content-Type", good)).status, good)
	}
	for _, bad := range [][]string{
		nil, {""}, {"text/json"}, {"application/json; charset=latin1"}, {"application/json", "application/json"}, {"junk;"},
	} {
		s.do(createCall(seedRequest).with("Content-Type", bad...)).
			problem(t, http.StatusUnsupportedMediaType, "unsupported_media_type")
	}
}

// TestImplementationGetsWhatWasValidated looks at names, which count as they
// are written, and at defaults.
func TestImplementationGetsWhatWasValidated(t *testing.T) {
	seen := make(chan serverapi.CreateWebhookConfigRequestObject, 1)
	s := serve(t, &stub{
		create: func(
			ctx context.Context, r serverapi.CreateWebhookConfigRequestObject,
		) (serverapi.CreateWebhookConfigResponseObject, error) {
			seen <- r
			return trivial{}.CreateWebhookConfig(ctx, r)
		},
	})
	s.do(createCall(`{"webhook_type":"SYNC_STARTED","n\u0061me":"\ud83d\ude00 \u0001","url":"https://example.com/"}`))
	got := <-seen
	assert.Equal(t, "\U0001F600 \x01", got.Body.Name)
	assert.Nil(t, got.Body.State)
	s.do(createCall(strings.ToUpper(`{"name":"n"}`))).problem(t, http.StatusBadRequest, "invalid_request")
}

// TestOddButValid sends what is at the edge of the contract. None of it may be
// the server's fault.
func TestOddButValid(t *testing.T) {
	implementation := working()
	filters := make(chan serverapi.ListWebhookLogsRequestObject, 1)
	implementation.logs = func(
		_ context.Context, r serverapi.ListWebhookLogsRequestObject,
	) (serverapi.ListWebhookLogsResponseObject, error) {
		filters <- r
		return serverapi.ListWebhookLogs200JSONResponse{}, nil
	}
	s := serve(t, implementation)
	for query, sync := range map[string]string{
		"?syncId=a,b": "a,b", "?syncId=a%2Cb": "a,b", "?syncId=+": " ", "?syncId=%2B%26%3D": "+&=", "?syncId=%01": "\x01",
		"?s%79ncId=x": "x", "?&syncId=x&&": "x", "?syncId=%F0%9F%98%80": "\U0001F600", "?syncId=null": "null",
	} {
		got, err := s.try(call{method: http.MethodGet, path: logs + query})
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, got.status, "%s %s", query, got.body)
		assert.Equal(t, sync, *(<-filters).Params.SyncID, query)
	}
	for _, body := range []string{`"\ud800"`, `"\udc00x"`, `"\ud800\ud800"`} {
		got := s.do(createCall(`{"webhook_type":"SYNC_STARTED","url":"https://example.com/","name":` + body + `}`))
		got.problem(t, http.StatusBadRequest, "invalid_request")
	}
	for _, query := range []string{"?limit=%2B1", "?limit=1e1", "?limit=0x1", "?limit=01", "?fromDate=2016-12-31T23:59:60Z"} {
		s.do(call{operation: "listWebhookLogs", method: http.MethodGet, path: logs + query}).
			problem(t, http.StatusBadRequest, "invalid_request")
	}
	assert.Empty(t, s.logged(failureLine))
}
