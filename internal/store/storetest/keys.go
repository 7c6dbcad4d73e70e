package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// newKey returns a new API key and what is stored of it.
func newKey(organisation int64, name string) (webhook.Key, webhook.KeyHash) {
	secret := webhook.GenerateKey()
	return webhook.Key{OrganisationID: organisation, Name: name, Prefix: webhook.KeyPrefix(secret)}, webhook.HashKey(secret)
}

func testOrganisations(t *testing.T, f *fixture) {
	made, err := f.EnsureOrganisation(t.Context(), 7)
	require.NoError(t, err)
	want := webhook.Organisation{ID: 7, CreatedAt: f.clock.Now().UTC().Truncate(time.Microsecond)}
	require.Equal(t, want, made)
	f.clock.Advance(time.Hour)
	again, err := f.EnsureOrganisation(t.Context(), 7)
	require.NoError(t, err)
	require.Equal(t, want, again)
	for _, id := range []int64{0, -1} {
		_, err := f.EnsureOrganisation(t.Context(), id)
		requireCode(t, webhook.CodeInvalid, err)
	}
}

func testKeys(t *testing.T, f *fixture) {
	now := f.clock.Now().UTC().Truncate(time.Microsecond)
	const organisation = 42 // made with its first key
	key, hash := newKey(organisation, "ci")
	first, err := f.CreateKey(t.Context(), key, hash)
	require.NoError(t, err)
	want := key
	want.ID, want.CreatedAt = first.ID, now
	require.Equal(t, want, first)
	require.Positive(t, first.ID)
	_, err = f.CreateKey(t.Context(), key, hash)
	requireCode(t, webhook.CodeConflict, err)

	secondKey, secondHash := newKey(organisation, "ci")
	second, err := f.CreateKey(t.Context(), secondKey, secondHash)
	require.NoError(t, err)
	f.requireKeys(t, organisation, first, second)
	found, err := f.KeyByHash(t.Context(), hash)
	require.NoError(t, err)
	require.Equal(t, first, found)

	f.clock.Advance(time.Hour)
	revoked, err := f.RevokeKey(t.Context(), organisation, first.ID)
	require.NoError(t, err)
	first.RevokedAt = new(now.Add(time.Hour))
	require.Equal(t, first, revoked)
	_, err = f.KeyByHash(t.Context(), hash)
	requireCode(t, webhook.CodeNotFound, err)
	found, err = f.KeyByHash(t.Context(), secondHash)
	require.NoError(t, err)
	require.Equal(t, second, found)

	f.clock.Advance(time.Hour)
	again, err := f.RevokeKey(t.Context(), organisation, first.ID)
	require.NoError(t, err)
	require.Equal(t, first, again, "revoking again keeps the first time")
	f.requireKeys(t, organisation, first, second)
	_, err = f.RevokeKey(t.Context(), organisation, second.ID+1)
	requireCode(t, webhook.CodeNotFound, err)
	_, err = f.KeyByHash(t.Context(), webhook.HashKey(""))
	requireCode(t, webhook.CodeNotFound, err)
}

func (f *fixture) requireKeys(t *testing.T, organisation int64, want ...webhook.Key) {
	t.Helper()
	got, err := f.Keys(t.Context(), organisation)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func testEnsureKey(t *testing.T, f *fixture) {
	const organisation = 42
	key, hash := newKey(organisation, "dev")
	first, err := f.EnsureKey(t.Context(), key, hash)
	require.NoError(t, err)
	f.clock.Advance(time.Hour)
	again, err := f.EnsureKey(t.Context(), key, hash)
	require.NoError(t, err)
	require.Equal(t, first, again)
	f.requireKeys(t, organisation, first)

	elsewhere := key
	elsewhere.OrganisationID = ours
	_, err = f.EnsureKey(t.Context(), elsewhere, hash)
	requireCode(t, webhook.CodeConflict, err)
	_, err = f.RevokeKey(t.Context(), organisation, first.ID)
	require.NoError(t, err)
	_, err = f.EnsureKey(t.Context(), key, hash)
	requireCode(t, webhook.CodeConflict, err)
	_, err = f.KeyByHash(t.Context(), hash)
	requireCode(t, webhook.CodeNotFound, err)
}
