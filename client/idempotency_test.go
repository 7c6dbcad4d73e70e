package client_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

// TestIdempotencyKey is on the two operations that the contract has it for.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, api().ServeHTTP)
		c := n.client(t)
		publish := func(o ...client.Option) error {
			_, err := c.Events.Publish(t.Context(), client.PublishWebhookEventRequest{
				WebhookType: client.WebhookTypeSyncStarted, Payload: []byte(`{}`),
			}, o...)
			return err
		}
		require.NoError(t, create(t.Context(), c))
		require.NoError(t, create(t.Context(), c))
		require.NoError(t, publish())
		require.NoError(t, create(t.Context(), c, client.WithIdempotencyKey("mine-1")))
		require.NoError(t, publish(client.WithIdempotencyKey("mine-2")))
		require.NoError(t, create(t.Context(), c, vendor, client.WithIdempotencyKey("mine-3")))
		require.NoError(t, test(t.Context(), c, client.WithIdempotencyKey("ignored")))
		require.NoError(t, get(t.Context(), c, client.WithIdempotencyKey("ignored")))
		require.NoError(t, update(t.Context(), c, client.WithIdempotencyKey("ignored")))
		var keys []string
		for _, request := range n.seen() {
			keys = append(keys, request.header.Get("Idempotency-Key"))
		}
		assert.Equal(t, []string{"mine-1", "mine-2", "mine-3", "", "", ""}, keys[3:])
		for i, key := range keys[:3] {
			assert.Regexp(t, `^[!-~]{20,255}$`, key)
			assert.NotContains(t, keys[:i], key)
		}
	})
}

// TestReusedConnection breaks a connection that has served a request before,
// once the next one has been read. net/http repeats a POST with an
// Idempotency-Key by itself then. It must not where the server may not know the
// header.
func TestReusedConnection(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options  []client.Option
		requests int
		fails    bool
	}{
		"a server that knows the key":      {requests: 3},
		"the vendor's":                     {options: []client.Option{vendor}, requests: 2, fails: true},
		"a server that may not know it":    {options: []client.Option{unsent}, requests: 2, fails: true},
		"the vendor's, with a key of ours": {options: []client.Option{vendor, client.WithIdempotencyKey("k")}, requests: 2, fails: true},
		"the vendor's, opted in":           {options: []client.Option{vendor, always}, requests: 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t, proxy([]fault{nil, reset}, api()))
				c := n.client(t)
				require.NoError(t, create(t.Context(), c, test.options...))
				err := create(t.Context(), c, test.options...)
				assert.Equal(t, test.fails, err != nil, err)
				assert.Len(t, n.seen(), test.requests)
				assert.NotEmpty(t, n.seen()[1].header.Get("Idempotency-Key"))
			})
		})
	}
}

// TestNothingListens is the same over a real network: nobody is there, so that
// even the vendor's POST may be repeated.
func TestNothingListens(t *testing.T) {
	t.Parallel()
	attempts := 0
	c, err := client.New(client.WithAPIKey(testKey), client.WithBaseURL("http://127.0.0.1:1"), unsent,
		client.WithMaxRetries(1), client.WithNoBackoff(),
		client.WithMiddleware(func(r *http.Request, next client.Next) (*http.Response, error) {
			attempts++
			return next(r)
		}))
	require.NoError(t, err)
	assert.Equal(t, client.CodeConnection, asError(t, create(t.Context(), c)).Code)
	assert.Equal(t, 2, attempts)
}

// TestBadCertificate is not repeated: it will be as bad the next time.
func TestBadCertificate(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(api())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) //nolint:forbidigo // net/http takes no other
	server.StartTLS()
	defer server.Close()
	c, err := client.New(client.WithAPIKey(testKey), client.WithBaseURL(server.URL+"/v4"))
	require.NoError(t, err)
	failure := asError(t, create(t.Context(), c))
	assert.Equal(t, client.CodeConnection, failure.Code)
	assert.Equal(t, 1, failure.Attempts)
	require.NoError(t, create(t.Context(), c, client.WithHTTPClient(server.Client())))
}

// TestUntraced is a transport that does not tell when it has a connection: only
// an error from dialling proves anything.
func TestUntraced(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err      error
		attempts int
	}{
		"refused":       {errRefused, 2},
		"anything else": {http.ErrServerClosed, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attempts := 0
			c, err := client.New(client.WithAPIKey(testKey), vendor, client.WithMaxRetries(1), client.WithNoBackoff(),
				client.WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
					attempts++
					return nil, test.err
				})}))
			require.NoError(t, err)
			require.ErrorIs(t, create(t.Context(), c), test.err)
			assert.Equal(t, test.attempts, attempts)
		})
	}
}
