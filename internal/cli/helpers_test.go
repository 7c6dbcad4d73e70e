package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/hooklinetest"
)

// session runs the command line in this process, against a service of the test.
// It sets variables of the environment, so its test cannot be parallel.
type session struct {
	t *testing.T
	s *hooklinetest.Server
}

func newSession(t *testing.T, options ...hooklinetest.Option) *session {
	t.Helper()
	s := hooklinetest.NewServer(t, options...)
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv(envURL, s.URL)
	t.Setenv(client.EnvAPIKey, s.APIKey)
	return &session{t: t, s: s}
}

// outcome is what a command did.
type outcome struct {
	stdout, stderr string
	status         int
}

// run runs a command with an empty standard input.
func (s *session) run(args ...string) outcome { return s.feed("", args...) }

// feed runs a command with a standard input.
func (s *session) feed(stdin string, args ...string) outcome {
	return s.within(s.t.Context(), stdin, args...)
}

func (s *session) within(ctx context.Context, stdin string, args ...string) outcome {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	status := Run(ctx, append([]string{"hookline"}, args...), strings.NewReader(stdin), &stdout, &stderr)
	return outcome{stdout.String(), stderr.String(), status}
}

// must runs a command that succeeds, and returns what it printed.
func (s *session) must(args ...string) string {
	s.t.Helper()
	got := s.run(args...)
	require.Zero(s.t, got.status, "%v: %s", args, got.stderr)
	return got.stdout
}
