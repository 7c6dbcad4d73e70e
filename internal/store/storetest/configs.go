package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// minimal is a config as the smallest create request gives it.
func minimal(organisation int64) webhook.Config {
	return webhook.Config{
		OrganisationID: organisation,
		Type:           "CONNECTION_CHANGED",
		Name:           "Connection webhook",
		URL:            "https://example.com/webhooks/rootfi",
	}
}

// full is a config with every field set.
func full(organisation int64) webhook.Config {
	return webhook.Config{
		OrganisationID:  organisation,
		Type:            webhook.TypeIntegration,
		IntegrationType: "QUICKBOOKS_SANDBOX",
		Name:            `Näme "quoted" <b> 東京`,
		URL:             "https://example.com/hook?a=1&b=2",
		State:           webhook.StateDisabled,
		Topics:          []string{"invoice.create", "invoice, with comma", ""},
		Headers:         []webhook.Header{{Name: "Authorization", Value: "Bearer secret"}, {Name: "X-Empty", Value: ""}},
		SigningKey:      "signing secret",
		SignatureHeader: "X-Custom-Signature",
	}
}

func (f *fixture) createConfig(t *testing.T, c webhook.Config) webhook.Config {
	t.Helper()
	created, err := f.CreateConfig(t.Context(), c, webhook.Idempotency{})
	require.NoError(t, err)
	return created
}

// requireStored fails unless the stored config is want, secrets included.
func (f *fixture) requireStored(t *testing.T, want webhook.Config) {
	t.Helper()
	got, err := f.Config(t.Context(), want.OrganisationID, want.ID)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// apply returns a change of a config as the operation that updates one makes
// it.
func (f *fixture) apply(patch *webhook.Patch) func(*webhook.Config) error {
	return func(c *webhook.Config) error { return patch.Apply(c, f.clock.Now(), overlap) }
}

// overlap is how long a replaced signing key goes on signing.
const overlap = 24 * time.Hour

func testCreateConfig(t *testing.T, f *fixture) {
	now := f.clock.Now().UTC().Truncate(time.Microsecond)
	created := f.createConfig(t, minimal(ours))
	want := minimal(ours)
	want.ID, want.CreatedAt, want.UpdatedAt = created.ID, now, now
	want.State, want.SignatureHeader, want.Topics = webhook.StateEnabled, webhook.DefaultSignatureHeader, []string{}
	require.Equal(t, want, created)
	require.Positive(t, created.ID)
	f.requireStored(t, want)

	second := f.createConfig(t, full(ours))
	require.Greater(t, second.ID, created.ID)
	want = full(ours)
	want.ID, want.CreatedAt, want.UpdatedAt = second.ID, now, now
	require.Equal(t, want, second)
	f.requireStored(t, want)
	f.requireStored(t, created)
}

func testConfigOfUnknownOrganisation(t *testing.T, f *fixture) {
	_, err := f.CreateConfig(t.Context(), minimal(99), webhook.Idempotency{})
	requireCode(t, webhook.CodeNotFound, err)
}

func testHeadersNullAndEmpty(t *testing.T, f *fixture) {
	null := f.createConfig(t, minimal(ours))
	require.Nil(t, null.Headers)
	f.requireStored(t, null)

	c := minimal(ours)
	c.Headers = []webhook.Header{}
	empty := f.createConfig(t, c)
	require.NotNil(t, empty.Headers)
	f.requireStored(t, empty)
}

func testIDsAreNotReused(t *testing.T, f *fixture) {
	last := f.createConfig(t, minimal(ours))
	require.NoError(t, f.DeleteConfig(t.Context(), ours, last.ID))
	require.Greater(t, f.createConfig(t, minimal(ours)).ID, last.ID)
}

func testUpdateConfig(t *testing.T, f *fixture) {
	created, bystander := f.createConfig(t, minimal(ours)), f.createConfig(t, full(ours))
	f.clock.Advance(time.Minute)
	change := full(ours)
	updated, err := f.UpdateConfig(t.Context(), ours, created.ID, func(c *webhook.Config) error {
		assert.Equal(t, created, *c)
		change.ID, change.CreatedAt, change.UpdatedAt = c.ID, c.CreatedAt, c.UpdatedAt
		*c = change
		return nil
	})
	require.NoError(t, err)
	want := change
	want.UpdatedAt = f.clock.Now().UTC().Truncate(time.Microsecond)
	require.Equal(t, want, updated)
	f.requireStored(t, updated)
	f.requireStored(t, bystander)

	_, err = f.UpdateConfig(t.Context(), ours, bystander.ID+1, func(*webhook.Config) error {
		t.Error("called for a config that does not exist")
		return nil
	})
	requireCode(t, webhook.CodeNotFound, err)
}

func testUpdateClears(t *testing.T, f *fixture) {
	c := full(ours)
	c.Type = "SYNC_STARTED"
	created := f.createConfig(t, c)
	patch := webhook.Patch{
		IntegrationType: webhook.Null[webhook.IntegrationType](),
		Topics:          webhook.Null[[]string](),
		Headers:         webhook.Null[[]webhook.Header](),
		SigningKey:      webhook.Null[webhook.Secret](),
	}
	updated, err := f.UpdateConfig(t.Context(), ours, created.ID, f.apply(&patch))
	require.NoError(t, err)
	require.Empty(t, updated.IntegrationType)
	require.Equal(t, []string{}, updated.Topics)
	require.Nil(t, updated.Headers)
	require.Empty(t, updated.SigningKey.Reveal())
	f.requireStored(t, updated)
}

func testUpdateKeepsIdentity(t *testing.T, f *fixture) {
	created := f.createConfig(t, full(ours))
	updated, err := f.UpdateConfig(t.Context(), ours, created.ID, func(c *webhook.Config) error {
		c.ID, c.OrganisationID = c.ID+1, theirs
		c.CreatedAt, c.UpdatedAt = time.Time{}, time.Time{}
		return nil
	})
	require.NoError(t, err)
	want := created
	want.UpdatedAt = updated.UpdatedAt
	require.Equal(t, want, updated)
	f.requireStored(t, want)
}

func testUpdateMovesUpdatedAt(t *testing.T, f *fixture) {
	created := f.createConfig(t, minimal(ours))
	last := created.UpdatedAt
	for _, step := range []time.Duration{0, 0, time.Microsecond, -time.Hour, 2 * time.Hour} {
		f.clock.Advance(step)
		updated, err := f.UpdateConfig(t.Context(), ours, created.ID, func(*webhook.Config) error { return nil })
		require.NoError(t, err)
		shown := updated.UpdatedAt.Truncate(time.Millisecond)
		require.True(t, shown.After(last.Truncate(time.Millisecond)), "%v does not follow %v", updated.UpdatedAt, last)
		f.requireStored(t, updated)
		last = updated.UpdatedAt
	}
	require.Equal(t, f.clock.Now().UTC().Truncate(time.Microsecond), last, "time goes by the clock again once that has caught up")
}

func testFailedUpdate(t *testing.T, f *fixture) {
	created := f.createConfig(t, full(ours))
	refusal := errors.New("refused")
	updated, err := f.UpdateConfig(t.Context(), ours, created.ID, func(c *webhook.Config) error {
		c.Name = "other"
		c.Topics[0] = "other"
		c.Headers[0].Value = "other"
		return refusal
	})
	require.ErrorIs(t, err, refusal)
	require.Zero(t, updated)
	f.requireStored(t, created)

	patch := webhook.Patch{Name: new("other"), IntegrationType: webhook.Null[webhook.IntegrationType]()}
	_, err = f.UpdateConfig(t.Context(), ours, created.ID, f.apply(&patch))
	requireCode(t, webhook.CodeIntegrationTypeRequired, err)
	f.requireStored(t, created)
}

func testPanicInUpdate(t *testing.T, f *fixture) {
	created := f.createConfig(t, minimal(ours))
	require.Panics(t, func() {
		_, _ = f.UpdateConfig(t.Context(), ours, created.ID, func(c *webhook.Config) error {
			c.Name = "other"
			panic("in the callback")
		})
	})
	f.requireStored(t, created)
	f.createConfig(t, minimal(ours)) // the store still writes
}

func testConcurrentUpdates(t *testing.T, f *fixture) {
	const writers = 50
	created := f.createConfig(t, full(ours))
	want := created.Topics
	var group sync.WaitGroup
	for i := range writers {
		topic := fmt.Sprintf("topic.%02d", i)
		want = append(want, topic)
		group.Go(func() {
			_, err := f.UpdateConfig(t.Context(), ours, created.ID, func(c *webhook.Config) error {
				c.Topics = append(c.Topics, topic)
				return nil
			})
			assert.NoError(t, err)
		})
	}
	group.Wait()
	got, err := f.Config(t.Context(), ours, created.ID)
	require.NoError(t, err)
	require.ElementsMatch(t, want, got.Topics)
	require.Equal(t, created.SigningKey, got.SigningKey)
	require.False(t, got.UpdatedAt.Before(created.UpdatedAt.Add((writers-1)*time.Millisecond)))
}

func testListConfigs(t *testing.T, f *fixture) {
	empty, err := f.Configs(t.Context(), ours, webhook.ConfigFilter{})
	require.NoError(t, err)
	require.Equal(t, webhook.ConfigPage{Configs: []webhook.Config{}}, empty)

	var want []webhook.Config
	for range webhook.DefaultPageLimit + 1 {
		want = append(want, f.createConfig(t, full(ours)))
		f.createConfig(t, minimal(theirs))
	}
	slices.Reverse(want)
	page, err := f.Configs(t.Context(), ours, webhook.ConfigFilter{})
	require.NoError(t, err)
	require.Equal(t, want[:webhook.DefaultPageLimit], page.Configs)
	require.EqualValues(t, len(want), page.Count)
	require.Equal(t, &want[webhook.DefaultPageLimit-1].ID, page.Next)

	last, err := f.Configs(t.Context(), ours, webhook.ConfigFilter{Cursor: page.Next})
	require.NoError(t, err)
	require.Equal(t, webhook.ConfigPage{Configs: want[webhook.DefaultPageLimit:], Count: page.Count}, last)

	exact, err := f.Configs(t.Context(), ours, webhook.ConfigFilter{Limit: len(want)})
	require.NoError(t, err)
	require.Equal(t, webhook.ConfigPage{Configs: want, Count: page.Count}, exact)
}

func testConfigPagesWhileRowsArrive(t *testing.T, f *fixture) {
	var want []int64
	for range 7 {
		want = append(want, f.createConfig(t, minimal(ours)).ID)
	}
	slices.Reverse(want)
	var got []int64
	filter := webhook.ConfigFilter{Limit: 2}
	for {
		page, err := f.Configs(t.Context(), ours, filter)
		require.NoError(t, err)
		for _, c := range page.Configs {
			got = append(got, c.ID)
		}
		if page.Next == nil {
			break
		}
		filter.Cursor = page.Next
		f.createConfig(t, minimal(ours))
		// A cursor works without the config that it came from.
		require.NoError(t, f.DeleteConfig(t.Context(), ours, *page.Next))
	}
	require.Equal(t, want, got)
}

func testDeleteConfig(t *testing.T, f *fixture) {
	created, kept := f.createConfig(t, full(ours)), f.createConfig(t, full(ours))
	logged := f.importDelivery(t, webhook.Delivery{
		OrganisationID: ours, WebhookID: created.ID, WebhookName: created.Name, WebhookURL: created.URL, State: webhook.DeliveryDelivered,
	})
	require.NoError(t, f.DeleteConfig(t.Context(), ours, created.ID))

	_, err := f.Config(t.Context(), ours, created.ID)
	requireCode(t, webhook.CodeNotFound, err)
	requireCode(t, webhook.CodeNotFound, f.DeleteConfig(t.Context(), ours, created.ID))
	f.requireStored(t, kept)
	page, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{WebhookID: &created.ID})
	require.NoError(t, err)
	require.Equal(t, []webhook.Delivery{logged}, page.Deliveries)
	detail, err := f.Delivery(t.Context(), ours, logged.ID)
	require.NoError(t, err)
	require.Equal(t, logged, detail.Delivery)
}
