package receiver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

// handled is a handler to which every delivery is welcome.
func handled(context.Context, receiver.Delivery) error { return nil }

// unwanted is a handler that must not be called.
func unwanted(t *testing.T) receiver.HandlerFunc {
	t.Helper()
	return func(context.Context, receiver.Delivery) error {
		t.Error("the handler was called")
		return nil
	}
}

// endpoint is a handler with the vector's secret and clock, and what it logged.
type endpoint struct {
	http.Handler

	log *bytes.Buffer
}

func newEndpoint(t *testing.T, handle receiver.HandlerFunc, options ...receiver.HandlerOption) endpoint {
	t.Helper()
	log := new(bytes.Buffer)
	options = append([]receiver.HandlerOption{atVectorTime, receiver.WithLogger(slog.New(slog.NewJSONHandler(log, nil)))}, options...)
	handler, err := receiver.NewHandler([]string{vectorSecret}, handle, options...)
	require.NoError(t, err)
	return endpoint{handler, log}
}

// vectorRequest is a delivery of the payload, signed at the vector's time.
func vectorRequest(t *testing.T, id string, payload io.Reader) *http.Request {
	t.Helper()
	body, err := io.ReadAll(payload)
	require.NoError(t, err)
	signer, err := receiver.NewSigner(vectorSecret)
	require.NoError(t, err)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks", bytes.NewReader(body))
	require.NoError(t, signer.SetHeader(request.Header, id, vectorTime, body))
	return request
}

func (e endpoint) deliver(t *testing.T, id, payload string) *httptest.ResponseRecorder {
	t.Helper()
	return e.serve(vectorRequest(t, id, strings.NewReader(payload)))
}

func (e endpoint) serve(request *http.Request) *httptest.ResponseRecorder {
	response := httptest.NewRecorder()
	e.ServeHTTP(response, request)
	return response
}

// assertProblem checks a whole answer, and that the log says the same.
func (e endpoint) assertProblem(t *testing.T, response *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	assert.Equal(t, status, response.Code)
	assert.Equal(t, "application/problem+json", response.Header().Get("Content-Type"))
	assert.JSONEq(t, fmt.Sprintf(`{"type":"about:blank","title":%q,"status":%d,"code":%q}`, http.StatusText(status), status, code),
		response.Body.String())
	var entry struct {
		Status int
		Code   string
	}
	require.NoError(t, json.Unmarshal(e.log.Bytes(), &entry), "the log has one entry: %s", e.log)
	assert.Equal(t, status, entry.Status)
	assert.Equal(t, code, entry.Code)
}

func TestHandlerDelivers(t *testing.T) {
	var got receiver.Delivery
	e := newEndpoint(t, func(_ context.Context, d receiver.Delivery) error {
		got = d
		return nil
	}, receiver.WithClock(func() time.Time { return vectorTime.Add(time.Second) }))
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(vectorPayload))
	request.Header = vectorHeader(http.Header{"X-Tenant": {"7"}})
	response := e.serve(request)

	assert.Equal(t, http.StatusNoContent, response.Code)
	assert.Empty(t, response.Body.String())
	assert.Equal(t, vectorID, got.ID)
	assert.Equal(t, vectorTime, got.Timestamp)
	assert.Equal(t, vectorTime.Add(time.Second), got.ReceivedAt)
	assert.Equal(t, string(vectorPayload), string(got.Payload))
	assert.Equal(t, "7", got.Header.Get("X-Tenant"))
	assert.Empty(t, e.log.String())
}

func TestHandlerRefuses(t *testing.T) {
	const id, timestamp, signature = receiver.HeaderID, receiver.HeaderTimestamp, receiver.HeaderSignature
	for name, c := range map[string]struct {
		payload string // signed
		change  http.Header
		status  int
		code    string
	}{
		"no signature":      {"{}", http.Header{signature: nil}, http.StatusUnauthorized, "missing_header"},
		"no id":             {"{}", http.Header{id: nil}, http.StatusUnauthorized, "missing_header"},
		"twice":             {"{}", http.Header{id: {"a", "a"}}, http.StatusUnauthorized, "duplicate_header"},
		"malformed id":      {"{}", http.Header{id: {"a.a"}}, http.StatusUnauthorized, "malformed_id"},
		"malformed time":    {"{}", http.Header{timestamp: {"now"}}, http.StatusUnauthorized, "malformed_timestamp"},
		"too old":           {"{}", http.Header{timestamp: {"1614265029"}}, http.StatusUnauthorized, "timestamp_too_old"},
		"too new":           {"{}", http.Header{timestamp: {"1614265631"}}, http.StatusUnauthorized, "timestamp_too_new"},
		"wrong signature":   {"{}", http.Header{signature: {wrongV1}}, http.StatusUnauthorized, "no_matching_signature"},
		"unsigned no JSON":  {"no JSON", http.Header{signature: {wrongV1}}, http.StatusUnauthorized, "no_matching_signature"},
		"empty":             {"", nil, http.StatusBadRequest, "payload_not_an_object"},
		"no JSON":           {"no JSON", nil, http.StatusBadRequest, "payload_not_an_object"},
		"array":             {"[{}]", nil, http.StatusBadRequest, "payload_not_an_object"},
		"string":            {`"{}"`, nil, http.StatusBadRequest, "payload_not_an_object"},
		"null":              {"null", nil, http.StatusBadRequest, "payload_not_an_object"},
		"truncated":         {`{"a":1`, nil, http.StatusBadRequest, "payload_not_an_object"},
		"two objects":       {"{}{}", nil, http.StatusBadRequest, "payload_not_an_object"},
		"byte order mark":   {"\ufeff{}", nil, http.StatusBadRequest, "payload_not_an_object"},
		"one byte too long": {`{"a":"` + strings.Repeat("x", receiver.MaxPayload-7) + `"}`, nil, http.StatusRequestEntityTooLarge, "payload_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, unwanted(t))
			request := vectorRequest(t, "id", strings.NewReader(c.payload))
			maps.Copy(request.Header, c.change)
			response := e.serve(request)
			e.assertProblem(t, response, c.status, c.code)
			assert.Equal(t, c.status == http.StatusUnauthorized, response.Header().Get("WWW-Authenticate") != "")
		})
	}
}

func TestHandlerAcceptsObjects(t *testing.T) {
	e := newEndpoint(t, handled)
	for _, payload := range []string{"{}", " \r\n\t{} \n", `{"a":{"b":[1,2,{}]}}`, `{"a":"` + strings.Repeat("x", receiver.MaxPayload-8) + `"}`} {
		assert.Equal(t, http.StatusNoContent, e.deliver(t, "id", payload).Code)
	}
}

func TestHandlerMethods(t *testing.T) {
	for _, method := range []string{
		http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, "post",
	} {
		e := newEndpoint(t, unwanted(t))
		request := vectorRequest(t, "id", strings.NewReader("{}"))
		request.Method = method
		response := e.serve(request)
		e.assertProblem(t, response, http.StatusMethodNotAllowed, "method_not_allowed")
		assert.Equal(t, "POST", response.Header().Get("Allow"))
	}
}

// countingReader is an endless body of spaces, of which it counts what is read,
// or a body that fails.
type countingReader struct {
	n   int
	err error
}

func (r *countingReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	for i := range p {
		p[i] = ' '
	}
	r.n += len(p)
	return len(p), nil
}

// A body without a length is read up to the limit, and not at all while the
// headers are wrong.
func TestHandlerReadsNoMoreThanItMust(t *testing.T) {
	e := newEndpoint(t, unwanted(t))
	body := new(countingReader)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", body)
	request.Header = vectorHeader(nil)
	e.assertProblem(t, e.serve(request), http.StatusRequestEntityTooLarge, "payload_too_large")
	assert.LessOrEqual(t, body.n, 2*receiver.MaxPayload)

	e = newEndpoint(t, unwanted(t))
	body = new(countingReader)
	request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", body)
	e.assertProblem(t, e.serve(request), http.StatusUnauthorized, "missing_header")
	assert.Zero(t, body.n)

	e = newEndpoint(t, unwanted(t))
	request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", &countingReader{err: io.ErrUnexpectedEOF})
	request.Header = vectorHeader(nil)
	e.assertProblem(t, e.serve(request), http.StatusBadRequest, "payload_unreadable")
}

// brokenError panics when it is asked what it is.
type brokenError struct{}

func (brokenError) Error() string { return "broken" }

func (brokenError) Is(error) bool { panic("in Is") }

func TestHandlerFailures(t *testing.T) {
	failure := errors.New("the database is away")
	var noError *receiver.RetryLaterError
	for name, c := range map[string]struct {
		handle     receiver.HandlerFunc
		status     int
		code       string
		retryAfter string
		log        string
	}{
		"error":           {fails(failure), 500, "handler_failed", "", "the database is away"},
		"our own error":   {fails(receiver.ErrNoMatchingSignature), 500, "handler_failed", "", "no signature matches"},
		"duplicate error": {fails(receiver.ErrDuplicate), 500, "handler_failed", "", "handled before"},
		"retry later":     {fails(receiver.RetryLater(90*time.Second, failure)), 503, "retry_later", "90", "the database is away"},
		"rounded up":      {fails(receiver.RetryLater(1001*time.Millisecond, nil)), 503, "retry_later", "2", "cannot be handled now"},
		"at least one":    {fails(receiver.RetryLater(-time.Hour, nil)), 503, "retry_later", "1", ""},
		"very long":       {fails(receiver.RetryLater(1<<63-1, nil)), 503, "retry_later", "9223372037", ""},
		"wrapped":         {fails(fmt.Errorf("saving: %w", receiver.RetryLater(time.Second, failure))), 503, "retry_later", "1", "saving: "},
		"gone":            {fails(fmt.Errorf("tenant: %w", receiver.ErrGone)), 410, "gone", "", "tenant"},
		"panic":           {panics("out of cheese"), 500, "handler_failed", "", "handler_test.go"},
		"panic, error":    {panics(failure), 500, "handler_failed", "", "panic: the database is away"},
		"panic, abort":    {panics(http.ErrAbortHandler), 500, "handler_failed", "", "panic: "},
		"nil inside":      {fails(noError), 500, "handler_failed", "", "nil pointer"},
		"broken error":    {fails(brokenError{}), 500, "handler_failed", "", "in Is"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t, c.handle)
			response := e.deliver(t, "event-1", "{}")
			e.assertProblem(t, response, c.status, c.code)
			assert.Equal(t, c.retryAfter, response.Header().Get("Retry-After"))
			assert.Contains(t, e.log.String(), c.log)
			assert.Contains(t, e.log.String(), `"webhook_id":"event-1"`)
			assert.NotContains(t, e.log.String(), vectorSecret)
		})
	}
}

func fails(err error) receiver.HandlerFunc {
	return func(context.Context, receiver.Delivery) error { return err }
}

func panics(value any) receiver.HandlerFunc {
	return func(context.Context, receiver.Delivery) error { panic(value) }
}

func TestRetryLaterError(t *testing.T) {
	err := receiver.RetryLater(time.Minute, io.EOF)
	require.ErrorIs(t, err, io.EOF)
	later, ok := errors.AsType[*receiver.RetryLaterError](err)
	require.True(t, ok)
	assert.Equal(t, time.Minute, later.After)
}

// The same over a connection: chunked bodies, and a sender that sees the status
// before it has sent everything.
func TestHandlerOverHTTP(t *testing.T) {
	var got receiver.Delivery
	handler, err := receiver.NewHandler([]string{vectorSecret}, func(_ context.Context, d receiver.Delivery) error {
		got = d
		return nil
	}, receiver.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/hooks/{tenant}", handler)
	server := httptest.NewServer(mux)
	defer server.Close()

	send := func(payload []byte, body io.Reader) int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/hooks/7", body)
		require.NoError(t, err)
		request.Header = signed(t, vectorSecret, "id", payload)
		response, err := server.Client().Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	assert.Equal(t, http.StatusNoContent, send(vectorPayload, bytes.NewReader(vectorPayload)))
	assert.Equal(t, "id", got.ID)
	assert.Equal(t, http.StatusNoContent, send(vectorPayload, io.MultiReader(bytes.NewReader(vectorPayload)))) // chunked
	long := bytes.Repeat([]byte(" "), receiver.MaxPayload+1)
	assert.Equal(t, http.StatusRequestEntityTooLarge, send(long, bytes.NewReader(long)))
	assert.Equal(t, http.StatusRequestEntityTooLarge, send(long, io.MultiReader(bytes.NewReader(long))))
}

// A handler that ends its goroutine, as a test's FailNow does, leaves no claim
// behind.
func TestHandlerGoexit(t *testing.T) {
	deduplicator, err := receiver.NewMemoryDeduplicator(1, time.Hour)
	require.NoError(t, err)
	e := newEndpoint(t, func(context.Context, receiver.Delivery) error {
		runtime.Goexit()
		return nil
	}, receiver.WithDeduplicator(deduplicator))
	request := vectorRequest(t, "id", strings.NewReader("{}"))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		e.serve(request)
	}()
	<-ended
	assert.Zero(t, deduplicator.Len())
}
