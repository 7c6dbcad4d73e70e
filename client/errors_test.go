package client_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

const problemJSON = `{"type":"about:blank","title":"Bad Request","status":400,"code":"invalid_request",` +
	`"detail":"The request breaks the contract in 2 places.","request_id":"` + seedID + `","errors":[` +
	`{"in":"body","pointer":"/name","code":"required","detail":"\"name\" is required"},` +
	`{"in":"body","pointer":"/webhook_type","code":"enum","detail":"must be one of A, B","suggestion":"A"}]}`

// TestErrorBodies are the shapes that an error may come in.
func TestErrorBodies(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status     int
		mediaType  string
		body       string
		kind       error
		code, text string // of the error
		message    string
		requestID  string
		violations int
	}{
		"a problem document": {
			status: 400, mediaType: "application/problem+json", body: problemJSON, kind: client.ErrInvalidRequest,
			code: "invalid_request", message: "The request breaks the contract in 2 places.", requestID: seedID, violations: 2,
			text: `client: createWebhookConfig: 400 Bad Request: invalid_request: The request breaks the contract in 2 places.; ` +
				`body /name: "name" is required; body /webhook_type: must be one of A, B, did you mean A? (request ` + seedID + `)`,
		},
		"no body": {
			status: 401, kind: client.ErrUnauthorized, message: "the answer is not the API's: the body is empty",
			text: "client: createWebhookConfig: 401 Unauthorized: the answer is not the API's: the body is empty",
		},
		"forbidden": {
			status: 403, body: `{}`, mediaType: "application/json", kind: client.ErrUnauthorized,
			message: "the answer is not the API's: 2 bytes of application/json, its JSON has another shape",
		},
		"HTML": {
			status: 404, mediaType: "text/html; charset=utf-8", body: "<html><h1>Not here</h1></html>", kind: client.ErrNotFound,
			message: "the answer is not the API's: 30 bytes of text/html; charset=utf-8, it is no JSON, or cut short",
		},
		"a truncated document": {
			status: 409, mediaType: "application/problem+json", body: problemJSON[:100], kind: client.ErrConflict,
			message: "the answer is not the API's: 100 bytes of application/problem+json, it is no JSON, or cut short",
		},
		"a list":       {status: 422, mediaType: "application/json", body: `["a"]`, kind: client.ErrInvalidRequest, message: "the answer is not the API's: 5 bytes of application/json, its JSON has another shape"},
		"a message":    {status: 413, mediaType: "application/json", body: `{"message":"too large"}`, kind: client.ErrInvalidRequest, message: "too large"},
		"NestJS":       {status: 415, mediaType: "application/json", body: `{"statusCode":415,"message":["name must be a string","url must be a URL"],"error":"Unsupported Media Type"}`, kind: client.ErrInvalidRequest, message: "name must be a string; url must be a URL"},
		"an error":     {status: 401, mediaType: "application/json", body: `{"error":"invalid key"}`, kind: client.ErrUnauthorized, message: "invalid key"},
		"a nested one": {status: 401, mediaType: "application/json", body: `{"error":{"code":"bad_key","message":"invalid key"}}`, kind: client.ErrUnauthorized, code: "bad_key", message: "invalid key"},
		"OAuth":        {status: 401, mediaType: "application/json", body: `{"error":"invalid_token","error_description":"It has expired."}`, kind: client.ErrUnauthorized, message: "It has expired."},
		"wrong types": {
			status: 400, mediaType: "application/json", kind: client.ErrInvalidRequest, message: "d: none",
			body: `{"code":7,"detail":"d","request_id":7,"errors":"none","title":{},"message":[1],"error":null}`,
		},
		"other violations": {
			status: 400, mediaType: "application/json", kind: client.ErrInvalidRequest, message: "d: is required",
			body: `{"detail":"d","errors":[{"field":"name","message":"is required"}]}`,
		},
		"errors in words": {
			status: 400, mediaType: "application/json", kind: client.ErrInvalidRequest, message: "name is too long; url is no URL",
			body: `{"errors":["name is too long",7,"url is no URL"]}`,
		},
		"errors by field": {
			status: 400, mediaType: "application/json", kind: client.ErrInvalidRequest, message: "Invalid: name: is too long; is odd; url: is no URL",
			body: `{"title":"Invalid","errors":{"url":"is no URL","name":["is too long","is odd"],"status":400}}`,
		},
		"JSON:API": {
			status: 400, mediaType: "application/vnd.api+json", kind: client.ErrInvalidRequest, message: "Name is too long.",
			body: `{"errors":[{"status":"400","title":"Invalid","detail":"Name is too long."}]}`,
		},
		"not modified": {
			status: 304, message: "the answer is not the API's: the body is empty",
		},
		"several lines": {
			status: 400, mediaType: "application/json", kind: client.ErrInvalidRequest, message: "a  b c",
			body: `{"detail":"a\r\nb\u001bc"}`,
		},
		"a long message": {
			status: 400, mediaType: "application/json", kind: client.ErrInvalidRequest, message: strings.Repeat("é", 512) + "…",
			body: `{"detail":"` + strings.Repeat("é", 600) + `"}`,
		},
	}
	kinds := []error{
		client.ErrNotFound, client.ErrUnauthorized, client.ErrRateLimited, client.ErrInvalidRequest, client.ErrConflict,
		client.ErrInvalidOption,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t, answer(test.status, test.mediaType, test.body))
				var response client.Response
				err := create(t.Context(), n.client(t), client.WithResponseInto(&response))
				failure := asError(t, err)
				for _, kind := range kinds {
					assert.Equal(t, errors.Is(test.kind, kind), errors.Is(err, kind), kind)
				}
				assert.Equal(t, test.code, failure.Code)
				assert.Equal(t, test.message, failure.Message)
				assert.Equal(t, test.requestID, failure.RequestID)
				assert.Len(t, failure.Violations, test.violations)
				assert.Equal(t, test.status, failure.StatusCode)
				assert.Equal(t, test.body, string(failure.Response.Body), "the raw bytes are there")
				assert.Equal(t, response.Body, failure.Response.Body)
				assert.Equal(t, http.MethodPost, failure.Request.Method)
				if test.text != "" {
					assert.Equal(t, test.text, err.Error())
				}
			})
		})
	}
}

// TestManyViolations prints some and keeps all.
func TestManyViolations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body := `{"errors":[` + strings.Repeat(`{"in":"body","pointer":"/x","code":"c","detail":"d"},`, 9) +
			`{"in":"body","pointer":"/x","code":"c","detail":"d"}]}`
		n := newNetwork(t, answer(http.StatusBadRequest, "application/problem+json", body))
		err := create(t.Context(), n.client(t))
		assert.Len(t, asError(t, err).Violations, 10)
		assert.Equal(t, 5, strings.Count(err.Error(), "/x"))
		assert.Contains(t, err.Error(), "and 5 more")
	})
}

// secretive is a request that is full of secrets.
var secretive = client.CreateWebhookConfigRequest{ //nolint:gosec // made up
	WebhookType: client.WebhookTypeSyncStarted, Name: "n", URL: "https://bob:url-password@example.com/hook?token=url-token",
	SigningKey: client.Ptr("whsec_signing-key"),
	Headers:    &[]client.WebhookHeader{{Name: "Authorization", Value: "Bearer header-value"}},
}

var secrets = []string{testKey, "url-password", "url-token", "whsec_signing-key", "header-value"}

// TestSecrecy lets servers, proxies and transports repeat the secrets of a
// request wherever they can, and looks for them in everything that is printed.
func TestSecrecy(t *testing.T) {
	t.Parallel()
	echo := strings.Join([]string{
		testKey, "https://bob:url-password@example.com/hook?token=url-token", "whsec_signing-key", "Bearer header-value",
	}, " ")
	quoted := fmt.Sprintf("%q", echo)
	for name, handler := range map[string]http.HandlerFunc{
		"a problem":        answer(400, "application/problem+json", `{"code":`+quoted+`,"detail":`+quoted+`,"request_id":"x"}`),
		"violations":       answer(400, "application/problem+json", `{"errors":[{"in":`+quoted+`,"pointer":`+quoted+`,"code":"c","detail":`+quoted+`,"suggestion":`+quoted+`}]}`),
		"a message":        answer(500, "application/json", `{"message":[`+quoted+`]}`),
		"HTML":             answer(502, "text/html", "<html>"+echo+"</html>"),
		"text that is 201": answer(201, "text/plain", echo),
		"another envelope": answer(201, "application/json", `{"echo":`+quoted+`}`),
		"a redirect": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://bob:url-password@elsewhere.example/?token=url-token")
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
		"headers": func(w http.ResponseWriter, r *http.Request) {
			for _, name := range []string{"Content-Type", "X-Request-Id", "Retry-After", "X-RateLimit-Reset", "Server"} {
				w.Header().Set(name, echo)
			}
			answer(http.StatusTooManyRequests, echo, "text")(w, r)
		},
		"a redirect to a host": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://"+testKey+"/")
			w.WriteHeader(http.StatusFound)
		},
		"a reset": reset,
		"no HTTP": http.HandlerFunc(raw("HTTP/1.1 " + echo + "\r\n\r\n")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t, handler)
				var log bytes.Buffer
				var response client.Response
				_, err := n.client(t, client.WithLogger(textLogger(&log)), client.WithLogBodies(true)).WebhookConfigs.Create(
					t.Context(), secretive, client.WithResponseInto(&response), client.WithMaxRetries(1))
				require.Error(t, err)
				failure := asError(t, err)
				printed := []string{
					err.Error(), fmt.Sprintf("%v %+v %#v %q %s", err, err, err, err, err), log.String(), response.String(),
					fmt.Sprintf("%v %+v", failure.Response, failure.Response), fmt.Sprintf("%+v", failure.Request), failure.Message, failure.Code,
					fmt.Sprintf("%+v", failure.Violations),
				}
				for _, text := range printed {
					for _, secret := range secrets {
						assert.NotContains(t, text, secret)
					}
				}
				assert.NotEmpty(t, log.String())
			})
		})
	}
}

// FuzzErrorBody looks for answers that end in a panic, in several lines or in a
// secret.
func FuzzErrorBody(f *testing.F) {
	for _, body := range []string{
		problemJSON, `{"error":{"message":"m"}}`, `{"message":["a",1]}`, `{"errors":[{"in":"body"},null]}`, "<html>", "[]", "null",
		`{"detail":"` + testKey + `"}`, `{"detail":" "}`,
	} {
		f.Add(400, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 999 {
			t.Skip()
		}
		c, err := client.New(client.WithAPIKey(testKey), client.WithMaxRetries(0),
			client.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				return &http.Response{
					StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r,
				}, nil
			})}))
		require.NoError(t, err)
		if err = get(t.Context(), c); err != nil {
			assert.NotContains(t, err.Error(), testKey)
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, len(err.Error()), 32<<10)
		}
	})
}

// TestTooLarge refuses bodies of more than 10 MiB, whether or not the server
// tells their length.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	const limit = 10 << 20
	for name, test := range map[string]struct {
		size   int
		length string
		kept   int
	}{
		"one that says so":          {limit + 1, "10485761", 0},
		"one that does not":         {limit + 1, "", 64 << 10},
		"one that just fits":        {limit, "", limit},
		"one that fits and says so": {limit, "10485760", limit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := newNetwork(t, func(w http.ResponseWriter, _ *http.Request) {
					if test.length != "" {
						w.Header().Set("Content-Length", test.length)
					}
					_, _ = io.WriteString(w, createdJSON+strings.Repeat(" ", test.size-len(createdJSON)))
				})
				var response client.Response
				_, err := n.client(t).WebhookConfigs.Get(t.Context(), 12, client.WithResponseInto(&response))
				assert.Len(t, response.Body, test.kept)
				if test.size <= limit {
					require.NoError(t, err)
					return
				}
				assert.Equal(t, client.CodeResponseTooLarge, asError(t, err).Code)
				assert.Len(t, n.seen(), 1)
			})
		})
	}
}

// TestRedirects are not followed, so that the key stays with the host that it
// is for.
func TestRedirects(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		for name, call := range map[string]bool{"get": true, "create": false} {
			t.Run(fmt.Sprint(code, name), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n := newNetwork(t, func(w http.ResponseWriter, r *http.Request) {
						http.Redirect(w, r, "https://elsewhere.example/v4?x=y", code)
					})
					httpClient := n.httpClient(t)
					httpClient.CheckRedirect = func(*http.Request, []*http.Request) error { return nil }
					do := create
					if call {
						do = get
					}
					err := do(t.Context(), n.client(t, client.WithHTTPClient(httpClient)))
					failure := asError(t, err)
					assert.Equal(t, client.CodeRedirect, failure.Code)
					assert.Equal(t, code, failure.StatusCode)
					assert.Contains(t, err.Error(), "to https://elsewhere.example; set the base URL instead")
					assert.Len(t, n.seen(), 1)
				})
			})
		}
	}
}

func TestResponse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-RateLimit-Limit", "100")
			w.Header().Set("X-RateLimit-Remaining", "7")
			w.Header().Set("X-RateLimit-Reset", "1778869022")
			answer(http.StatusOK, "application/json", createdJSON)(w, r)
		})
		var response client.Response
		require.NoError(t, get(t.Context(), n.client(t), client.WithResponseInto(&response)))
		assert.Equal(t, seedID, response.RequestID, "from the envelope, as the header has none")
		assert.Equal(t, int64(100), response.RateLimit.Limit)
		assert.Equal(t, int64(7), response.RateLimit.Remaining)
		assert.Equal(t, int64(1778869022), response.RateLimit.Reset.Unix())
		assert.JSONEq(t, createdJSON, string(response.Body))
		assert.Equal(t, "200 OK (request "+seedID+")", response.String())
		assert.Equal(t, 1, response.Attempts)

		response = client.Response{}
		n.handler = answer(http.StatusOK, "application/json", createdJSON)
		require.NoError(t, get(t.Context(), n.client(t), client.WithResponseInto(&response)))
		assert.Zero(t, response.RateLimit)
	})
}

// TestUnencodable requests are refused without a panic and without a request.
func TestUnencodable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, api().ServeHTTP)
		_, err := n.client(t).Events.Publish(t.Context(), client.PublishWebhookEventRequest{
			WebhookType: client.WebhookTypeSyncStarted, Payload: []byte(`{"a":`),
		})
		require.ErrorIs(t, err, client.ErrInvalidRequest)
		assert.Nil(t, asError(t, err).Request)
		assert.Empty(t, n.seen())
	})
}
