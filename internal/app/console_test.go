package app_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/console"
)

// browser is somebody who looks at the console. It keeps cookies, and runs no
// scripts.
type browser struct {
	t      *testing.T
	base   string
	client *http.Client
}

func newBrowser(t *testing.T, s *service) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &browser{t: t, base: s.url, client: &http.Client{Jar: jar, Transport: s.client.Transport}}
}

// page is what a browser shows in the end.
type page struct {
	status int
	path   string
	body   string
	header http.Header
}

func (b *browser) send(method, path string, form url.Values, header map[string]string) page {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(form.Encode()))
	require.NoError(b.t, err)
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := b.client.Do(request)
	require.NoError(b.t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	require.NoError(b.t, response.Body.Close())
	assert.NotContains(b.t, string(body), "<script")
	assert.NotContains(b.t, string(body), " style=")
	return page{response.StatusCode, response.Request.URL.RequestURI(), string(body), response.Header}
}

func (b *browser) open(path string) page { b.t.Helper(); return b.send(http.MethodGet, path, nil, nil) }

func (b *browser) submit(path string, form url.Values) page {
	b.t.Helper()
	return b.send(http.MethodPost, path, form, nil)
}

// newOperated is a service outside of the development mode, with a key for each
// of two organisations.
func newOperated(t *testing.T, options ...func(*app.Config)) (s *service, ours, theirs string) {
	t.Helper()
	s = newService(t, append([]func(*app.Config){func(c *app.Config) {
		c.Dev, c.AllowPrivateTargets = false, true
		require.NoError(t, app.CreateEncryptionKey(c.EncryptionKeyFile))
		var err error
		ours, _, err = app.CreateKey(t.Context(), *c, 1, "ours")
		require.NoError(t, err)
		theirs, _, err = app.CreateKey(t.Context(), *c, 2, "theirs")
		require.NoError(t, err)
	}}, options...)...)
	return s, ours, theirs
}

// TestConsole walks through the pages as somebody does whose webhook is in
// trouble.
func TestConsole(t *testing.T) {
	s, key, _ := newOperated(t)
	b := newBrowser(t, s)
	first := b.open("/")
	assert.Equal(t, "/console/sign-in", first.path)
	assert.Contains(t, first.header.Get("Content-Security-Policy"), "default-src 'none'")
	wrong := b.submit("/console/sign-in", url.Values{"key": {"wrong"}})
	assert.Equal(t, http.StatusForbidden, wrong.status)
	assert.Contains(t, wrong.body, "This is no valid API key.")
	assert.NotContains(t, wrong.body, `"wrong"`)

	empty := b.submit("/console/sign-in", url.Values{"key": {key}})
	assert.Equal(t, "/console/webhooks", empty.path)
	assert.Contains(t, empty.body, "There are no webhooks yet")

	require.Equal(t, http.StatusCreated, s.do(call{
		method: http.MethodPost, path: configs, header: map[string]string{"api_key": key},
		body: `{"webhook_type":"SYNC_STARTED","name":"<b>bold</b> \u202egnp","url":"http://127.0.0.1:9/hook?token=SECRET1",` +
			`"signing_key":"SECRET2-of-the-test","headers":[{"name":"Authorization","value":"SECRET3"}]}`,
	}).status)
	list := b.open("/console/webhooks")
	assert.Contains(t, list.body, "All webhooks are healthy")
	assert.Contains(t, list.body, "&lt;b&gt;bold&lt;/b&gt; ⟨U&#43;202E⟩gnp")
	one := b.open("/console/webhooks/1")
	assert.Contains(t, one.body, "Authorization: ••••••••")

	disabled := b.submit("/console/webhooks/1/disable", nil)
	assert.Contains(t, disabled.body, "● disabled")
	refused := b.submit("/console/webhooks/1/test", nil)
	assert.Equal(t, http.StatusConflict, refused.status)
	assert.Contains(t, refused.body, "The config is disabled. Enable it first.")
	assert.Contains(t, b.open("/console/webhooks").body, "1 webhook needs you")
	assert.Contains(t, b.submit("/console/webhooks/1/enable", nil).body, "✓ healthy")

	sent := b.submit("/console/webhooks/1/test", nil)
	assert.Equal(t, http.StatusOK, sent.status)
	assert.Contains(t, sent.body, "webhook.test")
	assert.Contains(t, b.open("/console/deliveries?state=PENDING&webhook=1&from=2020-01-01T00:00").body, sent.path)
	assert.Contains(t, b.open("/console/deliveries?state=FAILED").body, "No delivery matches.")
	assert.Equal(t, http.StatusBadRequest, b.open("/console/deliveries?webhook=x").status)
	tooEarly := b.submit(sent.path+"/retry", nil)
	assert.Equal(t, http.StatusConflict, tooEarly.status, "its first attempt is due already")
	for _, shown := range []page{list, one, sent} {
		assert.NotContains(t, shown.body, "SECRET")
	}

	assert.Equal(t, "/console/sign-in", b.submit("/console/sign-out", nil).path)
	assert.Equal(t, "/console/sign-in", b.open("/console/webhooks").path)
}

// TestConsoleKeepsOrganisationsApart asks for what belongs to another one.
func TestConsoleKeepsOrganisationsApart(t *testing.T) {
	s, ours, theirs := newOperated(t)
	us, them := newBrowser(t, s), newBrowser(t, s)
	us.submit("/console/sign-in", url.Values{"key": {ours}})
	them.submit("/console/sign-in", url.Values{"key": {theirs}})
	require.Equal(t, http.StatusCreated, s.do(call{
		method: http.MethodPost, path: configs, header: map[string]string{"api_key": ours}, body: withField("url", `"http://127.0.0.1:9/"`),
	}).status)
	delivery := us.submit("/console/webhooks/1/test", nil).path
	for _, path := range []string{"/console/webhooks/1", delivery, "/console/webhooks/x", "/console/deliveries/x", "/console/nothing"} {
		assert.Equal(t, http.StatusNotFound, them.open(path).status, path)
	}
	for _, path := range []string{"/console/webhooks/1/test", "/console/webhooks/1/disable", "/console/webhooks/1/enable", delivery + "/retry"} {
		assert.Equal(t, http.StatusNotFound, them.submit(path, nil).status, path)
	}
	assert.Contains(t, them.open("/console/deliveries").body, "No delivery matches.")
}

// TestConsoleRefusesOtherSites has a page elsewhere send the forms.
func TestConsoleRefusesOtherSites(t *testing.T) {
	s, key, _ := newOperated(t)
	b := newBrowser(t, s)
	b.submit("/console/sign-in", url.Values{"key": {key}})
	for _, path := range []string{"/console/webhooks/1/disable", "/console/sign-out", "/console/sign-in"} {
		for _, header := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}} {
			assert.Equal(t, http.StatusForbidden, b.send(http.MethodPost, path, url.Values{}, header).status, path)
		}
	}
	assert.Equal(t, "/console/webhooks", b.open("/console/webhooks").path, "still signed in")
}

// TestSessions end: with their key, after a while, and where they were begun
// anew.
func TestSessions(t *testing.T) {
	var clock movedClock
	s, key, other := newOperated(t, func(c *app.Config) { c.Clock = clock.now })
	b := newBrowser(t, s)
	signIn := func(key string) string {
		b.submit("/console/sign-in", url.Values{"key": {key}})
		home, err := url.Parse(s.url)
		require.NoError(t, err)
		cookies := b.client.Jar.Cookies(home)
		require.Len(t, cookies, 1)
		return cookies[0].Value
	}
	isIn := func() bool { return b.open("/console/deliveries").path == "/console/deliveries" }
	first := signIn(key)
	second := signIn(other)
	assert.NotEqual(t, first, second, "a session is never taken over")
	thief := newBrowser(t, s)
	stolen := thief.send(http.MethodGet, "/console/deliveries", nil, map[string]string{"Cookie": "hookline-session=" + first})
	assert.Equal(t, "/console/sign-in", stolen.path, "the session before has ended")

	signIn(key)
	for range 23 { // in use, it ends after half a day
		clock.advance(29 * time.Minute)
		require.True(t, isIn())
	}
	clock.advance(29 * time.Minute)
	assert.True(t, isIn())
	clock.advance(29 * time.Minute)
	assert.False(t, isIn())
	signIn(key)
	clock.advance(30 * time.Minute)
	assert.False(t, isIn(), "out of use, it ends after half an hour")

	signIn(key)
	_, err := app.RevokeKey(t.Context(), s.config, 1, 1)
	require.NoError(t, err)
	assert.False(t, isIn())
}

// TestSignInIsLimited tries keys.
func TestSignInIsLimited(t *testing.T) {
	var clock movedClock
	s, key, _ := newOperated(t, func(c *app.Config) { c.Clock = clock.now })
	b := newBrowser(t, s)
	for range 10 {
		assert.Equal(t, http.StatusForbidden, b.submit("/console/sign-in", url.Values{"key": {app.DevKey}}).status)
	}
	assert.Equal(t, http.StatusTooManyRequests, b.submit("/console/sign-in", url.Values{"key": {key}}).status)
	clock.advance(time.Minute)
	assert.Equal(t, "/console/webhooks", b.submit("/console/sign-in", url.Values{"key": {key}}).path)
}

func TestConsoleInDevelopmentAndOff(t *testing.T) {
	development := newBrowser(t, newService(t)).open("/")
	assert.Equal(t, "/console/webhooks", development.path)
	assert.Contains(t, development.body, "development: no sign-in")
	off := newBrowser(t, newService(t, func(c *app.Config) { c.WithoutConsole = true }))
	assert.Equal(t, http.StatusNotFound, off.open("/").status)
	assert.Equal(t, http.StatusNotFound, off.open(console.Path).status)
}

// movedClock is the system's clock, ahead of it by what a test has advanced it.
type movedClock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *movedClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *movedClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
