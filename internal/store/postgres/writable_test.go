package postgres_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store/postgres"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

// A server that became read-only, as after a failover: that is found out
// without anybody writing, and connections to it are not kept.
func TestReadOnlyServer(t *testing.T) {
	address, clock := postgrestest.URL(t), storetest.NewClock()
	s := open(t, address, storetest.NewCipher(t), postgres.WithClock(clock.Now))
	_, err := s.EnsureOrganisation(t.Context(), 1)
	require.NoError(t, err)
	require.NoError(t, s.CheckWrites(t.Context()))
	admin := connect(t, address)
	alter(t, admin, `SET default_transaction_read_only = on`)
	_, err = admin.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'hookline'`)
	require.NoError(t, err)

	clock.Advance(time.Minute)
	err = s.CheckWrites(t.Context())
	require.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(err), "%v", err)
	require.NoError(t, s.Ping(t.Context()))
	_, err = s.PublishEvent(t.Context(), webhook.Event{OrganisationID: 1, Type: "SYNC_STARTED"}, webhook.Idempotency{})
	require.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(err), "%v", err)

	alter(t, admin, `RESET default_transaction_read_only`)
	// What connections are left is read-only, and each failure closes one.
	for range s.Pool().Config().MaxConns {
		clock.Advance(time.Minute)
		if err = s.CheckWrites(t.Context()); err == nil {
			break
		}
	}
	require.NoError(t, err)
	_, err = s.PublishEvent(t.Context(), webhook.Event{OrganisationID: 1, Type: "SYNC_STARTED"}, webhook.Idempotency{})
	require.NoError(t, err)
	var events int
	require.NoError(t, admin.QueryRow(t.Context(), `SELECT count(*) FROM events`).Scan(&events))
	require.Equal(t, 1, events, "a probe leaves nothing behind")
}

// alter changes the database for the connections to come.
func alter(t *testing.T, conn *pgx.Conn, change string) {
	t.Helper()
	var name string
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT quote_ident(current_database())`).Scan(&name))
	_, err := conn.Exec(t.Context(), `SET default_transaction_read_only = off`)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `ALTER DATABASE `+name+` `+change)
	require.NoError(t, err)
}
