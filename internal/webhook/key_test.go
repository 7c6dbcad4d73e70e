package webhook_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/hookline-go/hookline/internal/webhook"
)

func TestGenerateKey(t *testing.T) {
	a, b := webhook.GenerateKey(), webhook.GenerateKey()
	assert.Regexp(t, `^hk_[A-Za-z0-9_-]{43}$`, a.Reveal())
	assert.NotEqual(t, a.Reveal(), b.Reveal())
	assert.Equal(t, a.Reveal()[:9], webhook.KeyPrefix(a))
}

func TestKeyPrefixOfShortKeys(t *testing.T) {
	assert.Equal(t, "dev", webhook.KeyPrefix("dev-key"))
	assert.Empty(t, webhook.KeyPrefix("a"))
	assert.Empty(t, webhook.KeyPrefix(""))
}

func TestKeyHash(t *testing.T) {
	a, b := webhook.HashKey("a"), webhook.HashKey("b")
	assert.True(t, a.Equal(webhook.HashKey("a")))
	assert.False(t, a.Equal(b))
}

func TestOrganisationInContext(t *testing.T) {
	_, ok := webhook.OrganisationFrom(context.Background())
	assert.False(t, ok)
	id, ok := webhook.OrganisationFrom(webhook.WithOrganisation(context.Background(), 7))
	assert.True(t, ok)
	assert.EqualValues(t, 7, id)
}
