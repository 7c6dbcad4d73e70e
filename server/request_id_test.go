package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen"
	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/server"
)

const callersID = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"

// everyKindOfAnswer is a call for each way that an answer comes about.
func everyKindOfAnswer() map[string]call {
	return map[string]call{
		"success":            createCall(seedRequest),
		"without a body":     deleteCall(),
		"invalid":            createCall("{}"),
		"unauthorized":       getCall().with("api_key", "wrong"),
		"not found":          {method: http.MethodGet, path: "/v4/nothing"},
		"method not allowed": {method: http.MethodPatch, path: configs},
		"options":            {method: http.MethodOptions, path: configs},
		"head":               {method: http.MethodHead, path: configs + "/7"},
		"panic":              {operation: "listWebhookLogs", method: http.MethodGet, path: logs},
	}
}

func TestRequestID(t *testing.T) {
	s := serve(t, working())
	for name, c := range everyKindOfAnswer() {
		t.Run(name, func(t *testing.T) {
			fresh := s.do(c)
			id, err := uuid.Parse(fresh.header.Get("X-Request-Id"))
			require.NoError(t, err)
			assert.NotEqual(t, fresh.header["X-Request-Id"], s.do(c).header["X-Request-Id"])
			taken := s.do(c.with("X-Request-Id", callersID))
			assert.Equal(t, []string{callersID}, taken.header["X-Request-Id"])
			if fresh.body != "" {
				assert.Equal(t, id.String(), decode(t, fresh.body)["request_id"])
				assert.Equal(t, callersID, decode(t, taken.body)["request_id"])
			}
		})
	}
}

func TestRequestIDThatIsNoUUIDIsReplaced(t *testing.T) {
	s := serve(t, working())
	for _, junk := range []string{
		"", "1", "{" + callersID + "}", "urn:uuid:" + callersID, strings.ReplaceAll(callersID, "-", ""),
		strings.Repeat("z", 36), strings.Repeat(callersID, 100), uuid.Nil.String(),
		strings.ReplaceAll(callersID, "-", "_"),
	} {
		got := s.do(createCall(seedRequest).with("X-Request-Id", junk))
		require.Len(t, got.header["X-Request-Id"], 1)
		assert.NotEqual(t, junk, got.header.Get("X-Request-Id"))
		assert.Len(t, got.header.Get("X-Request-Id"), 36)
		assert.Equal(t, got.header.Get("X-Request-Id"), decode(t, got.body)["request_id"])
	}
	upper := s.do(getCall().with("X-Request-Id", strings.ToUpper(callersID)))
	assert.Equal(t, callersID, upper.header.Get("X-Request-Id"))
	two := s.do(getCall().with("X-Request-Id", callersID, callersID))
	assert.Equal(t, []string{callersID}, two.header["X-Request-Id"])
}

// TestRequestIDIsTheShells has an implementation know the id, and fail to
// change it.
func TestRequestIDIsTheShells(t *testing.T) {
	other := uuid.New()
	shared := found(7)
	shared.Body.RequestID, shared.Headers.XRequestID = other, &other
	seen := make(chan uuid.UUID, 1)
	s := serve(t, &stub{
		get: func(ctx context.Context, _ serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
			seen <- server.RequestID(ctx)
			return &shared, nil
		},
	})
	got := s.do(getCall().with("X-Request-Id", callersID))
	require.Equal(t, http.StatusOK, got.status, got.body)
	assert.Equal(t, uuid.MustParse(callersID), <-seen)
	assert.Equal(t, []string{callersID}, got.header["X-Request-Id"])
	assert.Equal(t, callersID, decode(t, got.body)["request_id"])
	assert.Equal(t, other, shared.Body.RequestID, "an answer that others share must stay as it is")
	assert.Equal(t, uuid.Nil, server.RequestID(t.Context()))
}

// TestTypedProblem answers with the generated types of problems rather than
// with errors.
func TestTypedProblem(t *testing.T) {
	document := func(status int32, code string) gen.Problem {
		return gen.Problem{Type: "about:blank", Title: http.StatusText(int(status)), Status: status, Code: code}
	}
	answers := map[int64]serverapi.GetWebhookConfigResponseObject{
		404: serverapi.GetWebhookConfig404ApplicationProblemPlusJSONResponse{
			NotFoundApplicationProblemPlusJSONResponse: serverapi.NotFoundApplicationProblemPlusJSONResponse{Body: document(404, "gone_missing")},
		},
		401: serverapi.GetWebhookConfig401ApplicationProblemPlusJSONResponse{
			UnauthorizedApplicationProblemPlusJSONResponse: serverapi.UnauthorizedApplicationProblemPlusJSONResponse{Body: document(401, "expired")},
		},
		503: serverapi.GetWebhookConfig503ApplicationProblemPlusJSONResponse{
			ServiceUnavailableApplicationProblemPlusJSONResponse: serverapi.ServiceUnavailableApplicationProblemPlusJSONResponse{
				Body: document(503, "closed"), Headers: serverapi.ServiceUnavailableResponseHeaders{RetryAfter: new(int64(77))},
			},
		},
		1503: serverapi.GetWebhookConfig503ApplicationProblemPlusJSONResponse{
			ServiceUnavailableApplicationProblemPlusJSONResponse: serverapi.ServiceUnavailableApplicationProblemPlusJSONResponse{
				Body: document(503, "closed"),
			},
		},
	}
	s := serve(t, &stub{
		get: func(_ context.Context, r serverapi.GetWebhookConfigRequestObject) (serverapi.GetWebhookConfigResponseObject, error) {
			return answers[r.WebhookConfigID], nil
		},
	})
	get := func(id string) answer {
		c := getCall()
		c.path = configs + "/" + id
		return s.do(c)
	}
	get("404").problem(t, http.StatusNotFound, "gone_missing")
	unauthorized := get("401")
	unauthorized.problem(t, http.StatusUnauthorized, "expired")
	assert.Equal(t, []string{"ApiKey"}, unauthorized.header["Www-Authenticate"])
	own, filled := get("503"), get("1503")
	own.problem(t, http.StatusServiceUnavailable, "closed")
	assert.Equal(t, []string{"77"}, own.header["Retry-After"], "the implementation knows best")
	filled.problem(t, http.StatusServiceUnavailable, "closed")
	assert.Equal(t, []string{"5"}, filled.header["Retry-After"])
	get("999").problem(t, http.StatusInternalServerError, "internal") // neither an answer nor an error
	assert.Len(t, s.logged(failureLine), 1)
}
