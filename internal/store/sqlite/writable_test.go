package sqlite

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

// writable is a store on a file, with a clock.
func writable(t *testing.T) (*Store, *storetest.Clock) {
	t.Helper()
	clock := storetest.NewClock()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "hookline.db"), storetest.NewCipher(t), WithClock(clock.Now))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	_, err = s.EnsureOrganisation(t.Context(), 1)
	require.NoError(t, err)
	return s, clock
}

func (s *Store) setPragma(t *testing.T, pragma string, value int) {
	t.Helper()
	_, err := s.writer.ExecContext(t.Context(), fmt.Sprintf(`PRAGMA %s = %d`, pragma, value))
	require.NoError(t, err)
}

// A small write finds room on a disk where no event does.
func TestFullDisk(t *testing.T) {
	s, clock := writable(t)
	require.NoError(t, s.CheckWrites(t.Context()))
	var pages int
	require.NoError(t, s.writer.QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&pages))
	s.setPragma(t, "max_page_count", pages+8)

	_, err := s.PublishEvent(t.Context(), webhook.Event{OrganisationID: 1, Payload: make([]byte, 100<<10)}, webhook.Idempotency{})
	require.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(err), "%v", err)
	_, err = s.EnsureOrganisation(t.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(s.CheckWrites(t.Context())))
	require.NoError(t, s.Ping(t.Context()))

	s.setPragma(t, "max_page_count", 1<<30)
	clock.Advance(time.Minute)
	require.NoError(t, s.CheckWrites(t.Context()))
	var events int
	require.NoError(t, s.reader.QueryRowContext(t.Context(), `SELECT count(*) FROM events`).Scan(&events))
	require.Zero(t, events, "a probe leaves nothing behind")
}

// It is found out without anybody writing.
func TestReadOnlyFile(t *testing.T) {
	s, clock := writable(t)
	s.setPragma(t, "query_only", 1)
	clock.Advance(time.Minute)
	require.Equal(t, webhook.CodeUnavailable, webhook.CodeOf(s.CheckWrites(t.Context())))
	require.NoError(t, s.Ping(t.Context()))
	s.setPragma(t, "query_only", 0)
	require.Error(t, s.CheckWrites(t.Context()), "callers share a probe")
	clock.Advance(time.Minute)
	require.NoError(t, s.CheckWrites(t.Context()))
}
