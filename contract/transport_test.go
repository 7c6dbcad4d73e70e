package contract_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/contract"
)

const createdBody = `{"data":{"data":{"rootfi_id":12,"rootfi_created_at":"2026-05-15T18:17:02.052Z",` +
	`"rootfi_updated_at":"2026-05-15T18:17:02.052Z","rootfi_organisation_id":1,"webhook_type":"CONNECTION_CHANGED",` +
	`"integration_type":null,"name":"n","url":"https://example.com/","state":"ENABLED","topics":[],"headers":null,` +
	`"signature_header":null}},"request_id":"a1b2c3d4-e5f6-7890-abcd-ef1234567890"}`

// answer is a handler that gives one answer, and echoes nothing.
func answer(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if body != "" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// collect returns a report and what it was given.
func collect() (func(*contract.BreachError), *[]string) {
	var got []string
	return func(b *contract.BreachError) {
		for _, v := range b.Violations {
			got = append(got, fmt.Sprintf("%d %s %s %s", b.Response, v.In, v.Pointer, v.Code))
		}
	}, &got
}

// exchanges are requests, their answers, and what is wrong with the two.
var exchanges = []struct {
	name, method, path, body string
	status                   int
	answer                   string
	want                     []string
}{
	{"good", "POST", "/v4/core/webhook-config", seedBody, 201, createdBody, nil},
	{"bad request", "POST", "/v4/core/webhook-config", `{"webhook_type": "x", "name": "n", "url": "https://e.com"}`, 201, createdBody, []string{"0 body /webhook_type enum"}},
	{"bad response", "POST", "/v4/core/webhook-config", seedBody, 201, `{"data": {}}`, []string{"201 body /request_id required", "201 body /data/data required"}},
	{"undocumented status", "GET", "/v4/core/webhook-config/1", "", 206, createdBody, []string{"206 status  undocumented_status"}},
	{"no body", "DELETE", "/v4/core/webhook-config/1", "", 204, "", nil},
	{"without the base path", "DELETE", "/core/webhook-config/1", "", 204, "", nil},
	{"bad query and path", "GET", "/v4/core/webhook-config/x?y=1", "", 200, createdBody, []string{"0 path /webhookConfigId type", "0 query /y unknown_parameter"}},
	{"no such path", "GET", "/v4/core/nothing", "", 200, "{}", []string{"0 path  not_found"}},
	{"no such method", "PATCH", "/v4/core/webhook-config", "", 200, "{}", []string{"0 path  method_not_allowed"}},
	{"too large", "POST", "/v4/core/webhook-config", strings.Repeat(" ", contract.MaxBody) + "{}", 201, createdBody, []string{"0 body  body_too_large"}},
}

func TestTransport(t *testing.T) {
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			var received string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				data, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				received = string(data)
				answer(e.status, e.answer).ServeHTTP(w, r)
			}))
			defer server.Close()
			report, got := collect()
			transport := contract.Transport(defaultContract(t), nil, report)
			request, err := http.NewRequestWithContext(t.Context(), e.method, server.URL+e.path, strings.NewReader(e.body))
			require.NoError(t, err)
			if e.body != "" {
				request.Header.Set("Content-Type", "application/json")
			}
			response, err := (&http.Client{Transport: transport}).Do(request)
			require.NoError(t, err)
			data, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			assert.Equal(t, e.body, received, "the request has changed")
			assert.Equal(t, e.answer, string(data), "the response has changed")
			assert.Equal(t, e.want, *got)
		})
	}
}

func TestHandler(t *testing.T) {
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			report, got := collect()
			handler := contract.Handler(defaultContract(t), answer(e.status, e.answer), report)
			request := httptest.NewRequestWithContext(t.Context(), e.method, e.path, strings.NewReader(e.body))
			if e.body != "" {
				request.Header.Set("Content-Type", "application/json")
			}
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			assert.Equal(t, e.status, recorder.Code)
			assert.Equal(t, e.answer, recorder.Body.String())
			assert.Equal(t, e.want, *got)
		})
	}
}

// TestHandlerPlain shows that handlers keep what net/http gives them: an
// implicit 200, informational answers, flushing.
func TestHandlerPlain(t *testing.T) {
	report, got := collect()
	handler := contract.Handler(defaultContract(t), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		_, err := io.WriteString(w, "plain")
		assert.NoError(t, err)
		assert.NoError(t, http.NewResponseController(w).Flush())
	}), report)
	server := httptest.NewServer(handler)
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v4/core/webhook-logs", http.NoBody)
	require.NoError(t, err)
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body) // it ends after the report
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, "plain", string(body))
	assert.Equal(t, "text/plain; charset=utf-8", response.Header.Get("Content-Type"))
	assert.Equal(t, []string{"200 header /Content-Type unsupported_media_type"}, *got)
}

// TestTransportBroken shows what happens to bodies that cannot be read to their
// end.
func TestTransportBroken(t *testing.T) {
	report, got := collect()
	failing := io.NopCloser(io.MultiReader(strings.NewReader(`{"na`), iotest.ErrReader(errors.New("broken off"))))
	base := roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: failing}, nil
	})
	transport := contract.Transport(defaultContract(t), base, report)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/core/webhook-logs", http.NoBody)
	_, err := transport.RoundTrip(request) //nolint:bodyclose // there is none
	require.ErrorContains(t, err, "broken off")
	request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/core/webhook-config", failing)
	_, err = transport.RoundTrip(request) //nolint:bodyclose // there is none
	require.ErrorContains(t, err, "broken off")

	handler := contract.Handler(defaultContract(t), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		assert.Equal(t, `{"na`, string(data), "what was read must come again")
		assert.ErrorContains(t, err, "broken off")
	}), report)
	again := io.NopCloser(io.MultiReader(strings.NewReader(`{"na`), iotest.ErrReader(errors.New("broken off"))))
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/core/webhook-config", again))
	assert.Empty(t, *got)
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// fakeTest is a test that may fail.
type fakeTest struct{ failures []string }

func (*fakeTest) Helper() {}

func (f *fakeTest) Errorf(format string, args ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
}

func TestFailTest(t *testing.T) {
	fake := &fakeTest{}
	handler := contract.Handler(defaultContract(t), answer(200, `{}`), contract.FailTest(fake))
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/core/webhook-config?key=secret", strings.NewReader(`{"webhook_type": "SYNC_START", "name": "n", "url": "https://e.com"}`))
	request.Header.Set("Content-Type", "application/json")
	handler.ServeHTTP(httptest.NewRecorder(), request)
	require.Len(t, fake.failures, 2)
	assert.Contains(t, fake.failures[0], "the request POST /core/webhook-config breaks the contract\n")
	assert.Contains(t, fake.failures[0], "did you mean SYNC_STARTED?")
	assert.NotContains(t, fake.failures[0], "secret")
	assert.Contains(t, fake.failures[1], "the response 200 to POST /core/webhook-config breaks the contract\n")
}

// A client's test fails as soon as the client sends, or gets, what breaks the
// contract.
func ExampleTransport() {
	c, err := contract.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	api := httptest.NewServer(answer(http.StatusNoContent, "")) // in a real test, hooklinetest or a fake of your own
	defer api.Close()
	// In a test, contract.FailTest(t) is the report.
	transport := contract.Transport(c, nil, func(b *contract.BreachError) { fmt.Println(b) })
	client := &http.Client{Transport: transport}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, api.URL+"/v4/core/webhook-config/first", http.NoBody)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := client.Do(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(response.StatusCode, response.Body.Close())
	// Output:
	// the request DELETE /v4/core/webhook-config/first breaks the contract
	//   path /webhookConfigId: the path parameter "webhookConfigId" must be an integer (type)
	// 204 <nil>
}

// A team that implements the API itself proves with its own tests that every
// response conforms.
func ExampleHandler() {
	c, err := contract.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	mine := answer(http.StatusOK, `{"data": {"data": [], "count": 0}, "request_id": "a1b2c3d4-e5f6-7890-abcd-ef1234567890"}`)
	// In a test, contract.FailTest(t) is the report.
	handler := contract.Handler(c, mine, func(b *contract.BreachError) { fmt.Println(b) })
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/v4/core/webhook-config", http.NoBody))
	// Output:
	// the response 200 to GET /v4/core/webhook-config breaks the contract
	//   body /data/next: "data.next" is required (required)
}
