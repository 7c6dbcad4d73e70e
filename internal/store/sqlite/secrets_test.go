package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/store/storetest"
	"github.com/hookline-go/hookline/internal/webhook"
)

// Looks for every secret in the bytes of all files of an open database, and
// for something that is no secret, to know that the search works.
func TestSecretsAreNotOnDisk(t *testing.T) {
	directory := t.TempDir()
	keys, err := keyring.New()
	require.NoError(t, err)
	s := open(t, filepath.Join(directory, "hookline.db"), keys)
	apiKey := webhook.GenerateKey()
	_, err = s.CreateKey(t.Context(), webhook.Key{OrganisationID: 1, Name: "plain-key-name", Prefix: webhook.KeyPrefix(apiKey)}, webhook.HashKey(apiKey))
	require.NoError(t, err)
	c, err := s.CreateConfig(t.Context(), webhook.Config{
		OrganisationID: 1, Name: "plain-config-name", SigningKey: "signing-plaintext-1",
		Headers: []webhook.Header{{Name: "Authorization", Value: "header-plaintext-1"}},
	}, webhook.Idempotency{})
	require.NoError(t, err)
	_, err = s.UpdateConfig(t.Context(), 1, c.ID, func(c *webhook.Config) error {
		c.SigningKey, c.Headers[0].Value = "signing-plaintext-2", "header-plaintext-2"
		return nil
	})
	require.NoError(t, err)

	requireOnDisk := func(files ...string) {
		raw := readFiles(t, directory, files...)
		require.Contains(t, raw, "plain-key-name")
		require.Contains(t, raw, "plain-config-name")
		for _, secret := range []string{apiKey.Reveal(), apiKey.Reveal()[12:], "signing-plaintext", "header-plaintext"} {
			assert.NotContains(t, raw, secret)
		}
	}
	requireOnDisk("hookline.db", "hookline.db-wal")
	require.NoError(t, s.Close())
	requireOnDisk("hookline.db")
}

// readFiles returns the content of the files in a directory, which must be
// those named.
func readFiles(t *testing.T, directory string, names ...string) string {
	t.Helper()
	entries, err := os.ReadDir(directory)
	require.NoError(t, err)
	var found []string
	var content []byte
	for _, entry := range entries {
		part, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		require.NoError(t, err)
		content = append(content, part...)
		if filepath.Ext(entry.Name()) != ".db-shm" { // the index of the WAL
			found = append(found, entry.Name())
		}
	}
	require.Equal(t, names, found)
	return string(content)
}

func TestMovedOrAlteredSecretsAreRefused(t *testing.T) {
	tests := map[string]string{
		"from another config":           `UPDATE webhook_configs SET signing_key = (SELECT signing_key FROM webhook_configs WHERE id = 2) WHERE id = 1`,
		"headers of another config":     `UPDATE webhook_configs SET headers = (SELECT headers FROM webhook_configs WHERE id = 2) WHERE id = 1`,
		"signing key from headers":      `UPDATE webhook_configs SET signing_key = headers WHERE id = 1`,
		"headers from signing key":      `UPDATE webhook_configs SET headers = signing_key WHERE id = 1`,
		"whole row to another id":       `UPDATE webhook_configs SET id = 1 - id`,
		"row to another organisation":   `UPDATE webhook_configs SET organisation_id = 2 WHERE id = 1`,
		"from the canary":               `UPDATE webhook_configs SET signing_key = (SELECT sealed FROM encryption_canary) WHERE id = 1`,
		"altered":                       `UPDATE webhook_configs SET signing_key = CAST(substr(signing_key, 1, 20) || x'00' || substr(signing_key, 22) AS BLOB) WHERE id = 1`,
		"replaced by the value in text": `UPDATE webhook_configs SET signing_key = CAST('signing-plaintext' AS BLOB) WHERE id = 1`,
	}
	for name, statement := range tests {
		t.Run(name, func(t *testing.T) {
			path, cipher := filepath.Join(t.TempDir(), "hookline.db"), storetest.NewCipher(t)
			create(t, path, cipher)
			create(t, path, cipher)
			s := open(t, path, cipher)
			_, err := s.EnsureOrganisation(t.Context(), 2)
			require.NoError(t, err)
			execRaw(t, path, statement)

			unreadable := 0
			for _, organisation := range []int64{1, 2} {
				page, err := s.Configs(t.Context(), organisation, webhook.ConfigFilter{})
				require.NoError(t, err, "one config does not hide the others")
				for _, c := range page.Configs {
					_, err := s.Config(t.Context(), organisation, c.ID)
					if !c.Unreadable {
						require.NoError(t, err)
						continue
					}
					unreadable++
					assert.Nil(t, c.Headers)
					assert.Empty(t, c.SigningKey)
					assert.Equal(t, webhook.CodeDecryptionFailed, webhook.CodeOf(err), "%v", err)
					assert.NotContains(t, err.Error(), "plaintext")
				}
			}
			require.GreaterOrEqual(t, unreadable, 1)
		})
	}
}
