package webhook_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// TestSubscribersAgree compares the index with the rule that it speeds up.
func TestSubscribersAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(20260515, 2)) //nolint:gosec // the same at every run
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	topics := []string{"", "*", ".", ".*", "a", "a.*", "a.b", "a.b.*", "a.b.c", "a.*.c", "b.*", "ä.*", "ä.b"}
	for range 500 {
		configs := make([]webhook.Config, random.IntN(12))
		for i := range configs {
			configs[i] = webhook.Config{
				ID: int64(i + 1), Type: webhook.Type(pick("INTEGRATION", "SYNC_STARTED")), State: webhook.State(pick("ENABLED", "ENABLED", "DISABLED")),
				IntegrationType: webhook.IntegrationType(pick("", "XERO", "STRIPE")),
			}
			for range random.IntN(4) {
				configs[i].Topics = append(configs[i].Topics, pick(topics...))
			}
		}
		subscribers := webhook.NewSubscribers(configs)
		for _, topic := range append(topics, "a.b.c.d", "aa", "b", "b.x") {
			event := webhook.Event{
				Type: webhook.Type(pick("INTEGRATION", "SYNC_STARTED", "SYNC_COMPLETED")), Topic: topic,
				IntegrationType: webhook.IntegrationType(pick("", "XERO", "STRIPE")),
			}
			var want, got []int64
			for i := range configs {
				if configs[i].Wants(&event) {
					want = append(want, configs[i].ID)
				}
			}
			for _, c := range subscribers.Wanting(&event) {
				got = append(got, c.ID)
			}
			require.ElementsMatch(t, want, got, "%+v", event)
		}
	}
}
