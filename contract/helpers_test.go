package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/contract"
)

// seedBody is the request of the API's own documentation.
const seedBody = `{
  "webhook_type": "CONNECTION_CHANGED",
  "name": "Connection webhook",
  "url": "https://example.com/webhooks/rootfi",
  "state": "ENABLED"
}
`

func defaultContract(tb testing.TB) *contract.Contract {
	tb.Helper()
	c, err := contract.Default()
	require.NoError(tb, err)
	return c
}
