package postgres_test

import (
	"bytes"
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/store/postgres"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

func open(t *testing.T, url string, cipher store.Cipher, options ...postgres.Option) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url, cipher, options...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close(context.Background())) })
	return conn
}

func exec(t *testing.T, url, statement string, args ...any) {
	t.Helper()
	_, err := connect(t, url).Exec(t.Context(), statement, args...)
	require.NoError(t, err)
}

// with returns the URL with a password, and with changes.
func with(t *testing.T, address string, change func(*url.URL)) string {
	t.Helper()
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	query := parsed.Query()
	query.Set("password", "hunter2-secret")
	parsed.RawQuery = query.Encode()
	change(parsed)
	return parsed.String()
}

func TestOpenErrors(t *testing.T) {
	cipher := storetest.NewCipher(t)
	newer := postgrestest.URL(t)
	exec(t, newer, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)
	other := postgrestest.URL(t)
	require.NoError(t, open(t, other, storetest.NewCipher(t)).Close())
	broken := postgrestest.URL(t)
	exec(t, broken, `DROP TABLE encryption_canary`)
	keep := func(*url.URL) {}
	const password = "hunter2-secret"

	tests := []struct {
		name, url string
		code      webhook.Code
		says      string
	}{
		{"no URL", "postgres://user:hunter2-secret@[", webhook.CodeDatabaseUnreadable, "malformed"},
		{"bad escape", "postgres://user:hunter2-secret%zz@localhost/db", webhook.CodeDatabaseUnreadable, "malformed"},
		{"bad port", "postgres://user:hunter2-secret@localhost:port/db", webhook.CodeDatabaseUnreadable, "malformed"},
		{"unknown sslmode", "postgres://user:hunter2-secret@localhost/db?sslmode=maybe", webhook.CodeDatabaseUnreadable, "malformed"},
		{"nobody listens", "postgres://user:hunter2-secret@127.0.0.1:1/db?connect_timeout=5", webhook.CodeUnavailable, "127.0.0.1:1/db"},
		{"several hosts", "postgres://user:hunter2-secret@127.0.0.1:1,127.0.0.1:2/db", webhook.CodeUnavailable, "127.0.0.1:2"},
		{"unknown database", with(t, newer, func(u *url.URL) { u.Path = "/none" }), webhook.CodeDatabaseUnreadable, "does not exist"},
		{"newer", with(t, newer, keep), webhook.CodeDatabaseTooNew, "a later version"},
		{"other key", with(t, other, keep), webhook.CodeWrongEncryptionKey, "the encryption key is not the one"},
		{"damaged", with(t, broken, keep), webhook.CodeDatabaseUnreadable, "encryption_canary"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := postgres.Open(t.Context(), test.url, cipher)
			require.Error(t, err)
			assert.Nil(t, s)
			assert.Equal(t, test.code, webhook.CodeOf(err), "%v", err)
			assert.Contains(t, err.Error(), test.says)
			assert.NotContains(t, err.Error(), "\n")
			assert.NotContains(t, err.Error(), password)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestOpenWithoutMigrations(t *testing.T) {
	cipher, address := storetest.NewCipher(t), postgrestest.EmptyURL(t)
	_, err := postgres.Open(t.Context(), address, cipher, postgres.WithoutMigrations())
	require.Equal(t, webhook.CodeDatabaseOutdated, webhook.CodeOf(err), "%v", err)
	var tables int
	require.NoError(t, connect(t, address).QueryRow(t.Context(),
		`SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`).Scan(&tables))
	require.Zero(t, tables, "it looked only")
	require.NoError(t, open(t, address, cipher).Close())
	require.NoError(t, open(t, address, cipher, postgres.WithoutMigrations()).Close())
}

func TestOpenWithCancelledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := postgres.Open(ctx, postgrestest.EmptyURL(t), storetest.NewCipher(t))
	require.ErrorIs(t, err, context.Canceled)
}

func TestConcurrentFirstOpen(t *testing.T) {
	address, cipher := postgrestest.EmptyURL(t), storetest.NewCipher(t)
	stores := make([]*postgres.Store, 6)
	var group sync.WaitGroup
	for i := range stores {
		group.Go(func() {
			var err error
			stores[i], err = postgres.Open(t.Context(), address, cipher)
			assert.NoError(t, err)
		})
	}
	group.Wait()
	for _, s := range stores {
		if assert.NotNil(t, s) {
			assert.NoError(t, s.Ping(t.Context()))
			assert.NoError(t, s.Close())
		}
	}
}

// One connection is enough, also for the migrations and for groups.
func TestSingleConnection(t *testing.T) {
	address := with(t, postgrestest.EmptyURL(t), func(u *url.URL) { u.RawQuery += "&pool_max_conns=1" })
	s := open(t, address, storetest.NewCipher(t))
	require.EqualValues(t, 1, s.Pool().Config().MaxConns)
	_, err := s.EnsureOrganisation(t.Context(), 1)
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			_, err := s.PublishEvent(t.Context(), webhook.Event{OrganisationID: 1}, webhook.Idempotency{})
			assert.NoError(t, err)
		})
	}
	group.Wait()
}

// What the service stores durably must be on disk when it is answered.
func TestCommitsAreDurable(t *testing.T) {
	s := open(t, postgrestest.URL(t), storetest.NewCipher(t))
	var setting string
	require.NoError(t, s.Pool().QueryRow(t.Context(), `SHOW synchronous_commit`).Scan(&setting))
	require.Equal(t, "on", setting)
}

// A connection that the server ends gives one error with a code, and the store
// goes on with another.
func TestLostConnections(t *testing.T) {
	address := postgrestest.URL(t)
	s := open(t, address, storetest.NewCipher(t))
	_, err := s.EnsureOrganisation(t.Context(), 1)
	require.NoError(t, err)
	config, err := s.CreateConfig(t.Context(), webhook.Config{OrganisationID: 1}, webhook.Idempotency{})
	require.NoError(t, err)
	_, err = s.UpdateConfig(t.Context(), 1, config.ID, func(*webhook.Config) error {
		exec(t, address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'hookline'`)
		return nil
	})
	require.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(err), "%v", err)
	require.NotContains(t, err.Error(), "\n")
	_, err = s.PublishEvent(t.Context(), webhook.Event{OrganisationID: 1, Type: "SYNC_STARTED"}, webhook.Idempotency{})
	require.NoError(t, err)
}

func TestNulCharacters(t *testing.T) {
	s := open(t, postgrestest.URL(t), storetest.NewCipher(t))
	_, err := s.EnsureOrganisation(t.Context(), 1)
	require.NoError(t, err)
	calls := map[string]func() error{
		"config": func() error {
			_, err := s.CreateConfig(t.Context(), webhook.Config{OrganisationID: 1, Name: "a\x00b"}, webhook.Idempotency{})
			return err
		},
		"event": func() error {
			_, err := s.PublishEvent(t.Context(), webhook.Event{OrganisationID: 1, SyncID: "a\x00b"}, webhook.Idempotency{})
			return err
		},
		"filter": func() error {
			_, err := s.Deliveries(t.Context(), 1, webhook.DeliveryFilter{SyncID: "a\x00b"})
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.Equal(t, webhook.CodeInvalid, webhook.CodeOf(err), "%v", err)
			require.NotContains(t, err.Error(), "a\x00b")
		})
	}
}

// TestSecretsAreSealed looks for every secret in all rows of all tables, and
// for something that is none, to know that the search works.
func TestSecretsAreSealed(t *testing.T) {
	keys, err := keyring.New()
	require.NoError(t, err)
	address := postgrestest.URL(t)
	s := open(t, address, keys)
	apiKey := webhook.GenerateKey()
	_, err = s.CreateKey(t.Context(), webhook.Key{OrganisationID: 1, Prefix: webhook.KeyPrefix(apiKey)}, webhook.HashKey(apiKey))
	require.NoError(t, err)
	c, err := s.CreateConfig(t.Context(), webhook.Config{
		OrganisationID: 1, Name: "plain-config-name", SigningKey: "signing-plaintext-1",
		Headers: []webhook.Header{{Name: "Authorization", Value: "header-plaintext-1"}},
	}, webhook.Idempotency{Key: "plain-idempotency-key", Operation: "create"})
	require.NoError(t, err)
	_, err = s.UpdateConfig(t.Context(), 1, c.ID, func(c *webhook.Config) error {
		c.SigningKey, c.Headers[0].Value = "signing-plaintext-2", "header-plaintext-2"
		c.PreviousSigningKeys = []webhook.PreviousSigningKey{{Key: "signing-plaintext-1"}}
		return nil
	})
	require.NoError(t, err)

	raw := dump(t, address)
	require.Contains(t, raw, "plain-config-name")
	require.Contains(t, raw, "plain-idempotency-key")
	for _, secret := range []string{apiKey.Reveal(), apiKey.Reveal()[12:], "signing-plaintext", "header-plaintext"} {
		assert.NotContains(t, raw, secret)
	}
}

// dump returns the content of all tables; bytea as the bytes that it is.
func dump(t *testing.T, address string) string {
	t.Helper()
	conn := connect(t, address)
	rows, err := conn.Query(t.Context(), `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'`)
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	var content strings.Builder
	for _, table := range tables {
		var buffer bytes.Buffer
		_, err := conn.PgConn().CopyTo(t.Context(), &buffer, `COPY `+table+` TO STDOUT (FORMAT binary)`)
		require.NoError(t, err)
		content.Write(buffer.Bytes())
	}
	return content.String()
}
