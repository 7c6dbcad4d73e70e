package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

const headerSecret = "Bearer top-secret" //nolint:gosec // of the test

// TestConfigs leads a config through its life with every verb.
func TestConfigs(t *testing.T) {
	s := newSession(t)
	r := s.s.Receiver()
	t.Setenv("KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	t.Setenv("TOKEN", headerSecret)

	created := s.must("configs", "create", "--webhook-type", "SYNC_COMPLETED", "--name", "My hook", "--url", r.URL, "--topics", "a.b", "--topics", "c",
		"--signing-key", "env:KEY", "--headers", "Authorization=env:TOKEN", "--state", "DISABLED")
	assert.Regexp(t, `(?m)^ID +1\nName +My hook\nState +DISABLED\nType +SYNC_COMPLETED\n`, created)
	assert.Contains(t, created, "a.b, c")
	assert.Contains(t, created, "Authorization: "+masked)
	assert.NotContains(t, created, headerSecret)

	assert.Contains(t, s.must("configs", "enable", "1"), "ENABLED")
	assert.Regexp(t, `URL +http://127.0.0.1:9/\n`, s.must("configs", "update", "1", "--url", "http://127.0.0.1:9/"))
	assert.Regexp(t, `Topics +all\n`, s.must("configs", "update", "1", "--set", "topics=[]", "--set", "url="+r.URL))
	assert.Regexp(t, `1 +ENABLED +SYNC_COMPLETED +My hook`, s.must("configs", "list"))

	key := strings.TrimSpace(s.must("configs", "rotate", "1"))
	assert.Contains(t, s.must("configs", "test", "1"), "queued delivery ")
	got := r.WaitFor(1)[0]
	require.NoError(t, got.Verify(key))
	assert.Equal(t, headerSecret, got.Header.Get("Authorization"))

	assert.Equal(t, "queued 0 deliveries again\n", s.must("configs", "recover", "1", "--since", "24h"))
	assert.Contains(t, s.must("configs", "disable", "1"), "DISABLED")
	assert.Equal(t, "deleted config 1\n", s.must("configs", "delete", "1"))
	assert.Equal(t, "none (of 0)\n", s.must("configs", "list"))
	missing := s.run("configs", "get", "1")
	assert.Equal(t, statusFailed, missing.status)
	assert.Contains(t, missing.stderr, "refused (404 Not Found): not_found")
}

// TestConfigBodies shows where the fields of a body come from.
func TestConfigBodies(t *testing.T) {
	s := newSession(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "config.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"webhook_type":"SYNC_STARTED","name":"from file","url":"https://example.com/"}`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "token"), []byte(headerSecret+"\n"), 0o600))

	assert.Contains(t, s.must("configs", "create", "--data", "@"+file), "from file")
	assert.Contains(t, s.must("configs", "create", "--data", "@"+file, "--name", "from flag"), "from flag")
	piped := s.feed(`{"webhook_type":"SYNC_STARTED","url":"https://example.com/"}`, "configs", "create", "--data", "-", "--set", "name=set, with a comma",
		"--set", "headers.X-Team=@"+filepath.Join(folder, "token"), "--set", "headers.X-Two=@"+filepath.Join(folder, "token"), "--show-secrets")
	require.Zero(t, piped.status, piped.stderr)
	assert.Contains(t, piped.stdout, "set, with a comma")
	assert.Contains(t, piped.stdout, "X-Team: "+headerSecret)
	assert.Contains(t, piped.stdout, "X-Two: "+headerSecret)

	prompted := s.feed("a signing key\n", "configs", "update", "1", "--signing-key", "-")
	assert.Zero(t, prompted.status, prompted.stderr)
	assert.Contains(t, s.must("configs", "update", "1", "--set", "signing_key=null"), "from file")
}

// TestSecretsStayOutOfArguments refuses a secret on the command line and does
// not repeat it.
func TestSecretsStayOutOfArguments(t *testing.T) {
	s := newSession(t)
	for _, args := range [][]string{
		{"configs", "create", "--signing-key", headerSecret},
		{"configs", "create", "--headers", "Authorization=" + headerSecret},
		{"configs", "create", "--set", "headers.Authorization=" + headerSecret},
		{"configs", "create", "--set", "signing_key=" + headerSecret},
		{"configs", "rotate", "1", "--signing-key", headerSecret},
		{"configs", "list", "--api-key", headerSecret},
		{"login", "--base-url", s.s.URL, "--api-key", headerSecret},
	} {
		got := s.run(args...)
		assert.Equal(t, statusUsage, got.status, "%v", args)
		assert.Contains(t, got.stderr, "a secret on the command line", "%v", args)
		assert.NotContains(t, got.stdout+got.stderr, headerSecret, "%v", args)
	}
}

// TestRefusals shows that a person is told which flag to mend, before anything
// is sent.
func TestRefusals(t *testing.T) {
	s := newSession(t)
	got := s.run("configs", "create", "--webhook-type", "INTEGRATION", "--set", "nam=x", "--url", "ftp://example.com")
	assert.Equal(t, statusFailed, got.status)
	assert.Contains(t, got.stderr, "hookline: refused before it was sent: invalid_request")
	assert.Contains(t, got.stderr, "\n  --name: \"name\" is required\n")
	assert.Contains(t, got.stderr, "\n  body /nam: ")
	assert.Contains(t, got.stderr, "did you mean name?")
	assert.Contains(t, got.stderr, "\n  --url: ")
	assert.Contains(t, got.stderr, "--integration-type")

	for _, c := range []struct {
		args   string
		status int
		want   string
	}{
		{"configs list --limit 0", statusFailed, "--limit: "},
		{"configs get one", statusUsage, "not \"one\""},
		{"configs get", statusUsage, "ID is missing"},
		{"logs get 1", statusUsage, "is a UUID"},
		{"configs recover 1 --since yesterday", statusUsage, "--since: "},
		{"logs list --state DELIVRED", statusUsage, "did you mean DELIVERED?"},
		{"configs list --json --format x", statusUsage, "--json and --format"},
		{"configs list --profile none", statusUsage, "hookline login --profile none"},
		{"configs list --base-url http://127.0.0.1:1/v4", statusUnreached, "http://127.0.0.1:1 was not reached"},
		{"configs list --base-url ftp://example.com --api-key env:HOOKLINE_API_KEY", statusUsage, "http or https"},
		{"configs create --data config.json", statusUsage, "--data must be @FILE"},
		{"configs create --data @none.json", statusUsage, "none.json"},
	} {
		got := s.run(strings.Fields(c.args)...)
		assert.Equal(t, c.status, got.status, "%s: %s", c.args, got.stderr)
		assert.Contains(t, got.stderr, c.want, "%s", c.args)
		assert.Empty(t, got.stdout, "%s", c.args)
	}
	t.Setenv("HOOKLINE_API_KEY", "another")
	got = s.run("configs", "list")
	assert.Equal(t, statusFailed, got.status)
	assert.Contains(t, got.stderr, "hookline login")
}

// TestOutputs prints the same configs in every form.
func TestOutputs(t *testing.T) {
	s := newSession(t)
	t.Setenv("TOKEN", headerSecret)
	for _, name := range []string{"one", "two", "three"} {
		s.must("configs", "create", "--webhook-type", "SYNC_STARTED", "--name", name, "--url", "https://example.com/", "--headers", "X-Token=env:TOKEN")
	}
	first := s.must("configs", "list", "--limit", "2")
	assert.Contains(t, first, "2 of 3; the next page: --cursor 2\n")
	assert.Contains(t, s.must("configs", "list", "--limit", "2", "--cursor", "2"), "one")
	assert.Equal(t, 4, strings.Count(s.must("configs", "list", "--limit", "1", "--all"), "\n"))
	assert.Equal(t, "3 three\n2 two\n1 one\n", s.must("configs", "list", "--all", "--limit", "2", "--format", "{{.rootfi_id}} {{.name}}"))

	var answered struct {
		Data struct {
			Data []struct{ Headers []receiverHeader }
		}
	}
	shown := s.must("configs", "list", "--json")
	require.NoError(t, json.Unmarshal([]byte(shown), &answered))
	assert.Equal(t, []receiverHeader{{"X-Token", masked}}, answered.Data.Data[0].Headers)
	assert.NotContains(t, shown, headerSecret)
	assert.Contains(t, s.must("configs", "list", "--json", "--show-secrets"), headerSecret)
	lines := strings.Split(strings.TrimSpace(s.must("configs", "list", "--json", "--all", "--limit", "2")), "\n")
	require.Len(t, lines, 3)
	for _, line := range lines {
		assert.True(t, json.Valid([]byte(line)), line)
		assert.NotContains(t, line, headerSecret)
	}
}

type receiverHeader struct{ Name, Value string }

// TestNewSigningKey makes keys that the receiver takes.
func TestNewSigningKey(t *testing.T) {
	t.Parallel()
	one, two := newSigningKey(), newSigningKey()
	_, err := receiver.NewSigner(one)
	require.NoError(t, err)
	assert.NotEqual(t, one, two)
}
