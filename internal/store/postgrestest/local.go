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
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser = "hookline"
	// pollPause is between two looks at whether a server has started.
	pollPause = 10 * time.Millisecond
	// supervise runs the server ($2 and what follows) until standard input
	// ends, be it that it is closed or that the test program is gone, and
	// removes its folder ($1).
	supervise = `folder=$1; shift; "$@" </dev/null & server=$!; cat >/dev/null; kill -INT $server; wait $server; rm -rf "$folder"`
)

// local is a server that was started from the binaries of this machine.
type local struct {
	folder  string
	command *exec.Cmd
	input   io.Closer
	exited  chan struct{}
}

func startLocal(ctx context.Context) (*server, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	l, err := newLocal(ctx, binaries)
	if err != nil {
		return nil, err
	}
	return &server{url: l.url(), stop: l.stop}, nil
}

func newLocal(ctx context.Context, binaries string) (*local, error) {
	folder, err := os.MkdirTemp("", "hkpg")
	if err != nil {
		return nil, err
	}
	l := &local{folder: folder}
	if err := l.start(ctx, binaries); err != nil {
		err = fmt.Errorf("start PostgreSQL from %s: %w%s", binaries, err, l.log())
		return nil, errors.Join(err, l.stop())
	}
	return l, nil
}

func (l *local) url() *url.URL {
	return &url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: url.Values{"host": {l.folder}, "user": {superuser}}.Encode()}
}

func (l *local) start(ctx context.Context, binaries string) error {
	data, logFile := filepath.Join(l.folder, "data"), filepath.Join(l.folder, "log")
	output, err := os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = output.Close() }()                                 // the server has its own
	initdb := exec.CommandContext(ctx, filepath.Join(binaries, "initdb"), //nolint:gosec // a folder of the machine
		"--pgdata", data, "--username", superuser,
		"--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync")
	initdb.Stdout, initdb.Stderr, initdb.Dir = output, output, l.folder
	if err := detach(initdb, l.folder); err != nil {
		return err
	}
	if err := initdb.Run(); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	return l.launch(ctx, binaries, output)
}

// launch starts the server on data that is there.
func (l *local) launch(ctx context.Context, binaries string, output *os.File) (err error) {
	data := filepath.Join(l.folder, "data")
	// Not bound to the context: it is stopped through its input.
	l.command = exec.Command("sh", "-c", supervise, "sh", l.folder, filepath.Join(binaries, "postgres"), "-D", data, //nolint:noctx,gosec // see above
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+l.folder, "-c", "max_connections=200")
	l.command.Stdout, l.command.Stderr, l.command.Dir = output, output, l.folder
	if err := detach(l.command, l.folder); err != nil {
		return err
	}
	if l.input, err = l.command.StdinPipe(); err != nil {
		return err
	}
	if err := l.command.Start(); err != nil {
		return err
	}
	l.exited = make(chan struct{})
	command, exited := l.command, l.exited
	go func() {
		_ = command.Wait()
		close(exited)
	}()
	return l.wait(ctx)
}

// wait returns when the server takes connections.
func (l *local) wait(ctx context.Context) error {
	for {
		conn, err := pgx.Connect(ctx, l.url().String())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return err
		case <-l.exited:
			return errors.New("it ended by itself")
		case <-time.After(pollPause):
		}
	}
}

// stop ends the server and removes its folder.
func (l *local) stop() error {
	if l.input != nil {
		_ = l.input.Close()
	}
	if l.command != nil && l.command.Process != nil {
		<-l.exited
	}
	return os.RemoveAll(l.folder)
}

// log returns what the server said, to be shown after an error.
func (l *local) log() string {
	said, err := os.ReadFile(filepath.Join(l.folder, "log"))
	if err != nil || len(said) == 0 {
		return ""
	}
	return "\n" + string(said)
}
