package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/contract"
	"github.com/hookline-go/hookline/internal/app"
)

// service is the whole service on a database of its own, driven over real HTTP.
// Every answer to an operation goes through the contract's own validation.
type service struct {
	t      *testing.T
	url    string
	client *http.Client
	config app.Config
	log    *bytes.Buffer
	engine *contract.Contract
	close  func() // at the end of the test, or before
}

func newService(t *testing.T, options ...func(*app.Config)) *service {
	t.Helper()
	engine, err := contract.Default()
	require.NoError(t, err)
	s := &service{t: t, engine: engine, log: new(bytes.Buffer)}
	s.config = app.Config{
		Database:          filepath.Join(t.TempDir(), "hookline.db"),
		EncryptionKeyFile: filepath.Join(t.TempDir(), "hookline.key"),
		Dev:               true,
		Logger:            slog.New(slog.NewTextHandler(s.log, nil)),
	}
	for _, option := range options {
		option(&s.config)
	}
	a, err := app.New(t.Context(), s.config)
	require.NoError(t, err)
	front := httptest.NewServer(a.Handler())
	s.url, s.client = front.URL, front.Client()
	s.close = sync.OnceFunc(func() {
		front.Close()
		assert.NoError(t, a.Close(t.Context()))
	})
	t.Cleanup(s.close)
	return s
}

// answer is a response with its body read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

type call struct {
	operation, method, path, body string
	header                        map[string]string
}

// do sends a request with the development key, unless the call has its own, and
// holds the answer against the contract.
func (s *service) do(c call) answer {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), c.method, s.url+c.path, strings.NewReader(c.body))
	require.NoError(s.t, err)
	request.Header.Set("api_key", app.DevKey)
	if c.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.header {
		request.Header.Set(name, value)
		if value == "" {
			request.Header.Del(name)
		}
	}
	response, err := s.client.Do(request)
	require.NoError(s.t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	require.NoError(s.t, response.Body.Close())
	if c.operation != "" {
		operation, ok := s.engine.Operation(c.operation)
		require.True(s.t, ok, c.operation)
		assert.Empty(s.t, operation.ValidateResponse(&contract.Response{
			Status: response.StatusCode, Header: response.Header, Body: body,
		}), "the answer breaks the contract: %s", body)
	}
	if response.Header.Get("Content-Type") == "application/problem+json" {
		assert.Regexp(s.t, `"detail":"[A-Z][^"\\]*(\\"[^"]*)*\.",`, string(body), "callers are told sentences")
	}
	return answer{status: response.StatusCode, header: response.Header, body: body}
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var decoded map[string]any
	require.NoError(t, json.Unmarshal(a.body, &decoded), "%s", a.body)
	return decoded
}

// config returns the config in an answer's envelope.
func (a answer) config(t *testing.T) map[string]any {
	t.Helper()
	data, ok := a.json(t)["data"].(map[string]any)
	require.True(t, ok, "%s", a.body)
	config, ok := data["data"].(map[string]any)
	require.True(t, ok, "%s", a.body)
	return config
}
