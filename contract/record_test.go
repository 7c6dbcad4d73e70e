package contract_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/contract"
)

func echoServer(t *testing.T, wrap func(http.Handler) http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Set-Cookie", "s3cr3t")
		w.WriteHeader(http.StatusCreated)
		_, err := io.Copy(w, r.Body)
		assert.NoError(t, err)
	})))
	t.Cleanup(server.Close)
	return server
}

func exchangeWith(t *testing.T, client *http.Client, server string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server+"/v4/things%2F1?api_key=s3cr3t&a=%20", strings.NewReader(`{"a":"<"}`))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "s3cr3t")
	response, err := client.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.JSONEq(t, `{"a":"<"}`, string(body))
}

// TestRecorder writes a line for each exchange, without credentials.
func TestRecorder(t *testing.T) {
	plain := func(h http.Handler) http.Handler { return h }
	for name, through := range map[string]func(r *contract.Recorder) (*http.Client, *httptest.Server){
		"Transport": func(r *contract.Recorder) (*http.Client, *httptest.Server) {
			return &http.Client{Transport: r.Transport(nil)}, echoServer(t, plain)
		},
		"Handler": func(r *contract.Recorder) (*http.Client, *httptest.Server) {
			return &http.Client{}, echoServer(t, r.Handler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			r := contract.NewRecorder(&out)
			client, server := through(r)
			exchangeWith(t, client, server.URL)
			server.Close() // waits for the handler
			require.NoError(t, r.Err())
			line := out.String()
			assert.Equal(t, 1, strings.Count(line, "\n"))
			assert.Contains(t, line, `{"recorder":"hookline","request":{"method":"POST","url":"/v4/things%2F1?api_key=removed&a=%20","headers":{`)
			assert.Contains(t, line, `"Authorization":["removed"]`)
			assert.Contains(t, line, `"body":"{\"a\":\"<\"}"},"response":{"status":201,"headers":{`)
			assert.NotContains(t, line, "s3cr3t")
		})
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestRecorderErrors keeps the error of writing, and disturbs nobody.
func TestRecorderErrors(t *testing.T) {
	r := contract.NewRecorder(brokenWriter{})
	server := echoServer(t, func(h http.Handler) http.Handler { return h })
	client := &http.Client{Transport: r.Transport(nil)}
	exchangeWith(t, client, server.URL)
	assert.ErrorContains(t, r.Err(), "disk full")
}

// TestRecorderConcurrently keeps lines whole.
func TestRecorderConcurrently(t *testing.T) {
	var out bytes.Buffer
	r := contract.NewRecorder(&out)
	server := echoServer(t, func(h http.Handler) http.Handler { return h })
	client := &http.Client{Transport: r.Transport(nil)}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() { exchangeWith(t, client, server.URL) })
	}
	group.Wait()
	require.NoError(t, r.Err())
	assert.Equal(t, 20, strings.Count(out.String(), "\n"))
	assert.Equal(t, 20, strings.Count(out.String(), `{"recorder":"hookline"`))
}
