package client_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/hookline-go/hookline"
	"github.com/hookline-go/hookline/client"
)

// TestBadOptions are refused by New, by With and by every call, before anything
// is sent, without repeating what may be secret.
func TestBadOptions(t *testing.T) {
	t.Parallel()
	var response client.Response
	n := newNetwork(t, api().ServeHTTP)
	good := n.client(t)
	for name, test := range map[string]struct {
		option client.Option
		text   string
	}{
		"no key":                    {client.WithAPIKey(""), "empty"},
		"a key with a line break":   {client.WithAPIKey("hunter22\n"), "line break"},
		"a key with a return":       {client.WithAPIKey("hunter22\r\nX-Other: 1"), "line break"},
		"a key with a space":        {client.WithAPIKey("hunter22 "), "visible ASCII"},
		"a key beyond ASCII":        {client.WithAPIKey("hunter22é"), "visible ASCII"},
		"no base URL":               {client.WithBaseURL(""), "absolute"},
		"a relative one":            {client.WithBaseURL("/v4"), "absolute"},
		"one without a scheme":      {client.WithBaseURL("api.rootfi.dev/v4"), "absolute"},
		"host and port only":        {client.WithBaseURL("localhost:8080"), "absolute"},
		"another scheme":            {client.WithBaseURL("ftp://example.com"), "http"},
		"no host":                   {client.WithBaseURL("https:///v4"), "host"},
		"a port alone":              {client.WithBaseURL("https://:8080/v4"), "host"},
		"a password":                {client.WithBaseURL("https://me:hunter22@example.com"), "password"},
		"a query":                   {client.WithBaseURL("https://example.com/?key=hunter22"), "query"},
		"a question mark":           {client.WithBaseURL("https://example.com/?"), "query"},
		"a fragment":                {client.WithBaseURL("https://example.com/#hunter22"), "fragment"},
		"a hash":                    {client.WithBaseURL("https://example.com/#"), "fragment"},
		"a control character":       {client.WithBaseURL("https://example.com/\nhunter22"), "URL"},
		"a bad port":                {client.WithBaseURL("https://example.com:hunter22/"), "URL"},
		"no http.Client":            {client.WithHTTPClient(nil), "nil"},
		"negative retries":          {client.WithMaxRetries(-1), "negative"},
		"a negative timeout":        {client.WithTimeout(-1), "negative"},
		"a negative total timeout":  {client.WithTotalTimeout(-1), "negative"},
		"no middleware":             {client.WithMiddleware(nil), "nil"},
		"a suffix with a line":      {client.WithUserAgentSuffix("a\r\nb"), "printable"},
		"another way of retrying":   {client.WithPOSTRetries(7), "value"},
		"no option":                 {nil, "nil"},
		"no idempotency key":        {client.WithIdempotencyKey(""), "1 to 255"},
		"a long idempotency key":    {client.WithIdempotencyKey(strings.Repeat("a", 256)), "1 to 255"},
		"an idempotency key's line": {client.WithIdempotencyKey("a\nb"), "printable"},
		"nothing to store into":     {client.WithResponseInto(nil), "nil"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := client.New(client.WithAPIKey("k"), test.option)
			_, errWith := good.With(test.option)
			_, errCall := good.WebhookConfigs.Get(t.Context(), 12, test.option)
			for _, err := range []error{err, errWith, errCall} {
				require.ErrorIs(t, err, client.ErrInvalidOption)
				assert.Contains(t, err.Error(), test.text)
				assert.NotContains(t, err.Error(), "hunter22")
				assert.Equal(t, client.CodeInvalidOption, asError(t, err).Code)
			}
		})
	}
	for _, option := range []client.Option{client.WithIdempotencyKey("a"), client.WithResponseInto(&response)} {
		_, err := client.New(client.WithAPIKey("k"), option)
		require.ErrorIs(t, err, client.ErrInvalidOption)
		_, err = good.With(option)
		require.ErrorIs(t, err, client.ErrInvalidOption)
	}
	assert.Empty(t, n.seen())
}

func TestEnvironment(t *testing.T) {
	t.Setenv(client.EnvAPIKey, "")
	t.Setenv(client.EnvBaseURL, "")
	_, err := client.New()
	require.ErrorIs(t, err, client.ErrInvalidOption)
	require.ErrorContains(t, err, "HOOKLINE_API_KEY")

	t.Setenv(client.EnvAPIKey, "from-the-environment")
	request := firstRequest(t)
	assert.Equal(t, client.DefaultBaseURL+"/core/webhook-config/12", request.URL.String())
	assert.Equal(t, "from-the-environment", request.Header.Get("api_key"))
	assert.Equal(t, "given", firstRequest(t, client.WithAPIKey("given")).Header.Get("api_key"))

	t.Setenv(client.EnvBaseURL, "http://127.0.0.1:8080/v4/")
	assert.Equal(t, "http://127.0.0.1:8080/v4/core/webhook-config/12", firstRequest(t).URL.String())
	assert.Equal(t, client.BaseURLRootFi+"/core/webhook-config/12", firstRequest(t, client.WithBaseURL(client.BaseURLRootFi)).URL.String())

	t.Setenv(client.EnvBaseURL, "127.0.0.1:8080")
	_, err = client.New()
	require.ErrorIs(t, err, client.ErrInvalidOption)
	require.ErrorContains(t, err, "HOOKLINE_BASE_URL")
	t.Setenv(client.EnvAPIKey, "a\n")
	_, err = client.New()
	require.ErrorContains(t, err, "HOOKLINE_API_KEY")
}

var errSeen = errors.New("seen")

// firstRequest is what a client of these options sends.
func firstRequest(t *testing.T, options ...client.Option) *http.Request {
	t.Helper()
	var request *http.Request
	c, err := client.New(append(options, client.WithMiddleware(func(r *http.Request, _ client.Next) (*http.Response, error) {
		request = r
		return nil, errSeen
	}))...)
	require.NoError(t, err)
	_, err = c.WebhookConfigs.Get(t.Context(), 12)
	require.ErrorIs(t, err, errSeen)
	return request
}

// TestServers holds the constants against the contract.
func TestServers(t *testing.T) {
	t.Parallel()
	var document struct {
		Servers []struct {
			URL string `yaml:"url"`
		} `yaml:"servers"`
	}
	require.NoError(t, yaml.Unmarshal(hookline.OpenAPI(), &document))
	var servers []string
	for _, server := range document.Servers {
		if !strings.Contains(server.URL, "127.0.0.1") {
			servers = append(servers, server.URL)
		}
	}
	assert.Equal(t, []string{client.BaseURLCommenda, client.BaseURLRootFi, client.BaseURLRootFiKSA}, servers)
	assert.Equal(t, client.DefaultBaseURL, servers[0], "the seed's is the first")
}

// TestWith changes a copy.
func TestWith(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t, api().ServeHTTP)
		c := n.client(t)
		other, err := c.With(client.WithAPIKey("other"), client.WithUserAgentSuffix("billing/1.4.2"))
		require.NoError(t, err)
		for _, c := range []*client.Client{c, other, c} {
			require.NoError(t, get(t.Context(), c))
		}
		require.NoError(t, get(t.Context(), c, client.WithAPIKey("for-one-call")))
		var keys []string
		for _, request := range n.seen() {
			keys = append(keys, request.header.Get("api_key"))
		}
		assert.Equal(t, []string{testKey, "other", testKey, "for-one-call"}, keys)
		assert.True(t, strings.HasSuffix(n.seen()[1].header.Get("User-Agent"), ") billing/1.4.2"))
	})
}

// TestMiddleware sees every attempt, in order, and cannot change the next one's
// request.
func TestMiddleware(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var order []string
		named := func(name string) client.Middleware {
			return func(r *http.Request, next client.Next) (*http.Response, error) {
				order = append(order, name)
				r.Header.Add("X-Seen", name)
				response, err := next(r)
				order = append(order, "/"+name)
				return response, err
			}
		}
		n := newNetwork(t, proxy([]fault{status(500)}, api()))
		c := n.client(t, client.WithMiddleware(named("a"), named("b")))
		require.NoError(t, create(t.Context(), c, client.WithMiddleware(named("c"))))
		once := []string{"a", "b", "c", "/c", "/b", "/a"}
		assert.Equal(t, append(once, once...), order)
		for _, request := range n.seen() {
			assert.Equal(t, []string{"a", "b", "c"}, request.header["X-Seen"])
		}
	})
}

func TestMiddlewareErrors(t *testing.T) {
	t.Parallel()
	attempts := 0
	c, err := client.New(client.WithAPIKey(testKey), client.WithMiddleware(
		func(*http.Request, client.Next) (*http.Response, error) {
			attempts++
			return nil, nil //nolint:nilnil // what must not be
		}))
	require.NoError(t, err)
	err = get(t.Context(), c)
	require.ErrorContains(t, err, "middleware")
	assert.Equal(t, 1, attempts, "its own error is not repeated")
}

// TestConcurrency is for the race detector: one client, calls with options of
// their own.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, api().ServeHTTP)
	pass := func(r *http.Request, next client.Next) (*http.Response, error) { return next(r) }
	c := n.client(t, client.WithMiddleware(pass))
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			var response client.Response
			assert.NoError(t, create(t.Context(), c, client.WithMiddleware(pass), client.WithResponseInto(&response)))
			assert.NoError(t, get(t.Context(), c))
			assert.Equal(t, http.StatusCreated, response.StatusCode)
		})
	}
	group.Wait()
	var keys []string
	for _, request := range n.seen() {
		if request.method == http.MethodPost {
			keys = append(keys, request.header.Get("Idempotency-Key"))
		}
	}
	slices.Sort(keys)
	assert.Len(t, slices.Compact(keys), 20, "every call has a key of its own")
}
