package app_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/app"
	"github.com/hookline-go/hookline/internal/testpart"
)

// browserPart is the name of Chromium and axe-core in testpart. `make browser`
// installs axe-core.
const browserPart = "browser"

// browserPatience ends a test that would wait for ever.
const browserPatience = 5 * time.Minute

// chromium is a real browser with one tab. What it complains about, a violated
// policy for example, fails the test.
type chromium struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // chromedp keeps the browser in it
	axe string

	mu         sync.Mutex
	complaints []string
}

func newChromium(t *testing.T) *chromium {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		testpart.Missing(t, browserPart, err.Error())
	}
	axe, err := os.ReadFile(filepath.Join("..", "..", "tools", "browser", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		testpart.Missing(t, browserPart, err.Error())
	}
	// The sandbox does not work for root, and the pages are our own.
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(program), chromedp.NoSandbox)
	ctx, cancel := context.WithTimeout(t.Context(), browserPatience)
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	ctx, leave := chromedp.NewContext(ctx)
	t.Cleanup(func() { leave(); end(); cancel() })
	c := &chromium{t: t, ctx: ctx, axe: string(axe)}
	require.NoError(t, chromedp.Listen(ctx, c.hear))
	c.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, cdplog.Enable, cdp.Empty{})
		return err
	}))
	return c
}

func (c *chromium) hear(event any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch event := event.(type) {
	case *cdplog.EventEntryAdded:
		if event.Entry.Level == cdplog.EntryLevelError {
			c.complaints = append(c.complaints, event.Entry.Text+" "+event.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		c.complaints = append(c.complaints, event.ExceptionDetails.Text)
	}
}

func (c *chromium) do(steps ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	require.NoError(c.t, chromedp.Do(c.ctx, steps...))
}

// see runs an action that returns something.
func see[T any](c *chromium, action chromedp.Action[T]) T {
	c.t.Helper()
	seen, err := chromedp.Run(c.ctx, action)
	require.NoError(c.t, err)
	return seen
}

// heard returns the complaints so far, and forgets them.
func (c *chromium) heard() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	heard := c.complaints
	c.complaints = nil
	return heard
}

// show opens a page in a window of that width.
func (c *chromium) show(url string, width int64, scheme string) {
	c.t.Helper()
	const height = 900
	c.do(
		chromedp.EmulateViewport(width, height),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return err
		}),
		chromedp.Navigate(url),
	)
}

// violation is what axe-core finds.
type violation struct {
	ID    string `json:"id"`
	Nodes []struct {
		HTML string `json:"html"`
	} `json:"nodes"`
}

// check fails for what axe-core finds, for a page that is wider than its window,
// and for complaints.
func (c *chromium) check(name string) {
	c.t.Helper()
	const run = `axe.run().then(r => JSON.stringify(r.violations.map(v => ({id: v.id, nodes: v.nodes.map(n => ({html: n.html}))}))))`
	see(c, chromedp.Evaluate[int](c.axe+";0"))
	result := see(c, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	overflow := see(c, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	var found []violation
	require.NoError(c.t, json.Unmarshal([]byte(result), &found))
	assert.Empty(c.t, found, name)
	assert.Zero(c.t, overflow, "%s is wider than its window", name)
	assert.Empty(c.t, c.heard(), name)
}

// inTrouble is a service whose one webhook fails, with texts that try to break
// out of the pages.
func inTrouble(t *testing.T) (s *service, key, delivery string) {
	t.Helper()
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<script>alert(1)</script>", http.StatusServiceUnavailable)
	}))
	t.Cleanup(failing.Close)
	attempted := make(chan struct{}, 1)
	s, key = delivering(t, func() {
		select {
		case attempted <- struct{}{}:
		default:
		}
	})
	header := map[string]string{"api_key": key}
	require.Equal(t, http.StatusCreated, s.do(call{
		method: http.MethodPost, path: configs, header: header,
		body: `{"webhook_type":"SYNC_STARTED","name":"<script>alert(1)</script>","url":"` + failing.URL + `/hook","topics":["a.b"]}`,
	}).status)
	require.Equal(t, http.StatusAccepted, s.do(call{
		method: http.MethodPost, path: "/v4/core/webhook-events", header: header,
		body: `{"webhook_type":"SYNC_STARTED","topic":"a.b","sync_id":"s","payload":{"a":"<script>alert(1)</script>"}}`,
	}).status)
	<-attempted
	var list struct {
		Data struct {
			WebhookLogs []struct{ ID string } `json:"webhookLogs"`
		}
	}
	require.NoError(t, json.Unmarshal(s.do(call{method: http.MethodGet, path: logs, header: header}).body, &list))
	return s, key, list.Data.WebhookLogs[0].ID
}

// delivering is a whole service, which retries nothing within an hour.
func delivering(t *testing.T, attempted func()) (s *service, key string) {
	t.Helper()
	config := app.Config{
		Listen: "127.0.0.1:0", Database: filepath.Join(t.TempDir(), "hookline.db"),
		EncryptionKeyFile: filepath.Join(t.TempDir(), "hookline.key"), AllowPrivateTargets: true,
		RetrySchedule: []time.Duration{time.Hour}, ShutdownTimeout: time.Second,
		OnAttempt: attempted, Logger: slog.New(slog.DiscardHandler),
	}
	require.NoError(t, app.CreateEncryptionKey(config.EncryptionKeyFile))
	key, _, err := app.CreateKey(t.Context(), config, 1, "ours")
	require.NoError(t, err)
	a, err := app.New(t.Context(), config)
	require.NoError(t, err)
	listener, err := a.Listen(t.Context())
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var serving sync.WaitGroup
	serving.Go(func() { assert.NoError(t, a.Serve(ctx, listener)) })
	t.Cleanup(func() {
		stop()
		serving.Wait()
		assert.NoError(t, a.Close(t.Context()))
	})
	return &service{t: t, url: "http://" + listener.Addr().String(), client: &http.Client{}, config: config}, key
}

// TestPagesInABrowser opens every page, narrow and light, wide and dark.
func TestPagesInABrowser(t *testing.T) {
	c := newChromium(t)
	s, key, delivery := inTrouble(t)
	pages := []string{
		"/docs", "/console/webhooks", "/console/webhooks/1", "/console/deliveries", "/console/deliveries?state=FAILED",
		"/console/deliveries/" + delivery,
	}
	c.show(s.url+"/console/sign-in", 320, "light")
	c.check("the form to sign in")
	c.do(chromedp.SendKeys("#key", key), chromedp.Submit("#key"), chromedp.WaitVisible("nav"))
	for _, path := range pages {
		c.show(s.url+path, 320, "light")
		c.check(path + ", narrow and light")
		c.show(s.url+path, 1280, "dark")
		c.check(path + ", wide and dark")
	}
	c.show(s.url+"/console/nothing", 320, "dark")
	c.heard() // the 404
	c.check("a page that is not there")
}

// TestFailureInABrowser follows a failing webhook to its last answer, and sends
// the delivery again.
func TestFailureInABrowser(t *testing.T) {
	c := newChromium(t)
	s, key, _ := inTrouble(t)
	c.show(s.url+"/", 1280, "light")
	c.do(chromedp.SendKeys("#key", key), chromedp.Submit("#key"), chromedp.WaitVisible(".alarm"))
	assert.Equal(t, "1 webhook needs you", see(c, chromedp.Text("h1")))
	c.do(chromedp.Click(".alarm .btn", chromedp.NodeVisible), chromedp.Click("tbody td:first-child a", chromedp.NodeVisible), chromedp.WaitVisible(".line pre"))
	assert.Equal(t, "<script>alert(1)</script>\n", see(c, chromedp.Text(".line pre")))
	c.do(
		chromedp.Click("main form button", chromedp.NodeVisible), chromedp.WaitVisible(".line"),
		chromedp.Click("header form button", chromedp.NodeVisible), chromedp.WaitVisible("#key"),
	)
	assert.Empty(t, c.heard())
}
