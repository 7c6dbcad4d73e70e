package contract_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/contract"
)

// guarded is a document with every kind of security, two servers and an upload.
const guarded = `
openapi: 3.0.3
info: {title: Things, version: '1'}
servers: [{url: 'https://api.example.com/v1'}, {url: '/v2'}]
security: [{bearer: []}]
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getThing
      security: []
      parameters: [{name: q, in: query, schema: {type: string, maxLength: 3}}]
      responses: {'200': {description: ok}}
    put:
      operationId: putThing
      requestBody:
        required: true
        content:
          application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}
          application/x-www-form-urlencoded: {schema: {type: object, required: [name]}}
      responses: {'200': {description: ok}}
    delete:
      operationId: deleteThing
      security: [{key: [], basic: []}, {cookie: []}, {oauth: [things:delete]}]
      responses: {'204': {description: gone}}
  /optional:
    get: {operationId: optional, security: [{}, {query: []}], responses: {'200': {description: ok}}}
  /upload:
    post:
      operationId: upload
      security: []
      requestBody:
        content:
          application/octet-stream: {schema: {type: string, format: binary}}
          multipart/form-data: {schema: {type: object, properties: {file: {type: string, format: binary}}}}
      responses: {'200': {description: ok}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    basic: {type: http, scheme: basic}
    key: {type: apiKey, in: header, name: X-Key}
    query: {type: apiKey, in: query, name: key}
    cookie: {type: apiKey, in: cookie, name: session}
    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://example.com', scopes: {'things:delete': d}}}}
`

func guardedContract(tb testing.TB) *contract.Contract {
	tb.Helper()
	c, err := contract.Load(tb.Context(), []byte(guarded))
	require.NoError(tb, err)
	return c
}

type identityKey struct{}

// known lets in who presents "good", and knows who may not do this.
func known(ctx context.Context, r *http.Request, scheme *contract.Scheme) (context.Context, error) {
	credential, given := scheme.Credential(r)
	switch {
	case scheme.HTTP == "basic":
		_, credential, _ = r.BasicAuth()
	case !given:
		return ctx, errors.New("there is none")
	}
	if credential == "forbidden" {
		return ctx, fmt.Errorf("not today: %w", contract.ErrForbidden)
	}
	if credential != "good" {
		return ctx, errors.New("secret reason")
	}
	names, _ := ctx.Value(identityKey{}).([]string)
	return context.WithValue(ctx, identityKey{}, append(slices.Clip(names), scheme.Name+strings.Join(scheme.Scopes, ","))), nil
}

// echo answers with what the handler has got.
func echo(t *testing.T) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		match, ok := contract.MatchFrom(r.Context())
		id := ""
		if ok {
			id = match.Operation.ID + match.PathParams["id"]
		}
		names, _ := r.Context().Value(identityKey{}).([]string)
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		_, _ = fmt.Fprintf(w, "%s %s %s", id, strings.Join(names, "+"), body) //nolint:gosec // to a recorder
	})
}

func guard(t *testing.T, options ...contract.MiddlewareOption) http.Handler {
	t.Helper()
	middleware, err := contract.Middleware(guardedContract(t), options...)
	require.NoError(t, err)
	return middleware(echo(t))
}

// send returns the status and the body of the answer.
func send(t *testing.T, h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const asJSON = "application/json"

func TestMiddleware(t *testing.T) {
	h := guard(t, contract.WithAuthentication(known))
	for _, c := range []struct {
		name, method, target, body string
		header                     []string
		status                     int
		want                       string
	}{
		{"passes", "GET", "/things/1?q=abc", "", nil, 200, "getThing1  "},
		{"base path of a server", "GET", "/v1/things/1", "", nil, 200, "getThing1  "},
		{"HEAD is GET", "HEAD", "/things/1", "", nil, 200, "getThing1  "},
		{"path parameter", "GET", "/things/x", "", nil, 400, "/id"},
		{"query", "GET", "/things/1?q=abcd", "", nil, 400, "/q"},
		{"unknown query", "GET", "/things/1?r=1", "", nil, 400, "unknown_parameter"},
		{"no path", "GET", "/thing/1", "", nil, 404, "not_found"},
		{"no method", "POST", "/things/1", "", nil, 405, "method_not_allowed"},
		{"CORS", "OPTIONS", "/things/1", "", []string{"Origin", "https://x", "Access-Control-Request-Method", "PUT"}, 200, "  "},
		{"no credential", "PUT", "/things/1", `{"name":"a"}`, []string{"Content-Type", asJSON}, 401, "unauthorized"},
		{"bad credential before a bad body", "PUT", "/things/1", `{`, []string{"Authorization", "Bearer bad"}, 401, "unauthorized"},
		{"forbidden", "PUT", "/things/1", `{`, []string{"Authorization", "Bearer forbidden"}, 403, "forbidden"},
		{"body", "PUT", "/things/1", `{"name":"a"}`, []string{"Authorization", "bearer good", "Content-Type", asJSON}, 200, `putThing1 bearer {"name":"a"}`},
		{"bad body", "PUT", "/things/1", `{"name":1}`, []string{"Authorization", "Bearer good", "Content-Type", asJSON}, 400, "/name"},
		{"no body", "PUT", "/things/1", "", []string{"Authorization", "Bearer good"}, 400, "the body is required"},
		{"form", "PUT", "/things/1", "name=a", []string{"Authorization", "Bearer good", "Content-Type", "application/x-www-form-urlencoded"}, 200, "putThing1 bearer name=a"},
		{"media type", "PUT", "/things/1", "x", []string{"Authorization", "Bearer good", "Content-Type", "text/csv"}, 415, "unsupported_media_type"},
		{"content coding", "PUT", "/things/1", "x", []string{"Authorization", "Bearer good", "Content-Type", asJSON, "Content-Encoding", "gzip"}, 415, "/Content-Encoding"},
		{"too large", "PUT", "/things/1", strings.Repeat(" ", contract.MaxBody+1), []string{"Authorization", "Bearer good", "Content-Type", asJSON}, 413, "body_too_large"},
		{"all of an alternative", "DELETE", "/things/1", "", []string{"X-Key", "good", "Authorization", "Basic Omdvb2Q="}, 200, "deleteThing1 key+basic "},
		{"half of an alternative", "DELETE", "/things/1", "", []string{"X-Key", "good"}, 401, "unauthorized"},
		{"another alternative", "DELETE", "/things/1", "", []string{"Cookie", "session=good"}, 200, "deleteThing1 cookie "},
		{"scopes", "DELETE", "/things/1", "", []string{"Authorization", "Bearer good"}, 200, "deleteThing1 oauththings:delete "},
		{"anybody", "GET", "/optional", "", nil, 200, "optional  "},
		{"anybody, known", "GET", "/optional?key=good", "", nil, 200, "optional query "},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := send(t, h, c.method, c.target, c.body, c.header...)
			assert.Equal(t, c.status, w.Code, w.Body.String())
			if c.status < 400 {
				assert.Equal(t, c.want, w.Body.String())
				return
			}
			assert.Contains(t, w.Body.String(), c.want)
			assert.NotContains(t, w.Body.String(), "secret reason")
			assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
			assert.True(t, json.Valid(w.Body.Bytes()))
		})
	}
	assert.Equal(t, "DELETE, GET, PUT", send(t, h, "POST", "/things/1", "").Header().Get("Allow"))
	assert.Equal(t, []string{"Bearer"}, send(t, h, "PUT", "/things/1", "").Header().Values("WWW-Authenticate"))
}

func TestMiddlewareOptions(t *testing.T) {
	without := contract.WithoutAuthentication()
	status := func(method, target, body string, options ...contract.MiddlewareOption) int {
		return send(t, guard(t, append(options, without)...), method, target, body, "Content-Type", asJSON).Code
	}
	assert.Equal(t, 200, status("PUT", "/things/1", `{"name":"a"}`))
	assert.Equal(t, 200, status("GET", "/api/things/1", "", contract.WithPrefix("/api/")))
	assert.Equal(t, 404, status("GET", "/apis/things/1", "", contract.WithPrefix("/api")))
	assert.Equal(t, 404, status("GET", "/things/1", "", contract.WithPrefix("/api")))
	assert.Equal(t, 404, status("GET", "http://other.example/v1/things/1", "", contract.WithServers()))
	assert.Equal(t, 200, status("GET", "http://api.example.com/v1/things/1", "", contract.WithServers()))
	assert.Equal(t, 200, status("GET", "http://other.example/v2/things/1", "", contract.WithServers()))
	assert.Equal(t, 200, status("GET", "/thing", "", contract.PassUndocumented()))
	assert.Equal(t, 200, status("GET", "/things/1?r=1", "", contract.PassUnknownQuery()))
	assert.Equal(t, 400, status("GET", "/things/1?r=1&q=abcd", "", contract.PassUnknownQuery()))
	assert.Equal(t, 200, status("GET", "/things/x", "", contract.WithSkipper(func(r *http.Request) bool { return r.Method == http.MethodGet })))
	assert.Equal(t, 413, status("PUT", "/things/1", `{"name":"abc"}`, contract.WithMaxBody(5)))
	only := contract.WithOnly(func(o *contract.Operation) bool { return o.ID == "putThing" })
	assert.Equal(t, 200, status("GET", "/things/x", "", only))
	assert.Equal(t, 400, status("PUT", "/things/x", "{}", only))
	teapot := contract.WithRefusal(func(w http.ResponseWriter, _ *http.Request, r *contract.Refusal) {
		assert.Equal(t, "getThing", r.Operation.ID)
		w.WriteHeader(http.StatusTeapot)
	})
	assert.Equal(t, 418, status("GET", "/things/x", "", teapot))
}

func TestMiddlewareNeedsAnAnswerToWhoMayCall(t *testing.T) {
	_, err := contract.Middleware(guardedContract(t))
	require.ErrorContains(t, err, "has security requirements: say WithAuthentication or WithoutAuthentication")
	_, err = contract.Middleware(guardedContract(t), contract.WithAuthentication(known), contract.WithoutAuthentication())
	require.Error(t, err)
}

// TestReportOnly lets everything pass but who may not call, bodies included.
func TestReportOnly(t *testing.T) {
	var got []string
	report := contract.ReportOnly(func(_ *http.Request, r *contract.Refusal) { got = append(got, fmt.Sprint(r.Status, " ", r.Code)) })
	h := guard(t, contract.WithAuthentication(known), report, contract.WithMaxBody(20))
	header := []string{"Authorization", "Bearer good", "Content-Type", asJSON}
	for _, body := range []string{`{"name":1}`, `{"name":"` + strings.Repeat("a", 50) + `"}`} {
		w := send(t, h, "PUT", "/things/1", body, header...)
		assert.Equal(t, "putThing1 bearer "+body, w.Body.String())
	}
	assert.Equal(t, 200, send(t, h, "GET", "/nothing", "").Code)
	assert.Equal(t, 401, send(t, h, "PUT", "/things/1", "{}").Code)
	assert.Equal(t, []string{"400 invalid_request", "413 body_too_large", "404 not_found"}, got)
}

func TestObserver(t *testing.T) {
	var got []string
	h := guard(t, contract.WithoutAuthentication(), contract.WithObserver(func(_ context.Context, o *contract.Observation) {
		id := ""
		if o.Operation != nil {
			id = o.Operation.ID
		}
		assert.Positive(t, o.Duration)
		got = append(got, fmt.Sprint(id, o.Status, o.Codes))
	}))
	send(t, h, "GET", "/things/1", "")
	send(t, h, "GET", "/things/x?q=abcd", "")
	send(t, h, "GET", "/nothing", "")
	assert.Equal(t, []string{"getThing0 []", "getThing400 [type max_length]", "404 [not_found]"}, got)
}

// TestUploads sees to it that what nothing looks into is not read.
func TestUploads(t *testing.T) {
	const size = 300 << 20
	middleware, err := contract.Middleware(guardedContract(t), contract.WithoutAuthentication())
	require.NoError(t, err)
	h := middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		assert.NoError(t, err)
		assert.Equal(t, int64(size), n)
	}))
	boundary := multipart.NewWriter(io.Discard).FormDataContentType()
	for _, mediaType := range []string{"application/octet-stream", boundary} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/upload", io.LimitReader(zeroes{}, size))
		r.Header.Set("Content-Type", mediaType)
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		runtime.ReadMemStats(&after)
		assert.Equal(t, 200, w.Code)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), mediaType)
	}
}

type zeroes struct{}

// Read implements io.Reader.
func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestWriters sees to it that what a handler can do with its writer it can do
// behind a middleware, and behind Handler.
func TestWriters(t *testing.T) {
	c := guardedContract(t)
	middleware, err := contract.Middleware(c, contract.WithoutAuthentication())
	require.NoError(t, err)
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, flushes := w.(http.Flusher)
		_, reads := w.(io.ReaderFrom)
		hijacker, hijacks := w.(http.Hijacker)
		assert.Equal(t, []bool{true, true, true}, []bool{flushes, reads, hijacks})
		if r.Header.Get("Upgrade") == "" {
			n, err := io.Copy(w, bytes.NewReader(make([]byte, 3<<20)))
			assert.NoError(t, err)
			assert.Equal(t, int64(3<<20), n)
			return
		}
		connection, buffered, err := hijacker.Hijack()
		if assert.NoError(t, err) {
			_, err = buffered.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello\n")
			assert.NoError(t, err)
			assert.NoError(t, buffered.Flush())
			assert.NoError(t, connection.Close())
		}
	})
	report := func(b *contract.BreachError) { assert.Equal(t, 200, b.Response, "%v", b) }
	for name, h := range map[string]http.Handler{"middleware": middleware(inner), "handler": contract.Handler(c, inner, report)} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(h)
			defer server.Close()
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/things/1", http.NoBody)
			require.NoError(t, err)
			response, err := server.Client().Do(request)
			require.NoError(t, err)
			n, err := io.Copy(io.Discard, response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			assert.Equal(t, int64(3<<20), n)

			connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
			require.NoError(t, err)
			defer func() { assert.NoError(t, connection.Close()) }()
			_, err = io.WriteString(connection, "GET /things/1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			require.NoError(t, err)
			all, err := io.ReadAll(bufio.NewReader(connection))
			require.NoError(t, err)
			assert.True(t, strings.HasSuffix(string(all), "\r\n\r\nhello\n"))
		})
	}
	plain := contract.Handler(c, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, flushes := w.(http.Flusher)
		_, hijacks := w.(http.Hijacker)
		assert.False(t, flushes || hijacks, "the original has neither")
	}), report)
	plain.ServeHTTP(struct{ http.ResponseWriter }{httptest.NewRecorder()}, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/things/1", http.NoBody))
}

// TestNothingSubmittedComesBack sends a secret in every place.
func TestNothingSubmittedComesBack(t *testing.T) {
	const secret = "Zs3cr3tZ"
	h := guard(t, contract.WithAuthentication(known))
	for _, w := range []*httptest.ResponseRecorder{
		send(t, h, "GET", "/things/"+secret+"?q="+secret, ""),
		send(t, h, "GET", "/"+secret, ""),
		send(t, h, "PUT", "/things/1", secret, "Authorization", "Bearer "+secret),
		send(t, h, "PUT", "/things/1", `{"name":["`+secret+`"]}`, "Authorization", "Bearer good", "Content-Type", asJSON),
		send(t, h, "PUT", "/things/1", secret, "Authorization", "Bearer good", "Content-Type", secret+"/"+secret),
		send(t, h, "DELETE", "/things/1", "", "Cookie", "session="+secret, "X-Key", secret),
	} {
		assert.GreaterOrEqual(t, w.Code, 400)
		assert.NotContains(t, w.Body.String()+fmt.Sprint(maps.Collect(maps.All(w.Header()))), secret)
	}
}
