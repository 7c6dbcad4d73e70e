package client_test

import (
	"bytes"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
)

func textLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
}

func TestLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, proxy([]fault{status(503, "Retry-After", "3")}, api()))
		var log bytes.Buffer
		_, err := n.client(t, client.WithLogger(textLogger(&log))).WebhookConfigs.Create(t.Context(), secretive)
		require.NoError(t, err)
		assert.Equal(t, `level=DEBUG msg="an attempt failed" operation=createWebhookConfig status=503 code=some_code message="Some detail." attempt=1 request_id="" took=0s
level=INFO msg="the call is retried" operation=createWebhookConfig status=503 code=some_code message="Some detail." attempt=1 request_id="" wait=3s
level=DEBUG msg="the API answered" operation=createWebhookConfig status=201 attempt=2 took=0s request_id=`+seedID+"\n", log.String())
	})
}

func TestLogBodies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, api().ServeHTTP)
		var log bytes.Buffer
		c := n.client(t, client.WithLogger(textLogger(&log)), client.WithLogBodies(true))
		_, err := c.WebhookConfigs.Create(t.Context(), secretive)
		require.NoError(t, err)
		assert.Contains(t, log.String(), `signing_key\":\"[redacted]`)
		assert.Contains(t, log.String(), `\"rootfi_id\":12`)
		assert.Contains(t, log.String(), `{\"name\":\"Authorization\",\"value\":\"[redacted]\"}`)
		for _, secret := range append(secrets, "Bearer secret") {
			assert.NotContains(t, log.String(), secret)
		}
		log.Reset()
		require.NoError(t, create(t.Context(), c, client.WithLogBodies(false)))
		assert.NotContains(t, log.String(), "rootfi_id")
		log.Reset()
		require.NoError(t, create(t.Context(), c, client.WithLogger(nil)))
		assert.Empty(t, log.String())
	})
}
