// Package postgrestest gives tests PostgreSQL databases of their own.
//
// They are on the server that HOOKLINE_TEST_POSTGRES_URL names, whose user must
// be allowed to create databases, or else on one that is started from the
// binaries of this machine (initdb and postgres, looked for in PATH and where
// packages put them) for as long as the test program runs. That one listens on
// a Unix socket in a temporary folder, and calls fsync as in production. If the
// program runs as root, the server runs as the user postgres or nobody. It is
// stopped, and its folder removed, also when the test program is killed.
//
// On a machine without PostgreSQL the tests are skipped; where somebody relies
// on them (see package testpart) they fail. tools/postgresql.sh sees to it that
// there is one, where that is possible.
package postgrestest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver "pgx" for the migrations

	"github.com/hookline-go/hookline/internal/testpart"
)

// Part is the name of PostgreSQL in [testpart].
const Part = "postgresql"

// Variable names the environment variable with the URL of a server to use.
const Variable = "HOOKLINE_TEST_POSTGRES_URL"

// startTimeout bounds how long a server takes to start; it is for slow disks.
const startTimeout = 60 * time.Second

// Tests is what a TestMain runs; a *[testing.M] is one.
type Tests interface {
	// Run runs the tests and returns the program's exit code.
	Run() int
}

type stopping struct{ tests Tests }

// Stopping returns tests that stop the server at their end. Every package that
// uses [URL] has a TestMain such as
//
//	func TestMain(m *testing.M) { goleak.VerifyTestMain(postgrestest.Stopping(m)) }
func Stopping(tests Tests) Tests { return stopping{tests} }

// Run implements [Tests].
func (s stopping) Run() int {
	code := s.tests.Run()
	if err := errors.Join(sharedPoolers.stop(), shared.stop()); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
		return max(code, 1)
	}
	return code
}

// URL returns the URL of a new database with the service's schema. It is
// dropped when the test ends.
func URL(tb testing.TB) string {
	tb.Helper()
	return newDatabase(tb, (*server).migrated)
}

// EmptyURL is [URL] for a database with nothing in it.
func EmptyURL(tb testing.TB) string {
	tb.Helper()
	return newDatabase(tb, func(*server, context.Context) (string, error) { return "template0", nil })
}

func newDatabase(tb testing.TB, template func(*server, context.Context) (string, error)) string {
	tb.Helper()
	s, err := shared.start(tb.Context())
	if errors.Is(err, errNoBinaries) {
		testpart.Missing(tb, Part, err.Error())
	}
	if err != nil {
		tb.Fatalf("start PostgreSQL: %v", err)
	}
	from, err := template(s, tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	name, err := s.create(tb.Context(), from)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.drop(context.Background(), name); err != nil {
			tb.Error(err)
		}
	})
	return s.database(name)
}

// shared is the server of this test program.
var shared starter

// starter starts a server when it is first needed.
type starter struct {
	mu     sync.Mutex
	server *server
	err    error
}

func (s *starter) start(ctx context.Context) (*server, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil && s.err == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startTimeout)
		defer cancel()
		s.server, s.err = startServer(ctx)
	}
	return s.server, s.err
}

func (s *starter) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return nil
	}
	return s.server.stop()
}

// server is a PostgreSQL server that databases are made on.
type server struct {
	url  *url.URL // of the database that others are made from
	stop func() error

	mu       sync.Mutex
	template string // the name of the one with the schema, once it is there
}

func startServer(ctx context.Context) (*server, error) {
	if address := os.Getenv(Variable); address != "" {
		parsed, err := url.Parse(address)
		if err != nil {
			return nil, errors.New(Variable + " is not a URL")
		}
		s := &server{url: parsed}
		s.stop = s.dropTemplate
		err = s.exec(ctx, `SELECT 1`)
		return s, err
	}
	return startLocal(ctx)
}

// database returns the URL of one of the server's databases.
func (s *server) database(name string) string {
	u := *s.url
	u.Path = "/" + name
	return u.String()
}

func (s *server) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.url.String())
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// create makes a database from a template, whose name and own it returns.
func (s *server) create(ctx context.Context, template string) (name string, err error) {
	name = "hookline_test_" + rand.Text()
	return name, s.exec(ctx, fmt.Sprintf(`CREATE DATABASE %q TEMPLATE %q`, name, template))
}

func (s *server) drop(ctx context.Context, name string) error {
	return s.exec(ctx, fmt.Sprintf(`DROP DATABASE IF EXISTS %q WITH (FORCE)`, name))
}

// migrated returns the name of a template with the service's schema.
func (s *server) migrated(ctx context.Context) (name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.template != "" {
		return s.template, nil
	}
	if name, err = s.create(ctx, "template0"); err != nil {
		return "", err
	}
	if err := migrate(ctx, s.database(name)); err != nil {
		return "", fmt.Errorf("migrate the template: %w", err)
	}
	s.template = name
	return name, nil
}

// dropTemplate leaves somebody else's server as it was.
func (s *server) dropTemplate() error {
	if s.template == "" {
		return nil
	}
	return s.drop(context.Background(), s.template)
}
