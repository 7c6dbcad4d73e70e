package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

const (
	testKey = "key_0123456789abcdef"
	// ownBase has a prefix before the API's own path, so that a path that
	// forgets it is found.
	ownBase = "http://hookline.example/gateway/v4"
	seedID  = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
)

const configJSON = `{"rootfi_id":12,"rootfi_created_at":"2026-05-15T18:17:02.052Z",` +
	`"rootfi_updated_at":"2026-05-15T18:17:02.052Z","rootfi_organisation_id":1,"webhook_type":"CONNECTION_CHANGED",` +
	`"integration_type":null,"name":"Connection webhook","url":"https://example.com/webhooks/rootfi","state":"ENABLED",` +
	`"topics":[],"headers":[{"name":"Authorization","value":"Bearer secret"}],"signature_header":"X-RootFi-Signature"}`

const createdJSON = `{"data":{"data":` + configJSON + `},"request_id":"` + seedID + `"}`

var seedConfig = client.CreateWebhookConfigRequest{
	WebhookType: client.WebhookTypeConnectionChanged,
	Name:        "Connection webhook",
	URL:         "https://example.com/webhooks/rootfi",
	State:       client.Ptr(client.WebhookConfigStateEnabled),
}

// received is a request as the server saw it.
type received struct {
	method, target string
	header         http.Header
	body           string
	at             time.Time
}

// network is a server and the way to it, in memory: inside of a synctest bubble
// its clock is the bubble's.
type network struct {
	handler http.Handler
	// dial replaces the making of a connection for the first dials; nil entries
	// dial.
	dial []error

	mu       sync.Mutex
	requests []received
	dials    int
	accept   chan net.Conn
}

func newNetwork(t *testing.T, handler http.HandlerFunc) *network {
	t.Helper()
	n := &network{handler: handler, accept: make(chan net.Conn)}
	server := &http.Server{Handler: n, ReadHeaderTimeout: time.Hour}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(n)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return n
}

// ServeHTTP records the request and lets the handler answer it.
func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	n.mu.Lock()
	n.requests = append(n.requests, received{r.Method, r.URL.RequestURI(), r.Header.Clone(), string(body), time.Now()})
	n.mu.Unlock()
	n.handler.ServeHTTP(w, r)
}

// seen are the requests so far.
func (n *network) seen() []received {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.requests
}

// Accept implements [net.Listener].
func (n *network) Accept() (net.Conn, error) {
	if conn, ok := <-n.accept; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}

// Close implements [net.Listener].
func (n *network) Close() error { close(n.accept); return nil }

// Addr implements [net.Listener].
func (n *network) Addr() net.Addr { return &net.IPAddr{} }

func (n *network) connect(context.Context, string, string) (net.Conn, error) {
	n.mu.Lock()
	i := n.dials
	n.dials++
	n.mu.Unlock()
	if i < len(n.dial) && n.dial[i] != nil {
		return nil, n.dial[i]
	}
	here, there := net.Pipe()
	n.accept <- there
	return here, nil
}

// httpClient talks to the server whatever the host is, and without TLS where
// the URL says https.
func (n *network) httpClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{DialContext: n.connect, DialTLSContext: n.connect}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// client is one that talks to the network; options come after the defaults of a
// test.
func (n *network) client(t *testing.T, options ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(append([]client.Option{
		client.WithAPIKey(testKey), client.WithBaseURL(ownBase), client.WithHTTPClient(n.httpClient(t)),
		client.WithMaximalBackoff(),
	}, options...)...)
	require.NoError(t, err)
	return c
}

// answer is a handler that always answers the same.
func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// asError is the *client.Error that err must be.
func asError(t *testing.T, err error) *client.Error {
	t.Helper()
	failure, ok := errors.AsType[*client.Error](err)
	require.True(t, ok, "%v is a *client.Error", err)
	return failure
}
