package app

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestProfiles are on their own address, and end with the service.
func TestProfiles(t *testing.T) {
	t.Parallel()
	free, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	_, err = (&App{config: Config{Profiles: address}}).serveProfiles(t.Context())
	require.ErrorContains(t, err, address, "it is taken")
	require.NoError(t, free.Close())

	stop, err := (&App{config: Config{Profiles: address, Logger: slog.New(slog.DiscardHandler)}}).serveProfiles(t.Context())
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/debug/pprof/goroutine?debug=1", http.NoBody)
	require.NoError(t, err)
	response, err := new(http.Client).Do(request)
	require.NoError(t, err)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Contains(t, string(text), "goroutine profile")
	require.NoError(t, stop())

	stop, err = new(App).serveProfiles(t.Context())
	require.NoError(t, err)
	assert.NoError(t, stop(), "none is asked for")
}
