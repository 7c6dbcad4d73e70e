package cli

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/store/postgrestest"
)

// TestMigrate is for operators who do not let the service change the schema.
func TestMigrate(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]string{"sqlite": "hookline.db", "postgres": postgrestest.EmptyURL(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			mustRun(t, folder, "encryption-key", "create")
			_, stderr, status := hookline(t, folder, "serve", "--no-migrate", "--listen", "127.0.0.1:0", "--database", database)
			assert.Equal(t, 1, status)
			assert.Contains(t, stderr, "migrations")
			assert.Contains(t, mustRun(t, folder, "migrate", "--database", database), "up to date")
			mustRun(t, folder, "migrate", "--database", database) // again
			p := start(t, folder, "--no-migrate", "--database", database)
			require.Zero(t, p.stop(), "%s", &p.stderr)
		})
	}
}

func TestPasswordsStaySecret(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	mustRun(t, folder, "encryption-key", "create")
	stdout, stderr, status := hookline(t, folder, "migrate", "--database", "postgres://hookline:pass%20word@127.0.0.1:1/hookline")
	assert.Equal(t, 1, status)
	assert.NotContains(t, stdout+stderr, "pass")
	_, stderr, status = hookline(t, folder, "serve", "--database", "mysql://root:password@127.0.0.1/hookline")
	assert.Equal(t, 2, status)
	assert.NotContains(t, stderr, "password")
	assert.Contains(t, stderr, "postgres://")
}
