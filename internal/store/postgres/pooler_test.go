package postgres_test

import (
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store/postgres"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

// withoutPrepared returns the URL for a pooler in transaction mode.
func withoutPrepared(t *testing.T, address string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	query := parsed.Query()
	query.Set("default_query_exec_mode", "exec")
	parsed.RawQuery = query.Encode()
	return parsed.String()
}

// The whole suite, since statements that are not prepared encode what they are
// given differently.
func TestStoreWithTransactionPooling(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Opener {
		t.Helper()
		return opener(t, withoutPrepared(t, postgrestest.Pooled(t, postgrestest.URL(t), postgrestest.PoolTransaction)))
	})
}

// Processes that start again and again leave no lock behind that a later one
// would wait for.
func TestOpenBehindPooler(t *testing.T) {
	for name, mode := range map[string]postgrestest.PoolMode{
		"session": postgrestest.PoolSession, "transaction": postgrestest.PoolTransaction,
	} {
		t.Run(name, func(t *testing.T) {
			address, cipher := postgrestest.Pooled(t, postgrestest.EmptyURL(t), mode), storetest.NewCipher(t)
			if mode == postgrestest.PoolTransaction {
				address = withoutPrepared(t, address)
			}
			for range 3 {
				var group sync.WaitGroup
				for range 4 {
					group.Go(func() {
						s, err := postgres.Open(t.Context(), address, cipher)
						if assert.NoError(t, err) {
							assert.NoError(t, s.Ping(t.Context()))
							assert.NoError(t, s.Close())
						}
					})
				}
				group.Wait()
			}
		})
	}
}

func TestPoolersThatCannotWork(t *testing.T) {
	for name, c := range map[string]struct {
		mode postgrestest.PoolMode
		says string
	}{
		"prepared statements in transaction mode": {postgrestest.PoolTransaction, "add default_query_exec_mode=exec"},
		"statement mode": {postgrestest.PoolStatement, "statement pooling mode"},
	} {
		t.Run(name, func(t *testing.T) {
			address := postgrestest.Pooled(t, postgrestest.URL(t), c.mode)
			_, err := postgres.Open(t.Context(), address, storetest.NewCipher(t))
			require.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(err), "%v", err)
			require.Contains(t, err.Error(), c.says)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}
