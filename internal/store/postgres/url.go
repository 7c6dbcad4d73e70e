package postgres

import (
	"context"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// maxConns bounds the connections of a process, unless the URL says how
	// many. Groups need few, and the queue listens on one.
	maxConns        = 16
	applicationName = "hookline"
	// connectTimeout bounds how long one server of the URL may take to accept a
	// connection, unless the URL says how long.
	connectTimeout = 10 * time.Second
)

// parseURL reads a database's URL. Its error says nothing of the URL: the
// parser's own can hold parts of a password.
func parseURL(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, &webhook.Error{
			Code: webhook.CodeDatabaseUnreadable,
			Message: "the database's URL is malformed; it looks like " +
				"postgres://user:password@host:5432/name?sslmode=verify-full, with special characters in %XX form",
		}
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = maxConns
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	config.ConnConfig.OnPgError = staysUsable
	config.AfterConnect = nameTypes
	if parameters := config.ConnConfig.RuntimeParams; parameters["application_name"] == "" {
		parameters["application_name"] = applicationName
	}
	return config, nil
}

// nameTypes says what ids are in SQL, for statements that are not prepared: of
// those the server does not say what they take.
func nameTypes(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterDefaultPgType([16]byte{}, "uuid")
	conn.TypeMap().RegisterDefaultPgType([][16]byte{}, "_uuid")
	return nil
}

// staysUsable is pgx's default, and keeps a connection that cannot write from
// the pool: after a failover it leads to a server that is no longer the primary
// one, while a new connection leads to the one that is.
func staysUsable(_ *pgconn.PgConn, err *pgconn.PgError) bool {
	return !strings.EqualFold(err.Severity, "FATAL") && err.Code != stateReadOnlyTransaction
}

// nameOf returns host, port and name of the database, for messages.
func nameOf(config *pgxpool.Config) string {
	c := config.ConnConfig
	return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))) + "/" + c.Database
}
