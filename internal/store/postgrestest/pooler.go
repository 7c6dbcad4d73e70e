package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/hookline-go/hookline/internal/testpart"
)

// PoolerPart is the name of PgBouncer in [testpart].
const PoolerPart = "pgbouncer"

// PoolMode is what a connection to the server belongs to: one client for as
// long as it is connected, or a transaction, or a statement.
type PoolMode string

// The pool modes of PgBouncer.
const (
	PoolSession     PoolMode = "session"
	PoolTransaction PoolMode = "transaction"
	PoolStatement   PoolMode = "statement"
)

// poolerFolders are where packages put PgBouncer, besides PATH.
var poolerFolders = []string{"/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"}

// Pooled returns the URL of a database, which [URL] or [EmptyURL] returned, by
// way of a PgBouncer. There is one for each mode, which runs as long as the
// test program.
func Pooled(tb testing.TB, address string, mode PoolMode) string {
	tb.Helper()
	binary, err := findPooler()
	if err != nil {
		testpart.Missing(tb, PoolerPart, err.Error())
	}
	server, err := pgx.ParseConfig(address)
	if err != nil {
		tb.Fatal(err)
	}
	p, err := sharedPoolers.start(tb.Context(), binary, server, mode)
	if err != nil {
		tb.Fatalf("start PgBouncer: %v", err)
	}
	return p.url(server)
}

// sharedPoolers are those of this test program.
var sharedPoolers = poolers{running: map[PoolMode]*pooler{}}

type poolers struct {
	mu      sync.Mutex
	running map[PoolMode]*pooler
}

func (p *poolers) start(ctx context.Context, binary string, server *pgx.ConnConfig, mode PoolMode) (*pooler, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if running, ok := p.running[mode]; ok {
		return running, nil
	}
	started, err := startPooler(ctx, binary, server, mode)
	if err == nil {
		p.running[mode] = started
	}
	return started, err
}

func (p *poolers) stop() (err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, running := range p.running {
		err = errors.Join(err, running.stop())
	}
	return err
}

func findPooler() (string, error) {
	if path, err := exec.LookPath("pgbouncer"); err == nil {
		return path, nil
	}
	for _, folder := range poolerFolders {
		path := filepath.Join(folder, "pgbouncer")
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path, nil
		}
	}
	return "", errors.New("there is no pgbouncer; install it")
}

// pooler is a PgBouncer in a folder of its own, which also has its socket.
type pooler struct {
	folder  string
	command *exec.Cmd
	input   io.Closer
	exited  chan struct{}
}

func startPooler(ctx context.Context, binary string, server *pgx.ConnConfig, mode PoolMode) (*pooler, error) {
	folder, err := os.MkdirTemp("", "hkpgb")
	if err != nil {
		return nil, err
	}
	p := &pooler{folder: folder, exited: make(chan struct{})}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), startTimeout)
	defer cancel()
	if err := p.start(ctx, binary, server, mode); err != nil {
		said, _ := os.ReadFile(filepath.Join(folder, "log")) // there may be none yet
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, said), p.stop())
	}
	return p, nil
}

// port is that of the socket's name; nothing listens on it.
const port = "6432"

func (p *pooler) url(server *pgx.ConnConfig) string {
	query := url.Values{"host": {p.folder}, "port": {port}, "user": {server.User}}
	return (&url.URL{Scheme: "postgres", Path: "/" + server.Database, RawQuery: query.Encode()}).String()
}

// settings returns the configuration file: whoever reaches the socket is the
// server's user.
func (p *pooler) settings(server *pgx.ConnConfig, mode PoolMode) string {
	target := fmt.Sprintf("* = host='%s' port=%d user='%s'", server.Host, server.Port, server.User)
	if server.Password != "" {
		target += fmt.Sprintf(" password='%s'", server.Password)
	}
	return strings.Join([]string{
		"[databases]", target, "[pgbouncer]", "logfile=" + filepath.Join(p.folder, "log"),
		"listen_port=" + port, "unix_socket_dir=" + p.folder, "auth_type=any", "pool_mode=" + string(mode), "",
	}, "\n")
}

func (p *pooler) start(ctx context.Context, binary string, server *pgx.ConnConfig, mode PoolMode) (err error) {
	file := filepath.Join(p.folder, "pgbouncer.ini")
	if err := os.WriteFile(file, []byte(p.settings(server, mode)), 0o644); err != nil { //nolint:gosec // PgBouncer's user reads it
		return err
	}
	// Not bound to the context: it is stopped through its input.
	p.command = exec.Command("sh", "-c", supervise, "sh", p.folder, binary, "--quiet", file) //nolint:noctx,gosec // see above
	p.command.Dir = p.folder
	if err := detach(p.command, p.folder); err != nil {
		return err
	}
	if p.input, err = p.command.StdinPipe(); err != nil {
		return err
	}
	if err := p.command.Start(); err != nil {
		return err
	}
	go func() {
		_ = p.command.Wait()
		close(p.exited)
	}()
	return p.wait(ctx, p.url(server))
}

// wait returns when PgBouncer takes connections.
func (p *pooler) wait(ctx context.Context, address string) error {
	for {
		conn, err := pgx.Connect(ctx, address)
		if err == nil {
			return conn.Close(ctx)
		}
		if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
			return refused
		}
		select {
		case <-ctx.Done():
			return err
		case <-p.exited:
			return errors.New("it ended by itself")
		case <-time.After(pollPause):
		}
	}
}

func (p *pooler) stop() error {
	if p.input != nil {
		_ = p.input.Close()
	}
	if p.command != nil && p.command.Process != nil {
		<-p.exited
	}
	return os.RemoveAll(p.folder)
}
