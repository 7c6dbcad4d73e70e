package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

// TestRun sends the program a delivery twice, and a forged one.
func TestRun(t *testing.T) {
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" //nolint:gosec // of the Standard Webhooks documentation
	t.Setenv("WEBHOOK_SECRET", secret)
	ctx, stop := context.WithCancel(t.Context())
	printed, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"127.0.0.1:0"}, out) }()
	lines := bufio.NewReader(printed)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	url := strings.TrimPrefix(strings.TrimSpace(first), "listening on ")

	signer, err := receiver.NewSigner(secret)
	require.NoError(t, err)
	send := func(id, payload, signed string) int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader([]byte(payload)))
		require.NoError(t, err)
		require.NoError(t, signer.SetHeader(request.Header, id, time.Now(), []byte(signed)))
		response, err := new(http.Client).Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	const payload = `{"event":"invoice.create"}`
	status := make(chan int, 1)
	go func() { status <- send("one", payload, payload) }()
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "one invoice.create "+payload+"\n", line)
	assert.Equal(t, http.StatusNoContent, <-status)
	assert.Equal(t, http.StatusNoContent, send("one", payload, payload), "a duplicate is received, and not handled")
	assert.Equal(t, http.StatusUnauthorized, send("two", payload, "another"))

	stop()
	require.NoError(t, <-ended)
	require.Error(t, run(t.Context(), nil, io.Discard))
}
