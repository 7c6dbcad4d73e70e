package cli

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

// TestProfiles stores a service, uses it, and forgets it.
func TestProfiles(t *testing.T) {
	s := newSession(t)
	for _, name := range []string{envURL, client.EnvAPIKey} {
		require.NoError(t, os.Unsetenv(name)) // newSession puts it back
	}
	refused := s.feed("wrong\n", "login", "--profile", "here", "--base-url", s.s.URL)
	assert.Equal(t, statusFailed, refused.status)
	assert.Contains(t, refused.stderr, "401")
	stored := s.feed(s.s.APIKey+"\n", "login", "--profile", "here", "--base-url", s.s.URL)
	require.Zero(t, stored.status, stored.stderr)
	assert.NotContains(t, stored.stdout, s.s.APIKey)

	path, err := profilesPath()
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	assert.Equal(t, "none (of 0)\n", s.must("configs", "list", "--profile", "here"))
	t.Setenv("HOOKLINE_PROFILE", "here")
	assert.Equal(t, "none (of 0)\n", s.must("configs", "list"))
	listed := s.must("profiles")
	assert.Contains(t, listed, s.s.URL)
	assert.NotContains(t, listed+s.must("profiles", "--json"), s.s.APIKey)
	assert.Equal(t, "here\n", s.must("__complete", "--", "configs", "list", "--profile", ""))

	// The environment wins over the profile, and the profile's key goes to no
	// other service.
	t.Setenv(client.EnvAPIKey, "wrong")
	assert.Equal(t, statusFailed, s.run("configs", "list").status)
	require.NoError(t, os.Unsetenv(client.EnvAPIKey))
	elsewhere := s.run("configs", "list", "--base-url", "https://hooks.example.invalid/v4")
	assert.Equal(t, statusUsage, elsewhere.status)
	assert.Contains(t, elsewhere.stderr, "there is no API key for https://hooks.example.invalid/v4")

	s.must("logout")
	assert.Contains(t, s.run("configs", "list").stderr, "there is no profile here")
	require.NoError(t, os.WriteFile(path, []byte("not JSON"), 0o600))
	assert.Contains(t, s.run("configs", "list").stderr, "is not a file of profiles")
}
