package server_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/gen/serverapi"
)

func listOf(size int) func(context.Context, serverapi.ListWebhookConfigsRequestObject) (serverapi.ListWebhookConfigsResponseObject, error) {
	return func(context.Context, serverapi.ListWebhookConfigsRequestObject) (serverapi.ListWebhookConfigsResponseObject, error) {
		return configPage(size), nil
	}
}

func atoi(t *testing.T, digits string) int {
	t.Helper()
	n, err := strconv.Atoi(digits)
	require.NoError(t, err)
	return n
}

func TestCompression(t *testing.T) {
	implementation := working()
	implementation.list = listOf(100)
	s := serve(t, implementation)
	plain := s.do(listCall().with("Accept-Encoding", "identity").with("X-Request-Id", callersID))
	require.Equal(t, http.StatusOK, plain.status)
	for accept, compressed := range map[string]bool{
		"gzip": true, "GZIP": true, "br, gzip;q=0.5": true, "deflate,gzip ; q=1.000": true, "gzip;q=0.001": true,
		"": false, "br": false, "gzip;q=0": false, "gzip; q=0.000": false, "identity, gzip;q=0, br": false, "gzipped": false,
		"x-gzip-like": false, "gzip;q=": false, "gzip;q=x": false, "*": false, "gzip;level=9": false,
	} {
		got := s.do(listCall().with("Accept-Encoding", accept).with("X-Request-Id", callersID))
		assert.Equal(t, plain.body, got.body, accept)
		assert.Equal(t, compressed, got.header.Get("Content-Encoding") == "gzip", accept)
		assert.Equal(t, []string{"Accept-Encoding"}, got.header["Vary"], accept)
	}
	several := s.do(listCall().with("Accept-Encoding", "br", "gzip"))
	assert.Equal(t, "gzip", several.header.Get("Content-Encoding"))
}

// TestSmallAnswersAreNotCompressed looks at every kind of answer.
func TestSmallAnswersAreNotCompressed(t *testing.T) {
	s := serve(t, working())
	for name, c := range everyKindOfAnswer() {
		got := s.do(c.with("Accept-Encoding", "gzip"))
		assert.Empty(t, got.header["Content-Encoding"], name)
		assert.Equal(t, []string{"Accept-Encoding"}, got.header["Vary"], name)
		assert.Equal(t, []string{"no-store"}, got.header["Cache-Control"], name)
	}
}

func TestLargeProblemIsCompressed(t *testing.T) {
	s := serve(t, working())
	got := s.do(createCall(`{"topics":[`+strings.Repeat("1,", 90)+`1]}`).with("Accept-Encoding", "gzip"))
	got.problem(t, http.StatusBadRequest, "invalid_request")
	assert.Equal(t, "gzip", got.header.Get("Content-Encoding"))
}

// TestAnswerInPieces is an answer of an implementation's own making, written
// bit by bit.
func TestAnswerInPieces(t *testing.T) {
	pieces := strings.SplitAfter(strings.Repeat("piece of a text\n", 1000), "\n")
	for name, c := range map[string]struct {
		first  string
		header map[string]string
		coding string
	}{
		"small first":     {"x", nil, ""},
		"large first":     {strings.Repeat("y", 1024), map[string]string{"Content-Length": "17024"}, "gzip"},
		"encoded already": {strings.Repeat("z", 1024), map[string]string{"Content-Encoding": "own"}, "own"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, customGet(func(w http.ResponseWriter) error {
				for name, value := range c.header {
					w.Header().Set(name, value)
				}
				w.Header().Set("Cache-Control", "private")
				for _, piece := range append([]string{c.first}, pieces...) {
					if _, err := io.WriteString(w, piece); err != nil {
						return err
					}
				}
				return nil
			}))
			got, err := s.try(getCall().with("Accept-Encoding", "gzip"))
			require.NoError(t, err)
			assert.Equal(t, http.StatusOK, got.status)
			assert.Equal(t, c.coding, got.header.Get("Content-Encoding"))
			assert.Equal(t, c.first+strings.Join(pieces, ""), got.body)
			assert.Equal(t, []string{"private"}, got.header["Cache-Control"])
			head := getCall().with("Accept-Encoding", "identity")
			head.method = http.MethodHead
			if c.coding == "" {
				assert.Equal(t, len(got.body), atoi(t, s.do(head).header.Get("Content-Length")))
			}
			assert.InDelta(t, len(got.body), s.logged(accessLine)[0]["bytes"], 0)
		})
	}
}

// TestAnswerOfNothing has an answer of an implementation's own making say
// nothing at all: that is net/http's 200.
func TestAnswerOfNothing(t *testing.T) {
	s := serve(t, customGet(func(http.ResponseWriter) error { return nil }))
	got, err := s.try(getCall())
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, got.status)
	assert.Empty(t, got.body)
	assert.NotEmpty(t, got.header["X-Request-Id"])
}

func TestAnswerWithoutABody(t *testing.T) {
	s := serve(t, working())
	for _, coding := range []string{"gzip", "identity"} {
		got := s.do(deleteCall().with("Accept-Encoding", coding))
		assert.Equal(t, http.StatusNoContent, got.status)
		assert.Empty(t, got.body)
		assert.Empty(t, got.header["Content-Type"])
		assert.Empty(t, got.header["Content-Length"])
		assert.True(t, s.do(deleteCall()).reused)
	}
}
