package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

var errMissing = errors.New("row 7 is not in table_of_configs")

// mapMissing is an error mapper as an implementation would have it.
func mapMissing(err error) (gen.Problem, bool) {
	if !errors.Is(err, errMissing) {
		return gen.Problem{}, false
	}
	return gen.Problem{
		Status: http.StatusNotFound, Code: "no_config", Detail: new("There is no such config."),
		Errors: &[]gen.Violation{{In: gen.ViolationInPath, Pointer: "/webhookConfigId", Code: "no_config", Detail: "is unknown"}},
	}, true
}

func TestMappedError(t *testing.T) {
	s := serve(t, failing(fmt.Errorf("get: %w", errMissing)), server.WithErrorMapper(mapMissing))
	got := s.do(getCall())
	document := got.problem(t, http.StatusNotFound, "no_config")
	assert.Equal(t, "There is no such config.", document["detail"])
	assert.Len(t, document["errors"], 1)
	assert.NotContains(t, got.body, "table_of_configs")
	assert.Empty(t, s.logged(failureLine))
}

// TestFailure is about errors whose text is for the log only.
func TestFailure(t *testing.T) {
	mapTo := func(status int32) server.Option {
		return server.WithErrorMapper(func(error) (gen.Problem, bool) { return gen.Problem{Status: status, Code: "mapped"}, true })
	}
	for name, c := range map[string]struct {
		option server.Option
		err    error
		status int
		code   string
	}{
		"unmapped":               {server.WithErrorMapper(mapMissing), io.ErrUnexpectedEOF, http.StatusInternalServerError, "internal"},
		"without a mapper":       {nil, errMissing, http.StatusInternalServerError, "internal"},
		"mapped to 500":          {mapTo(500), errMissing, http.StatusInternalServerError, "mapped"},
		"mapped to 503":          {mapTo(503), errMissing, http.StatusServiceUnavailable, "mapped"},
		"mapped to no status":    {mapTo(0), errMissing, http.StatusInternalServerError, "internal"},
		"mapped to a success":    {mapTo(200), errMissing, http.StatusInternalServerError, "internal"},
		"mapped to 600":          {mapTo(600), errMissing, http.StatusInternalServerError, "internal"},
		"an error of the router": {nil, echo.ErrNotFound, http.StatusInternalServerError, "internal"},
		"a time-out of its own":  {nil, fmt.Errorf("call: %w", context.DeadlineExceeded), http.StatusServiceUnavailable, "unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			var options []server.Option
			if c.option != nil {
				options = append(options, c.option)
			}
			s := serve(t, failing(c.err), options...)
			got := s.do(getCall().with("X-Request-Id", callersID))
			got.problem(t, c.status, c.code)
			assert.NotContains(t, got.body, c.err.Error())
			if c.status == http.StatusServiceUnavailable {
				assert.Equal(t, []string{"5"}, got.header["Retry-After"])
			}
			failures := s.logged(failureLine)
			require.Len(t, failures, 1)
			assert.Equal(t, "ERROR", failures[0]["level"])
			assert.Equal(t, callersID, failures[0]["request_id"])
			assert.Equal(t, "getWebhookConfig", failures[0]["operation"])
			assert.Contains(t, failures[0]["error"], c.err.Error())
			assert.Len(t, s.logged(accessLine), 1)
		})
	}
}

// TestMapperOfEverything has a mapper that takes whatever it is given: what the
// shell refuses is not its business.
func TestMapperOfEverything(t *testing.T) {
	s := serve(t, working(), server.WithMaxBody(16), server.WithRateLimit(1, 6),
		server.WithErrorMapper(func(error) (gen.Problem, bool) {
			return gen.Problem{Status: http.StatusInternalServerError, Code: "mapped"}, true
		}))
	s.do(getCall().with("api_key", "wrong")).problem(t, http.StatusUnauthorized, "unauthorized")
	s.do(getCall().with("api_key")).problem(t, http.StatusUnauthorized, "unauthorized")
	s.do(call{method: http.MethodGet, path: "/"}).problem(t, http.StatusNotFound, "not_found")
	s.do(call{method: http.MethodPut, path: configs}).problem(t, http.StatusMethodNotAllowed, "method_not_allowed")
	s.do(createCall("{}")).problem(t, http.StatusBadRequest, "invalid_request")
	s.do(createCall(seedRequest)).problem(t, http.StatusRequestEntityTooLarge, "body_too_large")
	for range 4 {
		s.do(deleteCall())
	}
	s.do(getCall()).problem(t, http.StatusTooManyRequests, "rate_limited")
}

// secretHolder is what a careless panic may print.
type secretHolder struct{ Key string }

func TestPanic(t *testing.T) {
	var nobody *gen.WebhookConfig
	for name, c := range map[string]struct {
		panics func()
		logged string
	}{
		"text":           {func() { panic("cannot happen") }, "panic: cannot happen"},
		"error":          {func() { panic(errMissing) }, "panic: " + errMissing.Error()},
		"runtime error":  {func() { nobody.Name = "x" }, "panic: runtime error: invalid memory address or nil pointer dereference"},
		"any value":      {func() { panic(secretHolder{"hunter2"}) }, "panic: a value of type server_test.secretHolder"},
		"no comparisons": {func() { panic([]string{"hunter2"}) }, "panic: a value of type []string"},
		"nil":            {func() { panic(nil) }, "panic: panic called with nil argument"}, //nolint:govet // on purpose
	} {
		t.Run(name, func(t *testing.T) {
			implementation := working()
			implementation.get = func(
				context.Context, serverapi.GetWebhookConfigRequestObject,
			) (serverapi.GetWebhookConfigResponseObject, error) {
				c.panics()
				return nil, io.EOF
			}
			s := serve(t, implementation)
			s.do(getCall().with("X-Request-Id", callersID)).problem(t, http.StatusInternalServerError, "internal")
			after := s.do(listCall())
			assert.Equal(t, http.StatusOK, after.status)
			assert.True(t, after.reused, "the connection must stay usable")
			failures := s.logged(failureLine)
			require.Len(t, failures, 1)
			assert.Contains(t, failures[0]["error"], c.logged)
			assert.Contains(t, failures[0]["stack"], "TestPanic")
			assert.Equal(t, callersID, failures[0]["request_id"])
			assert.NotContains(t, s.log.buffer.String(), "hunter2")
		})
	}
}

// TestPanicElsewhere has everything panic that a user brings besides the
// implementation.
func TestPanicElsewhere(t *testing.T) {
	for name, option := range map[string]server.Option{
		"authenticator": server.WithAuthenticator(server.AuthenticatorFunc(nil)),
		"error mapper":  server.WithErrorMapper(func(error) (gen.Problem, bool) { panic("mapper") }),
		"no context": server.WithAuthenticator(server.AuthenticatorFunc(func(context.Context, string) (context.Context, error) {
			return nil, nil //nolint:nilnil // a broken authenticator
		})),
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, failing(errMissing), option)
			s.do(getCall()).problem(t, http.StatusInternalServerError, "internal")
			assert.Len(t, s.logged(failureLine), 1)
		})
	}
}

func TestUnimplementedOperation(t *testing.T) {
	s := serve(t, trivial{})
	got, err := s.try(getCall()) // the contract has no 501, as a whole implementation never answers it
	require.NoError(t, err)
	document := got.problem(t, http.StatusNotImplemented, "not_implemented")
	assert.Equal(t, "This server does not implement the operation.", document["detail"])
	s.do(getCall().with("api_key", "wrong")).problem(t, http.StatusUnauthorized, "unauthorized")
	assert.Equal(t, http.StatusCreated, s.do(createCall(seedRequest)).status)
	assert.Empty(t, s.logged(failureLine))
}

func TestAbortHandler(t *testing.T) {
	implementation := working()
	implementation.get = func(context.Context, serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
		panic(http.ErrAbortHandler)
	}
	s := serve(t, implementation)
	_, err := s.try(getCall())
	require.Error(t, err)
	assert.Equal(t, http.StatusOK, s.do(listCall()).status)
	assert.Empty(t, s.logged(failureLine))
	assert.Len(t, s.logged(accessLine), 2)
}

// custom is an answer of an implementation's own making.
type custom func(w http.ResponseWriter) error

func (c custom) VisitGetWebhookConfigResponse(w http.ResponseWriter) error { return c(w) }

func customGet(c custom) *stub {
	implementation := working()
	implementation.get = func(context.Context, serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
		return c, nil
	}
	return implementation
}

// TestAnswerFailsBeforeItsBody has answers that are not there yet replaced
// whole.
func TestAnswerFailsBeforeItsBody(t *testing.T) {
	for name, visit := range map[string]custom{
		"error": func(http.ResponseWriter) error { return errMissing },
		"error after the header": func(w http.ResponseWriter) error {
			w.Header().Set("Content-Length", "3")
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(http.StatusOK)
			return errMissing
		},
		"panic after the header": func(w http.ResponseWriter) error { w.WriteHeader(http.StatusOK); panic("torn") },
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, customGet(visit))
			s.do(getCall()).problem(t, http.StatusInternalServerError, "internal")
			head := getCall()
			head.method = http.MethodHead
			assert.Equal(t, http.StatusInternalServerError, s.do(head).status)
			assert.Len(t, s.logged(failureLine), 2)
		})
	}
}

// TestTornAnswer has answers fail half-way: a caller must not take the half for
// the whole, compressed or not.
func TestTornAnswer(t *testing.T) {
	for _, size := range []int{1, 2000, 100_000} {
		for name, end := range map[string]func() error{
			"error": func() error { return errMissing },
			"panic": func() error { panic("torn") },
		} {
			t.Run(fmt.Sprintf("%s after %d bytes", name, size), func(t *testing.T) {
				s := serve(t, customGet(func(w http.ResponseWriter) error {
					_, err := io.WriteString(w, strings.Repeat("x", size))
					require.NoError(t, err)
					return end()
				}))
				_, err := s.try(getCall())
				require.Error(t, err)
				_, err = s.try(getCall().with("Accept-Encoding", "identity"))
				require.Error(t, err)
				assert.Equal(t, http.StatusOK, s.do(listCall()).status)
				assert.Len(t, s.logged(failureLine), 2)
			})
		}
	}
}

// TestAnswerThatCannotBeEncoded has a payload that is no JSON.
func TestAnswerThatCannotBeEncoded(t *testing.T) {
	s := serve(t, &stub{
		log: func(_ context.Context, r serverapi.GetWebhookLogRequestObject) (serverapi.GetWebhookLogResponseObject, error) {
			return serverapi.GetWebhookLog200JSONResponse{
				WebhookLogFoundJSONResponse: serverapi.WebhookLogFoundJSONResponse{Body: gen.WebhookLogResponse{
					Data: gen.WebhookLogData{WebhookLog: gen.WebhookLogDetail{ID: r.DeliveryID, Payload: json.RawMessage(`{"torn`)}},
				}},
			}, nil
		},
	})
	got := s.do(call{operation: "getWebhookLog", method: http.MethodGet, path: logs + "/" + deliveryID})
	got.problem(t, http.StatusInternalServerError, "internal")
	assert.Len(t, s.logged(failureLine), 1)
}

// untilDone waits until the time is up, or the caller is gone, and answers with
// an error that may say so or not.
func untilDone(started chan<- struct{}, wrap func(error) error) *stub {
	return &stub{
		get: func(ctx context.Context, _ serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
			close(started)
			<-ctx.Done()
			return nil, wrap(ctx.Err())
		},
	}
}

// wraps are ways in which a store tells that its context has ended. Some
// drivers have errors of their own for that.
var wraps = map[string]func(error) error{
	"as it is": func(err error) error { return err },
	"wrapped":  func(err error) error { return fmt.Errorf("query: %w", err) },
	"hidden":   func(error) error { return errors.New("interrupted") },
}

func TestTimeout(t *testing.T) {
	for name, wrap := range wraps {
		t.Run(name, func(t *testing.T) {
			s := serve(t, untilDone(make(chan struct{}), wrap), server.WithTimeout(time.Millisecond))
			got := s.do(getCall())
			got.problem(t, http.StatusServiceUnavailable, "unavailable")
			seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
			require.NoError(t, err)
			assert.Positive(t, seconds)
			assert.Len(t, s.logged(failureLine), 1)
			assert.Empty(t, s.logged(goneLine))
		})
	}
}

func TestClientGone(t *testing.T) {
	for name, wrap := range wraps {
		t.Run(name, func(t *testing.T) {
			started := make(chan struct{})
			s := serve(t, untilDone(started, wrap))
			ctx, leave := context.WithCancel(t.Context())
			go func() {
				<-started
				leave()
			}()
			_, err := s.front.Client().Do(getCall().request(t, s.front.URL).WithContext(ctx)) //nolint:bodyclose // there is no answer
			require.ErrorIs(t, err, context.Canceled)
			gone := s.logged(goneLine)
			require.Len(t, gone, 1)
			assert.Equal(t, "INFO", gone[0]["level"])
			require.NoError(t, uuid.Validate(text(t, gone[0]["request_id"])))
			assert.Empty(t, s.logged(failureLine), "a caller that leaves is no failure of the server")
			assert.Len(t, s.logged(accessLine), 1)
		})
	}
}

// TestCanceledByItself has an implementation cancel its own work: nobody has
// left, so that is a failure.
func TestCanceledByItself(t *testing.T) {
	s := serve(t, failing(context.Canceled))
	s.do(getCall()).problem(t, http.StatusServiceUnavailable, "unavailable")
	assert.Len(t, s.logged(failureLine), 1)
	assert.Empty(t, s.logged(goneLine))
}

// TestAnswerAfterTheEnd has an implementation answer although its time is up.
// What it did counts.
func TestAnswerAfterTheEnd(t *testing.T) {
	s := serve(t, &stub{
		get: func(ctx context.Context, _ serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
			<-ctx.Done()
			return found(7), nil
		},
	}, server.WithTimeout(time.Millisecond))
	assert.Equal(t, http.StatusOK, s.do(getCall()).status)
	assert.Empty(t, s.logged(failureLine))
}
