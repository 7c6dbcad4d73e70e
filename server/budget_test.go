package server_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

// anyKey lets everybody in.
func anyKey(ctx context.Context, _ string) (context.Context, error) { return ctx, nil }

// holding is an implementation whose creates wait, with their bodies, until the
// test releases them.
type holding struct {
	*stub

	begun, release chan struct{}
}

func newHolding() *holding {
	h := &holding{stub: working(), begun: make(chan struct{}), release: make(chan struct{})}
	create := h.create
	h.create = func(
		ctx context.Context, r serverapi.CreateWebhookConfigRequestObject,
	) (serverapi.CreateWebhookConfigResponseObject, error) {
		h.begun <- struct{}{}
		<-h.release
		return create(ctx, r)
	}
	return h
}

// TestBodyBudget fills the budget of four bodies with requests that wait.
func TestBodyBudget(t *testing.T) {
	const size = 64 << 10
	implementation := newHolding()
	s := serve(t, implementation, server.WithAuthenticator(server.AuthenticatorFunc(anyKey)),
		server.WithMaxBody(size), server.WithBodyBudget(4*(size+1)))
	ended := make(chan answer)
	hold := func(key string) {
		go func() {
			got, err := s.try(createCall(padded(size)).with("api_key", key))
			assert.NoError(t, err)
			ended <- got
		}()
		<-implementation.begun
	}
	refuse := func(key string) {
		got := s.do(createCall(padded(size)).with("api_key", key))
		got.problem(t, http.StatusServiceUnavailable, "unavailable")
		assert.Equal(t, []string{"1"}, got.header["Retry-After"])
	}
	hold("greedy")
	hold("greedy")
	refuse("greedy") // it has half
	hold("another")  // which finds room all the same
	refuse("greedy")
	refuse("another") // a quarter each is left
	close(implementation.release)
	for range 3 {
		got := <-ended
		assert.Equal(t, http.StatusCreated, got.status, got.body)
	}
	go func() {
		for range 2 {
			<-implementation.begun
		}
	}()
	for range 2 {
		got := s.do(createCall(padded(size)).with("api_key", "greedy"))
		assert.Equal(t, http.StatusCreated, got.status, "what was held is given back: %s", got.body)
	}
	assert.Empty(t, s.logged(failureLine), "a full house is no failure of the server")
}

// TestBodyBudgetIsGivenBack has bodies end in every way.
func TestBodyBudgetIsGivenBack(t *testing.T) {
	const size = 4 << 10
	s := serve(t, working(), server.WithMaxBody(size), server.WithBodyBudget(2*(size+1)))
	for range 5 {
		tooLarge := createCall(padded(2 * size))
		tooLarge.chunked = true
		assert.Equal(t, http.StatusRequestEntityTooLarge, s.do(tooLarge).status)
		assert.Equal(t, http.StatusBadRequest, s.do(createCall(strings.Repeat("x", size))).status)
		connection := dial(t, s)
		_, err := fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: localhost\r\nApi_key: %s\r\n"+
			"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", configs, goodKey, size, padded(size/2))
		require.NoError(t, err)
		require.NoError(t, connection.CloseWrite())
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusBadRequest, response.StatusCode)
	}
	assert.Equal(t, http.StatusCreated, s.do(createCall(padded(size))).status)
}

// TestBufferGrowsWithTheBody has many callers declare the largest body and send
// little of it: memory follows what they send.
func TestBufferGrowsWithTheBody(t *testing.T) {
	const callers = 40
	s := serve(t, working(), server.WithBodyBudget(4*contract.MaxBody))
	before := heap()
	for range callers {
		connection := dial(t, s)
		_, err := fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: localhost\r\nApi_key: %s\r\nContent-Type: application/json\r\n"+
			"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", configs, goodKey, contract.MaxBody)
		require.NoError(t, err)
		line, err := bufio.NewReader(connection).ReadString('\n') // the body is being read
		require.NoError(t, err)
		require.Equal(t, "HTTP/1.1 100 Continue\r\n", line)
	}
	assert.Less(t, heap()-before, int64(callers*contract.MaxBody/8))
	assert.Equal(t, http.StatusCreated, s.do(createCall(padded(contract.MaxBody))).status)
}

func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc) //nolint:gosec // far below
}
