package keyring_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/keyring"
	"github.com/hookline-go/hookline/internal/webhook"
)

func TestSealAndOpen(t *testing.T) {
	k, err := keyring.New()
	require.NoError(t, err)
	sealed, err := k.Seal([]byte("secret"), []byte("row 1"))
	require.NoError(t, err)
	assert.NotContains(t, string(sealed), "secret")

	opened, err := k.Open(sealed, []byte("row 1"))
	require.NoError(t, err)
	assert.Equal(t, "secret", string(opened))

	_, err = k.Open(sealed, []byte("row 2"))
	assert.Equal(t, webhook.CodeDecryptionFailed, webhook.CodeOf(err))
	other, err := keyring.New()
	require.NoError(t, err)
	_, err = other.Open(sealed, []byte("row 1"))
	assert.Equal(t, webhook.CodeDecryptionFailed, webhook.CodeOf(err))
}

func TestCreateThenOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.key")
	created, err := keyring.Create(path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	requireOnlyFile(t, path)

	sealed, err := created.Seal([]byte("secret"), nil)
	require.NoError(t, err)
	opened, err := keyring.Open(path)
	require.NoError(t, err)
	requireOpens(t, opened, sealed)
}

func TestCreateNeverOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.key")
	require.NoError(t, os.WriteFile(path, []byte("precious"), 0o600))
	_, err := keyring.Create(path)
	require.Equal(t, webhook.CodeKeyFileExists, webhook.CodeOf(err))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "precious", string(content))
	requireOnlyFile(t, path)
}

func TestConcurrentCreateHasOneWinner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.key")
	const creators = 8
	keyrings := make([]*keyring.Keyring, creators)
	var group sync.WaitGroup
	for i := range creators {
		group.Go(func() {
			k, err := keyring.Create(path)
			if err != nil {
				assert.Equal(t, webhook.CodeKeyFileExists, webhook.CodeOf(err))
				return
			}
			keyrings[i] = k
		})
	}
	group.Wait()
	stored, err := keyring.Open(path)
	require.NoError(t, err)
	winners := 0
	for _, k := range keyrings {
		if k == nil {
			continue
		}
		winners++
		sealed, err := k.Seal([]byte("secret"), nil)
		require.NoError(t, err)
		requireOpens(t, stored, sealed)
	}
	assert.Equal(t, 1, winners)
}

func TestRotateKeepsOldKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.key")
	before, err := keyring.Create(path)
	require.NoError(t, err)
	old, err := before.Seal([]byte("secret"), nil)
	require.NoError(t, err)

	rotated, err := keyring.Rotate(path)
	require.NoError(t, err)
	requireOnlyFile(t, path)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	fresh, err := rotated.Seal([]byte("secret"), nil)
	require.NoError(t, err)

	reopened, err := keyring.Open(path)
	require.NoError(t, err)
	requireOpens(t, reopened, old)
	requireOpens(t, reopened, fresh)
	const prefix = 5 // a version and the id of the key
	assert.NotEqual(t, old[:prefix], fresh[:prefix], "the new key must be the primary one")
}

// A process that opened the file before another one rotated it reads what that
// one seals, and after a Reload seals like it.
func TestRotationByAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.key")
	_, err := keyring.Create(path)
	require.NoError(t, err)
	running, err := keyring.Open(path)
	require.NoError(t, err)
	rotated, err := keyring.Rotate(path)
	require.NoError(t, err)
	fresh, err := rotated.Seal([]byte("secret"), nil)
	require.NoError(t, err)
	requireOpens(t, running, fresh)

	require.NoError(t, running.Reload())
	sealed, err := running.Seal([]byte("secret"), nil)
	require.NoError(t, err)
	assert.Equal(t, fresh[:5], sealed[:5])

	require.NoError(t, os.Remove(path))
	require.Equal(t, webhook.CodeKeyFileMissing, webhook.CodeOf(running.Reload()))
	requireOpens(t, running, fresh)
}

// What no key of the file opens is an error still, and the file is not read for
// each.
func TestUnknownKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.key")
	running, err := keyring.Create(path)
	require.NoError(t, err)
	other, err := keyring.New()
	require.NoError(t, err)
	foreign, err := other.Seal([]byte("secret"), nil)
	require.NoError(t, err)
	for _, sealed := range [][]byte{foreign, foreign, foreign[:3], nil} {
		_, err = running.Open(sealed, nil)
		assert.Equal(t, webhook.CodeDecryptionFailed, webhook.CodeOf(err))
	}
}

func TestRotateThroughSymbolicLink(t *testing.T) {
	directory := t.TempDir()
	path, link := filepath.Join(directory, "real.key"), filepath.Join(directory, "link.key")
	_, err := keyring.Create(path)
	require.NoError(t, err)
	require.NoError(t, os.Symlink(path, link))
	rotated, err := keyring.Rotate(link)
	require.NoError(t, err)
	sealed, err := rotated.Seal([]byte("secret"), nil)
	require.NoError(t, err)
	stored, err := keyring.Open(path)
	require.NoError(t, err)
	requireOpens(t, stored, sealed)
}

func TestRotateExcludesAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.key")
	_, err := keyring.Create(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path+".new", nil, 0o600))
	_, err = keyring.Rotate(path)
	assert.Equal(t, webhook.CodeKeyFileExists, webhook.CodeOf(err))
	assert.FileExists(t, path+".new", "the other rotation's file is not ours to remove")
}

func TestRotateOfMissingFileLeavesNothing(t *testing.T) {
	directory := t.TempDir()
	_, err := keyring.Rotate(filepath.Join(directory, "hookline.key"))
	require.Equal(t, webhook.CodeKeyFileMissing, webhook.CodeOf(err))
	entries, err := os.ReadDir(directory)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestOpenErrors(t *testing.T) {
	directory := t.TempDir()
	valid := filepath.Join(directory, "valid.key")
	_, err := keyring.Create(valid)
	require.NoError(t, err)
	keyset, err := os.ReadFile(valid)
	require.NoError(t, err)

	write := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(directory, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		require.NoError(t, os.Chmod(path, mode))
		return path
	}
	tests := []struct {
		name, path string
		code       webhook.Code
	}{
		{"missing", filepath.Join(directory, "none.key"), webhook.CodeKeyFileMissing},
		{"directory", directory, webhook.CodeKeyFileUnreadable},
		{"under a file", filepath.Join(valid, "x.key"), webhook.CodeKeyFileUnreadable},
		{"empty", write("empty.key", "", 0o600), webhook.CodeKeyFileMalformed},
		{"no JSON", write("text.key", "hello", 0o600), webhook.CodeKeyFileMalformed},
		{"empty keyset", write("object.key", "{}", 0o600), webhook.CodeKeyFileMalformed},
		{"truncated", write("half.key", string(keyset[:len(keyset)/2]), 0o600), webhook.CodeKeyFileMalformed},
		{"group may write", write("group.key", string(keyset), 0o660), webhook.CodeKeyFilePermissions},
		{"all may write", write("world.key", string(keyset), 0o602), webhook.CodeKeyFilePermissions},
		{"owner may execute", write("exec.key", string(keyset), 0o700), webhook.CodeKeyFilePermissions},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k, err := keyring.Open(test.path)
			require.Error(t, err)
			assert.Nil(t, k)
			assert.Equal(t, test.code, webhook.CodeOf(err), err)
			assert.Contains(t, err.Error(), test.path)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestCreateInMissingDirectory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none", "hookline.key")
	_, err := keyring.Create(path)
	assert.Equal(t, webhook.CodeKeyFileUnreadable, webhook.CodeOf(err))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// A decoder that quotes its input would put key material into the log.
func TestErrorsAndPrintsHoldNoKeyMaterial(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hookline.key")
	k, err := keyring.Create(path)
	require.NoError(t, err)
	material := keyMaterial(t, path)

	printed := fmt.Sprintf("%v %+v %#v", k, k, k)
	assert.NotContains(t, printed, material)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	broken := []string{
		strings.Replace(string(content), material, material+"!", 1),
		strings.Replace(string(content), `"value"`, `"keyData"`, 1),
		strings.Replace(string(content), `"`+material+`"`, `["`+material+`"]`, 1),
		`"` + material + `"`,
		material,
	}
	for _, text := range broken {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := keyring.Open(path)
		require.Error(t, err)
		for e := err; e != nil; e = errors.Unwrap(e) {
			assert.NotContains(t, e.Error(), material[:8])
		}
	}
}

// keyMaterial returns the encoded key in the file at path.
func keyMaterial(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	var file struct {
		Key []struct{ KeyData struct{ Value string } }
	}
	require.NoError(t, json.Unmarshal(content, &file))
	require.Len(t, file.Key, 1)
	require.NotEmpty(t, file.Key[0].KeyData.Value)
	return file.Key[0].KeyData.Value
}

func requireOpens(t *testing.T, k *keyring.Keyring, sealed []byte) {
	t.Helper()
	opened, err := k.Open(sealed, nil)
	require.NoError(t, err)
	require.Equal(t, "secret", string(opened))
}

func requireOnlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "a temporary file was left behind")
}
