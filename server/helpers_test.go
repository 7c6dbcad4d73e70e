package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	configs, logs = "/v4/core/webhook-config", "/v4/core/webhook-logs"
	goodKey       = "key-of-the-tests"
	deliveryID    = "0196d5c2-3a9e-7c41-9c53-6f1f0a7d2b11"
)

// seedRequest is the body of the seed's request (docs/upstream.md).
const seedRequest = `
{
  "webhook_type": "CONNECTION_CHANGED",
  "name": "Connection webhook",
  "url": "https://example.com/webhooks/rootfi",
  "state": "ENABLED"
}
`

// trivial answers a create with what it was sent, so that a test sees what is
// around it.
type trivial struct {
	server.Unimplemented
}

func (trivial) CreateWebhookConfig(
	_ context.Context, request serverapi.CreateWebhookConfigRequestObject,
) (serverapi.CreateWebhookConfigResponseObject, error) {
	created := config(12)
	created.WebhookType, created.Name, created.URL = request.Body.WebhookType, request.Body.Name, request.Body.URL
	return serverapi.CreateWebhookConfig201JSONResponse{
		WebhookConfigCreatedJSONResponse: serverapi.WebhookConfigCreatedJSONResponse{
			Body: gen.WebhookConfigResponse{Data: gen.WebhookConfigData{Data: created}},
		},
	}, nil
}

// stub is an implementation whose operations are what a test makes them. One
// that it does not set is not implemented.
type stub struct {
	server.Unimplemented

	create func(context.Context, serverapi.CreateWebhookConfigRequestObject) (serverapi.CreateWebhookConfigResponseObject, error)
	list   func(context.Context, serverapi.ListWebhookConfigsRequestObject) (serverapi.ListWebhookConfigsResponseObject, error)
	get    func(context.Context, serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error)
	remove func(context.Context, serverapi.DeleteWebhookConfigRequestObject) (serverapi.DeleteWebhookConfigResponseObject, error)
	logs   func(context.Context, serverapi.ListWebhookLogsRequestObject) (serverapi.ListWebhookLogsResponseObject, error)
	log    func(context.Context, serverapi.GetWebhookLogRequestObject) (serverapi.GetWebhookLogResponseObject, error)
}

func (s *stub) CreateWebhookConfig(
	ctx context.Context, request serverapi.CreateWebhookConfigRequestObject,
) (serverapi.CreateWebhookConfigResponseObject, error) {
	return s.create(ctx, request)
}

func (s *stub) ListWebhookConfigs(
	ctx context.Context, request serverapi.ListWebhookConfigsRequestObject,
) (serverapi.ListWebhookConfigsResponseObject, error) {
	return s.list(ctx, request)
}

func (s *stub) GetWebhookConfig(
	ctx context.Context, request serverapi.GetWebhookConfigRequestObject,
) (serverapi.GetWebhookConfigResponseObject, error) {
	return s.get(ctx, request)
}

func (s *stub) DeleteWebhookConfig(
	ctx context.Context, request serverapi.DeleteWebhookConfigRequestObject,
) (serverapi.DeleteWebhookConfigResponseObject, error) {
	return s.remove(ctx, request)
}

func (s *stub) ListWebhookLogs(
	ctx context.Context, request serverapi.ListWebhookLogsRequestObject,
) (serverapi.ListWebhookLogsResponseObject, error) {
	return s.logs(ctx, request)
}

func (s *stub) GetWebhookLog(
	ctx context.Context, request serverapi.GetWebhookLogRequestObject,
) (serverapi.GetWebhookLogResponseObject, error) {
	return s.log(ctx, request)
}

// working answers every operation that it has with something valid.
func working() *stub {
	return &stub{
		create: trivial{}.CreateWebhookConfig,
		list: func(context.Context, serverapi.ListWebhookConfigsRequestObject) (serverapi.ListWebhookConfigsResponseObject, error) {
			return configPage(1), nil
		},
		get: func(_ context.Context, r serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
			return found(r.WebhookConfigID), nil
		},
		remove: func(context.Context, serverapi.DeleteWebhookConfigRequestObject) (serverapi.DeleteWebhookConfigResponseObject, error) {
			return serverapi.DeleteWebhookConfig204Response{}, nil
		},
	}
}

func config(id int64) gen.WebhookConfig {
	c := gen.WebhookConfig{
		RootfiID: id, RootfiOrganisationID: 1, WebhookType: gen.WebhookTypeConnectionChanged, Name: "n",
		URL: "https://example.com/", State: gen.WebhookConfigStateEnabled, Topics: []string{},
	}
	c.IntegrationType.SetNull()
	c.Headers.SetNull()
	c.SignatureHeader.Set("X-RootFi-Signature")
	return c
}

func found(id int64) serverapi.GetWebhookConfig200JSONResponse {
	return serverapi.GetWebhookConfig200JSONResponse{
		WebhookConfigFoundJSONResponse: serverapi.WebhookConfigFoundJSONResponse{
			Body: gen.WebhookConfigResponse{Data: gen.WebhookConfigData{Data: config(id)}},
		},
	}
}

func configPage(size int) serverapi.ListWebhookConfigs200JSONResponse {
	page := gen.WebhookConfigPage{Count: int64(size), Data: []gen.WebhookConfig{}}
	page.Next.SetNull()
	for i := range size {
		page.Data = append(page.Data, config(int64(i+1)))
	}
	return serverapi.ListWebhookConfigs200JSONResponse{
		WebhookConfigsFoundJSONResponse: serverapi.WebhookConfigsFoundJSONResponse{
			Body: gen.WebhookConfigListResponse{Data: page},
		},
	}
}

// failing is a get that ends with an error.
func failing(err error) *stub {
	return &stub{
		get: func(context.Context, serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
			return nil, err
		},
	}
}

func onlyGoodKey(ctx context.Context, apiKey string) (context.Context, error) {
	if apiKey != goodKey {
		return nil, server.ErrUnauthenticated
	}
	return ctx, nil
}

// service is an implementation behind the shell and real HTTP.
type service struct {
	t      *testing.T
	front  *httptest.Server
	engine *contract.Contract
	log    lockedBuffer
}

// lockedBuffer is a log that several requests write to.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(data)
}

// serve starts a service whose only key is goodKey, unless the options say
// otherwise.
func serve(t *testing.T, implementation serverapi.StrictServerInterface, options ...server.Option) *service {
	t.Helper()
	engine, err := contract.Default()
	require.NoError(t, err)
	s := &service{t: t, engine: engine}
	handler, err := server.New(implementation, append([]server.Option{
		server.WithAuthenticator(server.AuthenticatorFunc(onlyGoodKey)), server.WithLogger(slog.New(slog.NewJSONHandler(&s.log, nil))),
	}, options...)...)
	require.NoError(t, err)
	s.front = httptest.NewServer(handler)
	t.Cleanup(s.front.Close)
	return s
}

// call is a request. Its key is goodKey unless the header says otherwise; a
// header that is nil is not sent.
type call struct {
	operation, method, path, body string
	header                        http.Header
	chunked                       bool
}

func createCall(body string) call {
	return call{operation: "createWebhookConfig", method: http.MethodPost, path: configs, body: body}
}

func getCall() call {
	return call{operation: "getWebhookConfig", method: http.MethodGet, path: configs + "/7"}
}

func listCall() call {
	return call{operation: "listWebhookConfigs", method: http.MethodGet, path: configs}
}

func deleteCall() call {
	return call{operation: "deleteWebhookConfig", method: http.MethodDelete, path: configs + "/7"}
}

// with returns the call with a header in place of its own, or without it.
func (c call) with(name string, values ...string) call {
	header := c.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header[http.CanonicalHeaderKey(name)] = values
	c.header = header
	return c
}

func (c call) request(t *testing.T, base string) *http.Request {
	t.Helper()
	var body io.Reader = strings.NewReader(c.body)
	if c.chunked {
		body = io.MultiReader(body) // of unknown length
	}
	request, err := http.NewRequestWithContext(t.Context(), c.method, base+c.path, body)
	require.NoError(t, err)
	request.Header.Set("api_key", goodKey)
	if c.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(request.Header, c.header)
	return request
}

// answer is a response with its body read, and decompressed.
type answer struct {
	status int
	header http.Header
	body   string
	closed bool // the server closes the connection
	reused bool // the connection has served a request before
}

// do sends a request, and holds the answer to an operation against the
// contract.
func (s *service) do(c call) answer {
	s.t.Helper()
	got, err := s.try(c)
	require.NoError(s.t, err)
	if c.operation == "" || c.method == http.MethodHead {
		return got
	}
	operation, ok := s.engine.Operation(c.operation)
	require.True(s.t, ok, c.operation)
	assert.Empty(s.t, operation.ValidateResponse(&contract.Response{
		Status: got.status, Header: got.header, Body: []byte(got.body),
	}), "the answer breaks the contract: %s", got.body)
	return got
}

func (s *service) try(c call) (answer, error) {
	s.t.Helper()
	var got answer
	request := c.request(s.t, s.front.URL)
	request = request.WithContext(httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) { got.reused = info.Reused },
	}))
	response, err := s.front.Client().Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { assert.NoError(s.t, response.Body.Close()) }()
	var body io.Reader = response.Body
	if response.Header.Get("Content-Encoding") == "gzip" && c.method != http.MethodHead {
		body, err = gzip.NewReader(body)
		require.NoError(s.t, err)
	}
	data, err := io.ReadAll(body)
	got.status, got.header, got.body, got.closed = response.StatusCode, response.Header, string(data), response.Close
	return got, err
}

// problem checks that the answer is a whole problem document, with the id that
// its header has, and returns it.
func (a answer) problem(t *testing.T, status int, code string) map[string]any {
	t.Helper()
	require.Equal(t, status, a.status, "%s", a.body)
	assert.Equal(t, []string{"application/problem+json"}, a.header["Content-Type"])
	document := decode(t, a.body)
	assert.InDelta(t, status, document["status"], 0)
	assert.Equal(t, http.StatusText(status), document["title"])
	assert.Equal(t, "about:blank", document["type"])
	assert.Equal(t, code, document["code"])
	assert.Equal(t, []string{text(t, document["request_id"])}, a.header["X-Request-Id"])
	return document
}

func decode(t *testing.T, document string) map[string]any {
	t.Helper()
	var decoded map[string]any
	require.NoError(t, json.Unmarshal([]byte(document), &decoded), "%s", document)
	return decoded
}

func text(t *testing.T, value any) string {
	t.Helper()
	plain, ok := value.(string)
	require.True(t, ok, "%v", value)
	return plain
}

// logged waits for the requests to end, which ends the service, and returns the
// lines of the log with that message.
func (s *service) logged(message string) (lines []map[string]any) {
	s.t.Helper()
	s.front.Close()
	for line := range strings.Lines(s.log.buffer.String()) {
		if entry := decode(s.t, line); entry["msg"] == message {
			lines = append(lines, entry)
		}
	}
	return lines
}

// The messages of the log.
const (
	accessLine, failureLine, goneLine = "request", "the request failed", "the caller is gone"
)
