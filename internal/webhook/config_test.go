package webhook_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

func stored() webhook.Config {
	return webhook.Config{
		ID: 12, OrganisationID: 1,
		Type: webhook.TypeIntegration, IntegrationType: "XERO",
		Name: "name", URL: "https://example.com", State: webhook.StateDisabled,
		Topics: []string{"a"}, Headers: []webhook.Header{{Name: "A", Value: "1"}},
		SigningKey: "key", SignatureHeader: webhook.DefaultSignatureHeader,
	}
}

func TestSetDefaults(t *testing.T) {
	var c webhook.Config
	c.SetDefaults()
	assert.Equal(t, webhook.Config{
		State: webhook.StateEnabled, SignatureHeader: "X-RootFi-Signature", Topics: []string{},
	}, c)
	given := stored()
	given.SetDefaults()
	assert.Equal(t, stored(), given)
}

func TestEmptyPatchChangesNothing(t *testing.T) {
	c := stored()
	require.NoError(t, (&webhook.Patch{}).Apply(&c, time.Time{}, 0))
	assert.Equal(t, stored(), c)
}

func TestPatchSetsEachField(t *testing.T) {
	tests := []struct {
		name   string
		patch  webhook.Patch
		change func(*webhook.Config)
	}{
		{"type", webhook.Patch{Type: new(webhook.Type("SYNC_STARTED"))}, func(c *webhook.Config) { c.Type = "SYNC_STARTED" }},
		{"name", webhook.Patch{Name: new("new")}, func(c *webhook.Config) { c.Name = "new" }},
		{"url", webhook.Patch{URL: new("https://new.example")}, func(c *webhook.Config) { c.URL = "https://new.example" }},
		{"state", webhook.Patch{State: new(webhook.StateEnabled)}, func(c *webhook.Config) { c.State = webhook.StateEnabled }},
		{
			"integration type",
			webhook.Patch{IntegrationType: webhook.Set[webhook.IntegrationType]("STRIPE")},
			func(c *webhook.Config) { c.IntegrationType = "STRIPE" },
		},
		{"topics", webhook.Patch{Topics: webhook.Set([]string{"b"})}, func(c *webhook.Config) { c.Topics = []string{"b"} }},
		{"topics null", webhook.Patch{Topics: webhook.Null[[]string]()}, func(c *webhook.Config) { c.Topics = []string{} }},
		{
			"headers empty",
			webhook.Patch{Headers: webhook.Set([]webhook.Header{})},
			func(c *webhook.Config) { c.Headers = []webhook.Header{} },
		},
		{"headers null", webhook.Patch{Headers: webhook.Null[[]webhook.Header]()}, func(c *webhook.Config) { c.Headers = nil }},
		{"signing key", webhook.Patch{SigningKey: webhook.Set(webhook.Secret("k"))}, func(c *webhook.Config) { c.SigningKey = "k" }},
		{"signing key null", webhook.Patch{SigningKey: webhook.Null[webhook.Secret]()}, func(c *webhook.Config) { c.SigningKey = "" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, want := stored(), stored()
			require.NoError(t, test.patch.Apply(&got, time.Time{}, 0))
			test.change(&want)
			assert.Equal(t, want, got)
		})
	}
}

func TestPatchKeepsIntegrationTypeRule(t *testing.T) {
	null := webhook.Null[webhook.IntegrationType]()
	xero := webhook.Set[webhook.IntegrationType]("XERO")
	tests := []struct {
		name        string
		before      webhook.Type
		integration webhook.IntegrationType
		patch       webhook.Patch
		ok          bool
	}{
		{"cleared", webhook.TypeIntegration, "XERO", webhook.Patch{IntegrationType: null}, false},
		{"type without", "SYNC_STARTED", "", webhook.Patch{Type: new(webhook.TypeIntegration)}, false},
		{"type and null", "SYNC_STARTED", "XERO", webhook.Patch{Type: new(webhook.TypeIntegration), IntegrationType: null}, false},
		{"type and value", "SYNC_STARTED", "", webhook.Patch{Type: new(webhook.TypeIntegration), IntegrationType: xero}, true},
		{"type with a kept value", "SYNC_STARTED", "XERO", webhook.Patch{Type: new(webhook.TypeIntegration)}, true},
		{"other type and null", webhook.TypeIntegration, "XERO", webhook.Patch{Type: new(webhook.Type("SYNC_STARTED")), IntegrationType: null}, true},
		{"value on another type", "SYNC_STARTED", "", webhook.Patch{IntegrationType: xero}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := stored()
			c.Type, c.IntegrationType = test.before, test.integration
			before := c.Clone()
			test.patch.Name = new("new")
			err := test.patch.Apply(&c, time.Time{}, 0)
			if test.ok {
				require.NoError(t, err)
				return
			}
			var coded *webhook.Error
			require.ErrorAs(t, err, &coded)
			assert.Equal(t, webhook.CodeIntegrationTypeRequired, coded.Code)
			assert.Equal(t, "/integration_type", coded.Pointer)
			assert.Equal(t, before, c, "a refused patch changes nothing")
		})
	}
}

func TestPatchSharesNoMemory(t *testing.T) {
	c, topics := stored(), []string{"mine"}
	require.NoError(t, (&webhook.Patch{Topics: webhook.Set(topics)}).Apply(&c, time.Time{}, 0))
	topics[0] = "changed"
	assert.Equal(t, []string{"mine"}, c.Topics)
}

func TestOptional(t *testing.T) {
	var absent webhook.Optional[string]
	assert.True(t, absent.IsAbsent())
	assert.False(t, absent.IsNull())
	null := webhook.Null[string]()
	assert.True(t, null.IsNull())
	assert.False(t, null.IsAbsent())
	value, ok := webhook.Set("").Get()
	assert.True(t, ok)
	assert.Empty(t, value)
	for _, o := range []webhook.Optional[string]{absent, null} {
		_, ok := o.Get()
		assert.False(t, ok)
	}
}

func TestPageLimit(t *testing.T) {
	for limit, want := range map[int]int{-1: 20, 0: 20, 1: 1, 100: 100, 101: 100} {
		assert.Equal(t, want, webhook.PageLimit(limit), limit)
	}
}
