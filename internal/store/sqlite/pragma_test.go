package sqlite

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store/storetest"
)

// A pragma that SQLite does not know, or that a connection lost, fails
// silently: this asks for what is in force.
func TestPragmas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.db")
	s, err := Open(t.Context(), path, storetest.NewCipher(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	memory, err := Open(t.Context(), InMemory, storetest.NewCipher(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, memory.Close()) })

	tests := []struct {
		name string
		db   *sql.DB
		want map[string]string
	}{
		{"writer", s.writer, map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "trusted_schema": "0", "query_only": "0",
			"journal_size_limit": "8388608",
		}},
		{"reader", s.reader, map[string]string{
			"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "5000", "trusted_schema": "0", "query_only": "1",
		}},
		{"memory", memory.writer, map[string]string{"journal_mode": "memory", "foreign_keys": "1"}},
	}
	for _, test := range tests {
		for pragma, want := range test.want {
			t.Run(test.name+" "+pragma, func(t *testing.T) {
				var got string
				require.NoError(t, test.db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
				require.Equal(t, want, got)
			})
		}
	}
}
