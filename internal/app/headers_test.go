package app_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/hooklinetest"
	"github.com/hookline-go/hookline/internal/delivery"
	"github.com/hookline-go/hookline/internal/webhook"
)

// TestReservedHeaders holds the two places together that know which headers a
// config cannot have: a header that the contract accepts is sent.
func TestReservedHeaders(t *testing.T) {
	t.Parallel()
	inContract := reservedInContract(t)
	for _, name := range inContract {
		assert.True(t, delivery.IsReserved(name) || strings.EqualFold(name, webhook.DefaultSignatureHeader),
			"%s is refused, and would be sent", name)
	}
	api := hooklinetest.NewServer(t).Client()
	for _, name := range append(delivery.ReservedHeaders(), "webhook-anything", "user-agent", "PROXY-AUTHORIZATION") {
		_, err := api.WebhookConfigs.Create(t.Context(), client.CreateWebhookConfigRequest{
			WebhookType: client.WebhookTypeSyncStarted, Name: "n", URL: "https://example.com/",
			Headers: &[]client.WebhookHeader{{Name: name, Value: "v"}},
		})
		var refused *client.Error
		if assert.ErrorAs(t, err, &refused, "%s is accepted, and would not be sent", name) && assert.Len(t, refused.Violations, 1) {
			assert.Equal(t, "reserved_header", refused.Violations[0].Code, name)
		}
	}
}

// reservedInContract reads the names out of the document's pattern, in which
// [Hh] stands for a letter of either case.
func reservedInContract(t *testing.T) []string {
	t.Helper()
	found := regexp.MustCompile(`x-code: reserved_header\n\s+pattern: '\^\((.*)\)\$'`).FindSubmatch(hookline.OpenAPI())
	require.Len(t, found, 2)
	plain := regexp.MustCompile(`\[([A-Z])[a-z]\]`).ReplaceAllString(string(found[1]), "$1")
	return strings.Split(strings.ReplaceAll(plain, ".*", "x"), "|")
}
