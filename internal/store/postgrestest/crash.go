//go:build unix

package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/hookline-go/hookline/internal/testpart"
)

// Crashing is a server of a test's own, which can be made to crash.
type Crashing struct {
	tb       testing.TB
	local    *local
	binaries string
	crashed  []local // the supervisors of servers that are gone
}

// NewCrashing starts a server that is stopped when the test ends.
func NewCrashing(tb testing.TB) *Crashing {
	tb.Helper()
	binaries, err := findBinaries()
	if errors.Is(err, errNoBinaries) {
		testpart.Missing(tb, Part, err.Error())
	}
	if err != nil {
		tb.Fatal(err)
	}
	c := &Crashing{tb: tb, binaries: binaries}
	ctx, cancel := context.WithTimeout(tb.Context(), startTimeout)
	defer cancel()
	if c.local, err = newLocal(ctx, binaries); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.stop)
	return c
}

// URL returns the URL of an empty database.
func (c *Crashing) URL() string { return c.local.url().String() }

// Crash ends the server without a chance to tidy up, and starts it again.
func (c *Crashing) Crash() {
	c.tb.Helper()
	ctx, cancel := context.WithTimeout(c.tb.Context(), startTimeout)
	defer cancel()
	if err := c.crash(ctx); err != nil {
		c.tb.Fatalf("crash PostgreSQL: %v%s", err, c.local.log())
	}
}

func (c *Crashing) crash(ctx context.Context) error {
	pidFile := filepath.Join(c.local.folder, "data", "postmaster.pid")
	content, err := os.ReadFile(pidFile)
	if err != nil {
		return err
	}
	first, _, _ := bytes.Cut(content, []byte("\n"))
	pid, err := strconv.Atoi(string(first))
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil { // an "immediate" shutdown
		return err
	}
	for {
		if _, err := os.Stat(pidFile); errors.Is(err, fs.ErrNotExist) {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pollPause):
		}
	}
	c.crashed = append(c.crashed, *c.local)
	output, err := os.OpenFile(filepath.Join(c.local.folder, "log"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	return errors.Join(c.local.launch(ctx, c.binaries, output), output.Close())
}

func (c *Crashing) stop() {
	err := c.local.stop()
	for i := range c.crashed {
		err = errors.Join(err, c.crashed[i].stop())
	}
	if err != nil {
		c.tb.Error(err)
	}
}
