package main

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

// TestRun calls the program with the SDK.
func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	printed, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"127.0.0.1:0"}, out) }()
	first, err := bufio.NewReader(printed).ReadString('\n')
	require.NoError(t, err)
	url := strings.TrimPrefix(strings.TrimSpace(first), "listening on ")

	c, err := client.New(client.WithBaseURL(url), client.WithAPIKey("dev-key"), client.WithMaxRetries(0))
	require.NoError(t, err)
	created, err := c.WebhookConfigs.Create(t.Context(), client.CreateWebhookConfigRequest{
		WebhookType: client.WebhookTypeSyncStarted, Name: "n", URL: "https://example.com",
	})
	require.NoError(t, err)
	found, err := c.WebhookConfigs.Get(t.Context(), created.RootfiID)
	require.NoError(t, err)
	assert.Equal(t, created, found)
	_, err = c.WebhookConfigs.Get(t.Context(), 2)
	require.ErrorIs(t, err, client.ErrNotFound)
	_, err = c.WebhookConfigs.Get(t.Context(), 0)
	require.ErrorIs(t, err, client.ErrInvalidRequest)
	_, err = c.WebhookConfigs.Get(t.Context(), 1, client.WithAPIKey("another"))
	require.ErrorIs(t, err, client.ErrUnauthorized)

	stop()
	require.NoError(t, <-ended)
}
