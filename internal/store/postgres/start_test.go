package postgres_test

import (
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store/postgres"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

// A start that cannot go on says what it waits for, and ends.
func TestStartsThatWouldWait(t *testing.T) {
	const limit = 50 * time.Millisecond
	for name, c := range map[string]struct {
		address, blocked string
		says             string
	}{
		"a locked table": {
			postgrestest.URL(t), `LOCK TABLE goose_db_version`, "it has not answered within 50ms",
		},
		"a migration under way": {
			postgrestest.EmptyURL(t), `CREATE TABLE goose_db_version ()`, "a lock for that was not to be had within 50ms",
		},
	} {
		t.Run(name, func(t *testing.T) {
			tx, err := connect(t, c.address).Begin(t.Context())
			require.NoError(t, err)
			_, err = tx.Exec(t.Context(), c.blocked)
			require.NoError(t, err)

			_, err = postgres.Open(t.Context(), c.address, storetest.NewCipher(t), postgres.WithStartTimeout(limit))
			require.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(err), "%v", err)
			require.Contains(t, err.Error(), c.says)
			require.NotContains(t, err.Error(), "\n")
			require.NoError(t, tx.Rollback(t.Context()))
			open(t, c.address, storetest.NewCipher(t))
		})
	}
}

// A server that takes connections and says nothing, as one that is suspended.
func TestServerThatSaysNothing(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, listener.Close()) })
	address := "postgres://user:hunter2-secret@" + listener.Addr().String() + "/db?connect_timeout=1"
	_, err = postgres.Open(t.Context(), address, storetest.NewCipher(t))
	require.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(err), "%v", err)
	require.NotContains(t, err.Error(), "hunter2")
	require.NotContains(t, err.Error(), "\n")
}

// What has nothing to migrate takes no lock, and changes nothing.
func TestStartOnReadOnlyDatabase(t *testing.T) {
	address, cipher := postgrestest.URL(t), storetest.NewCipher(t)
	readOnly := with(t, address, func(u *url.URL) { u.RawQuery += "&default_transaction_read_only=on" })
	_, err := postgres.Open(t.Context(), readOnly, cipher)
	require.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(err), "%v", err)
	require.Contains(t, err.Error(), "read-only")
	open(t, address, cipher)
	open(t, readOnly, cipher)
}
