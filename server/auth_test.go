package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

// badKeys are the ways not to authenticate.
var badKeys = map[string][]string{
	"missing": nil, "empty": {""}, "wrong": {"wrong"}, "twice": {goodKey, goodKey}, "with an empty one": {goodKey, ""},
}

func TestUnauthenticated(t *testing.T) {
	s := serve(t, &stub{}) // an implementation that is called panics
	for name, keys := range badKeys {
		for _, c := range []call{createCall(seedRequest), listCall(), getCall(), deleteCall()} {
			t.Run(name+" "+c.operation, func(t *testing.T) {
				got := s.do(c.with("api_key", keys...))
				got.problem(t, http.StatusUnauthorized, "unauthorized")
				assert.Equal(t, []string{"ApiKey"}, got.header["Www-Authenticate"])
			})
		}
	}
	assert.Empty(t, s.logged(failureLine))
}

// TestAuthenticationComesFirst sends requests that are wrong in every way: who
// calls is asked before anything else.
func TestAuthenticationComesFirst(t *testing.T) {
	s := serve(t, working(), server.WithMaxBody(16))
	for _, c := range []call{
		createCall("{"), createCall(seedRequest), createCall("{}").with("Content-Type", "text/plain"),
		createCall("{}").with("Content-Encoding", "gzip"),
		{operation: "listWebhookConfigs", method: http.MethodGet, path: configs + "?limit=0&x=%zz"},
		{operation: "getWebhookConfig", method: http.MethodGet, path: configs + "/x"},
	} {
		s.do(c.with("api_key", "wrong")).problem(t, http.StatusUnauthorized, "unauthorized")
		assert.NotEqual(t, http.StatusUnauthorized, s.do(c).status)
	}
}

// forbiddenBody must not be read.
type forbiddenBody struct{ t *testing.T }

func (b forbiddenBody) Read([]byte) (int, error) {
	b.t.Error("the body was read")
	return 0, io.EOF
}

func TestBodyOfStrangersIsNotRead(t *testing.T) {
	handler, err := server.New(working(), server.WithLogger(slog.New(slog.DiscardHandler)),
		server.WithAuthenticator(server.AuthenticatorFunc(onlyGoodKey)))
	require.NoError(t, err)
	for _, keys := range badKeys {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, configs, forbiddenBody{t})
		request.Header["Api_key"] = keys
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		assert.Equal(t, http.StatusUnauthorized, recorder.Code)
	}
}

// TestStrangersNeedNotSendTheirBody waits for 100 Continue, which must not
// come.
func TestStrangersNeedNotSendTheirBody(t *testing.T) {
	s := serve(t, working())
	connection := dial(t, s)
	_, err := fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n", configs)
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
	require.NoError(t, response.Body.Close())
}

type callerKey struct{}

func TestAuthenticatorsContext(t *testing.T) {
	seen := make(chan any, 1)
	s := serve(t, &stub{
		get: func(ctx context.Context, _ serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
			seen <- ctx.Value(callerKey{})
			_, limited := ctx.Deadline()
			assert.True(t, limited)
			return found(7), nil
		},
	}, server.WithAuthenticator(server.AuthenticatorFunc(func(ctx context.Context, key string) (context.Context, error) {
		_, limited := ctx.Deadline()
		assert.True(t, limited)
		return context.WithValue(ctx, callerKey{}, "owner of "+key), nil
	})))
	assert.Equal(t, http.StatusOK, s.do(getCall()).status)
	assert.Equal(t, "owner of "+goodKey, <-seen)
}

// TestAuthenticatorFails is about a server that cannot tell who calls. That is
// not the caller's fault.
func TestAuthenticatorFails(t *testing.T) {
	broken, busy := errors.New("key store: disk on fire"), errors.New("key store: busy")
	for name, c := range map[string]struct {
		err    error
		status int
		code   string
	}{
		"unknown key":     {fmt.Errorf("revoked: %w", server.ErrUnauthenticated), http.StatusUnauthorized, "unauthorized"},
		"its own failure": {broken, http.StatusInternalServerError, "internal"},
		"mapped":          {busy, http.StatusServiceUnavailable, "busy"},
		"too slow":        {fmt.Errorf("look up: %w", context.DeadlineExceeded), http.StatusServiceUnavailable, "unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, working(),
				server.WithAuthenticator(server.AuthenticatorFunc(func(context.Context, string) (context.Context, error) {
					return nil, c.err
				})),
				server.WithErrorMapper(func(err error) (gen.Problem, bool) {
					return gen.Problem{Status: http.StatusServiceUnavailable, Code: "busy"}, errors.Is(err, busy)
				}))
			got := s.do(getCall())
			got.problem(t, c.status, c.code)
			assert.NotContains(t, got.body, "key store")
			failures := s.logged(failureLine)
			if c.status < http.StatusInternalServerError {
				assert.Empty(t, failures)
				return
			}
			require.Len(t, failures, 1)
			assert.Equal(t, c.err.Error(), failures[0]["error"])
		})
	}
}

func TestWithoutAuthentication(t *testing.T) {
	handler, err := server.New(working(), server.WithoutAuthentication(), server.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, configs, http.NoBody))
	assert.Equal(t, http.StatusOK, recorder.Code)
}
