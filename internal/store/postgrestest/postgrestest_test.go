package postgrestest_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/hookline-go/hookline/internal/store/postgrestest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.Stopping(m)) }

// TestURL also tells whether there is a PostgreSQL at all; see the package's
// comment.
func TestURL(t *testing.T) {
	require.Equal(t, 0, rows(t, postgrestest.URL(t), "events"))
}

func TestDatabasesAreApart(t *testing.T) {
	first, second := postgrestest.URL(t), postgrestest.URL(t)
	require.NotEqual(t, first, second)
	exec(t, first, `INSERT INTO events VALUES (gen_random_uuid(), 1, 1, '')`)
	require.Equal(t, 1, rows(t, first, "events"))
	require.Equal(t, 0, rows(t, second, "events"))
}

func TestEmptyURL(t *testing.T) {
	require.Equal(t, 0, rows(t, postgrestest.EmptyURL(t), `pg_tables WHERE schemaname = 'public'`))
}

// TestPooled also tells whether there is a PgBouncer at all.
func TestPooled(t *testing.T) {
	require.Equal(t, 0, rows(t, postgrestest.Pooled(t, postgrestest.URL(t), postgrestest.PoolSession), "events"))
}

// What is kept in a crash test must be on disk.
func TestDurability(t *testing.T) {
	conn := connect(t, postgrestest.URL(t))
	for _, setting := range []string{"fsync", "synchronous_commit", "full_page_writes"} {
		var value string
		require.NoError(t, conn.QueryRow(t.Context(), "SHOW "+setting).Scan(&value))
		require.Equal(t, "on", value, setting)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(context.Background())) })
	return conn
}

func exec(t *testing.T, url, statement string) {
	t.Helper()
	_, err := connect(t, url).Exec(t.Context(), statement)
	require.NoError(t, err)
}

func rows(t *testing.T, url, from string) (count int) {
	t.Helper()
	require.NoError(t, connect(t, url).QueryRow(t.Context(), "SELECT count(*) FROM "+from).Scan(&count))
	return count
}
