package client_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/contract"
)

func preflight(t *testing.T) client.Validator {
	t.Helper()
	c, err := contract.Default()
	require.NoError(t, err)
	validator := contract.NewPreflight(c)
	return validator
}

// TestPreflight finds what the server would, at a base URL that the contract
// does not know, and sends nothing.
func TestPreflight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, api().ServeHTTP)
		c := n.client(t, client.WithPreflight(preflight(t)))
		_, err := c.WebhookConfigs.Create(t.Context(), client.CreateWebhookConfigRequest{
			WebhookType: "SYNC_START", URL: "nonsense", SigningKey: client.Ptr(""),
		})
		require.ErrorIs(t, err, client.ErrInvalidRequest)
		failure := asError(t, err)
		assert.Equal(t, client.CodeInvalidRequest, failure.Code)
		assert.Zero(t, failure.StatusCode)
		assert.Zero(t, failure.Attempts)
		var found []string
		for _, v := range failure.Violations {
			found = append(found, string(v.In)+" "+v.Pointer+" "+v.Code)
		}
		require.Equal(t, []string{
			"body /name min_length", "body /signing_key min_length", "body /url pattern",
			"body /webhook_type enum",
		}, found)
		assert.Equal(t, "SYNC_STARTED", *failure.Violations[3].Suggestion)
		_, ok := errors.AsType[*contract.BreachError](err)
		assert.True(t, ok, "what the validator found is there too")
		assert.Contains(t, err.Error(), "createWebhookConfig: invalid_request: The request breaks the contract.; body /name: ")

		_, err = c.WebhookConfigs.Get(t.Context(), 0)
		require.ErrorIs(t, err, client.ErrInvalidRequest)
		_, err = c.WebhookConfigs.List(t.Context(), &client.ListWebhookConfigsParams{Limit: client.Ptr(int32(101))})
		require.ErrorIs(t, err, client.ErrInvalidRequest)
		assert.Empty(t, n.seen())

		require.NoError(t, create(t.Context(), c))
		require.NoError(t, get(t.Context(), c))
		require.NoError(t, create(t.Context(), c, vendor))
		_, err = c.WebhookConfigs.Get(t.Context(), 0, client.WithPreflight(nil))
		require.NoError(t, err)
		assert.Len(t, n.seen(), 4)
	})
}

type refuse struct{ err error }

func (r refuse) ValidateRequest(*http.Request, []byte) error { return r.err }

type badProblemError struct{ body string }

func (badProblemError) Error() string                  { return "no" }
func (p badProblemError) MarshalJSON() ([]byte, error) { return []byte(p.body), nil }

// TestOwnValidator may return any error.
func TestOwnValidator(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"a plain error":                 errSeen,
		"a marshaler of something else": badProblemError{`[]`},
		"a marshaler of nonsense":       badProblemError{`{`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, newErr := client.New(client.WithAPIKey(testKey), client.WithPreflight(refuse{err}))
			require.NoError(t, newErr)
			got := get(t.Context(), c)
			require.ErrorIs(t, got, err)
			require.ErrorIs(t, got, client.ErrInvalidRequest)
			assert.Equal(t, err.Error(), asError(t, got).Message)
		})
	}
}
