package cli

import (
	"context"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/client"
	"github.com/hookline-go/hookline/internal/store/postgrestest"
)

const (
	// crashPublishers publish while the service is being killed.
	crashPublishers = 50
	// publishedBeforeKill is how many events are acknowledged between two
	// kills.
	publishedBeforeKill = 100
	// shortKills is for make test; make crash sets HOOKLINE_TEST_CRASH_KILLS.
	shortKills = 2
	// crashPatience is far more than the minute within which an attempt that
	// died with its process is made again.
	crashPatience = 3 * time.Minute
)

// TestCrashSQLite kills the service again and again while events are published,
// and counts how each ended.
func TestCrashSQLite(t *testing.T) {
	t.Parallel()
	c := newCrash(t, "hookline.db")
	c.run(kills(t))
}

func TestCrashPostgres(t *testing.T) {
	t.Parallel()
	c := newCrash(t, postgrestest.EmptyURL(t))
	c.run(kills(t))
}

// TestCrashOfPostgres crashes the database again and again while events are
// published.
func TestCrashOfPostgres(t *testing.T) {
	t.Parallel()
	server := postgrestest.NewCrashing(t)
	c := newCrash(t, server.URL())
	c.twiceIsFine = true // what the database could not record is sent again
	c.runWith(kills(t), func() { server.Crash() })
}

// TestSuspendedWorker suspends one of two workers for long enough that the
// other one takes over from it, and lets it go on: what it had under way comes
// a second time at most, and what it finishes late changes nothing.
func TestSuspendedWorker(t *testing.T) {
	t.Parallel()
	const each = 100
	c := newCrash(t, postgrestest.EmptyURL(t))
	c.start("--delivery-timeout", "30s")
	suspended := c.service.Load()
	c.subscribe()
	c.hold()
	c.publishMany(each)
	c.until(func() bool { return len(c.interrupted()) > 0 }, "an attempt to be under way")
	require.NoError(t, suspended.cmd.Process.Signal(syscall.SIGSTOP))
	c.letGo()
	other := c.worker()
	c.until(func() bool { return len(c.missing()) == 0 }, "the other worker to take over")
	require.NoError(t, suspended.cmd.Process.Signal(syscall.SIGCONT))
	c.publishMany(each)
	c.until(func() bool { return len(c.missing()) == 0 }, "events that are published after that")
	c.mu.Lock()
	for id, lives := range c.received {
		assert.LessOrEqual(t, len(lives), 2, "event %s", id)
	}
	c.mu.Unlock()
	c.checkLog()
	assert.Zero(t, other.stop(), "%s", &other.stderr)
	assert.Zero(t, suspended.stop(), "%s", &suspended.stderr)
}

// TestWorkers has two processes work one queue, and kills one of them.
func TestWorkers(t *testing.T) {
	t.Parallel()
	const each = 200
	c := newCrash(t, postgrestest.EmptyURL(t))
	c.start("--role", "api")
	workers := []*process{c.worker(), c.worker()}
	c.subscribe()
	c.publishMany(each)
	c.until(func() bool { return len(c.missing()) == 0 }, "events to be delivered")
	c.mu.Lock()
	for id, lives := range c.received {
		assert.Len(t, lives, 1, "event %s came more than once though nothing failed", id)
	}
	c.mu.Unlock()

	c.publishMany(each)
	require.NoError(t, workers[0].cmd.Process.Kill())
	_ = workers[0].cmd.Wait() // it was killed
	c.publishMany(each)
	c.until(func() bool { return len(c.missing()) == 0 }, "events to be delivered by the worker that is left")
	assert.Zero(t, workers[1].stop(), "%s", &workers[1].stderr)
	c.checkLog()
}

// TestStop stops a service while attempts are under way and many more wait:
// those under way are interrupted and made again, and no other one comes twice.
func TestStop(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]string{"SQLite": "hookline.db", "PostgreSQL": postgrestest.EmptyURL(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const events = 200
			c := newCrash(t, database)
			c.start("--shutdown-timeout", "500ms", "--delivery-timeout", "30s")
			c.subscribe()
			c.hold()
			c.publishMany(events)
			c.until(func() bool { return len(c.interrupted()) > 0 }, "an attempt to be under way")
			assert.Zero(t, c.service.Load().stop(), "%s", &c.service.Load().stderr)
			interrupted := c.interrupted()
			c.letGo()
			c.start()
			c.until(func() bool { return len(c.missing()) == 0 }, "events to be delivered after the stop")
			assert.Zero(t, c.service.Load().stop(), "%s", &c.service.Load().stderr)
			c.mu.Lock()
			defer c.mu.Unlock()
			twice := 0
			for id, lives := range c.received {
				assert.Len(t, lives, 1, "event %s", id)
				if interrupted[id] {
					twice++
				}
			}
			assert.Len(t, interrupted, twice)
			t.Logf("%d of %d were interrupted", len(interrupted), events)
		})
	}
}

func kills(t *testing.T) int {
	t.Helper()
	text, ok := os.LookupEnv("HOOKLINE_TEST_CRASH_KILLS")
	if !ok {
		return shortKills
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// crash is a service that is killed, its publishers and its receiver, which
// live on.
type crash struct {
	t        *testing.T
	folder   string
	database string
	receiver *httptest.Server

	service    atomic.Pointer[process]
	api        atomic.Pointer[client.Client]
	generation atomic.Int32 // counts the service's lives

	mu           sync.Mutex
	connections  int // of the receiver
	acknowledged map[string]struct{}
	received     map[string][]int32 // by webhook-id: in which of the service's lives it came
	progress     chan struct{}      // tells of an acknowledged or received event
	twiceIsFine  bool               // an event may come twice while the service runs
	held         chan struct{}      // what comes is not answered until it is closed
	unanswered   map[string]bool    // by webhook-id, of what is held
}

func newCrash(t *testing.T, database string) *crash {
	t.Helper()
	c := &crash{
		t: t, folder: t.TempDir(), database: database,
		acknowledged: map[string]struct{}{}, received: map[string][]int32{}, progress: make(chan struct{}, 1),
	}
	c.receiver = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == drainPath {
			return
		}
		id := r.Header.Get("webhook-id")
		if c.isHeld(r.Context(), id) {
			return
		}
		c.note(func() {
			c.received[id] = append(c.received[id], c.generation.Load())
		})
		w.WriteHeader(http.StatusNoContent)
	}))
	c.receiver.Config.ConnState = c.noteConnection
	c.receiver.Start()
	t.Cleanup(c.receiver.Close)
	return c
}

// hold has the receiver keep what comes waiting.
func (c *crash) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held, c.unanswered = make(chan struct{}), map[string]bool{}
}

// letGo has the receiver answer again.
func (c *crash) letGo() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.held)
	c.held = nil
}

// interrupted returns the events that the receiver got and did not answer.
func (c *crash) interrupted() map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.unanswered)
}

// isHeld reports whether an event is kept waiting. It returns when the sender
// has gone away.
func (c *crash) isHeld(ctx context.Context, id string) bool {
	var held chan struct{}
	c.note(func() {
		if held = c.held; held != nil {
			c.unanswered[id] = true
		}
	})
	if held == nil {
		return false
	}
	select {
	case <-held:
	case <-ctx.Done():
	}
	return true
}

// noteConnection counts the receiver's connections.
func (c *crash) noteConnection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.note(func() { c.connections++ })
	case http.StateClosed, http.StateHijacked:
		c.note(func() { c.connections-- })
	case http.StateActive, http.StateIdle:
	}
}

// drain waits until the receiver has handled whatever a process had sent before
// it was killed: what it had asked for counts as of its own life. Connections
// are accepted in order, so none of its own comes after this one.
func (c *crash) drain() {
	own := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.receiver.URL+drainPath, http.NoBody)
	require.NoError(c.t, err)
	response, err := own.Do(request)
	require.NoError(c.t, err)
	require.NoError(c.t, response.Body.Close())
	c.until(func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.connections == 0
	}, "the dead process's connections to end")
}

const drainPath = "/drain"

func (c *crash) run(kills int) {
	c.t.Helper()
	c.runWith(kills, func() {
		require.NoError(c.t, c.service.Load().cmd.Process.Kill())
		_ = c.service.Load().cmd.Wait() // it was killed
		c.drain()
		c.start()
	})
}

// runWith has events published while kill is called so many times.
func (c *crash) runWith(kills int, kill func()) {
	c.start()
	c.subscribe()
	ctx, stop := context.WithCancel(c.t.Context())
	var publishers sync.WaitGroup
	for range crashPublishers {
		publishers.Go(func() { c.publish(ctx) })
	}
	for range kills {
		c.awaitMore(publishedBeforeKill)
		kill()
	}
	c.awaitMore(publishedBeforeKill)
	stop()
	publishers.Wait()
	c.check()
	assert.Zero(c.t, c.service.Load().stop(), "%s", &c.service.Load().stderr)
}

func (c *crash) start(args ...string) {
	c.generation.Add(1)
	c.service.Store(start(c.t, c.folder, c.args(args)...))
	// Without retries: what is not acknowledged is not counted.
	api, err := client.New(client.WithBaseURL(c.service.Load().url+"/v4"), client.WithAPIKey("dev-key"), client.WithMaxRetries(0))
	require.NoError(c.t, err)
	c.api.Store(api)
}

// worker starts another process that delivers.
func (c *crash) worker() *process {
	return start(c.t, c.folder, c.args([]string{"--role", "worker"})...)
}

func (c *crash) args(more []string) []string {
	return append([]string{"--dev", "--database", c.database, "--delivery-timeout", "1s", "--log-level", "warn"}, more...)
}

func (c *crash) subscribe() {
	c.t.Helper()
	_, err := c.api.Load().WebhookConfigs.Create(c.t.Context(), client.CreateWebhookConfigRequest{
		WebhookType: client.WebhookTypeSyncCompleted, Name: "crash", URL: c.receiver.URL,
	})
	require.NoError(c.t, err)
}

// publishMany has so many events acknowledged.
func (c *crash) publishMany(n int) {
	c.t.Helper()
	for range n {
		c.publishOne(c.t.Context())
	}
}

// publish publishes one event after the other. What is not acknowledged may
// have got lost, and is not counted.
func (c *crash) publish(ctx context.Context) {
	for ctx.Err() == nil {
		c.publishOne(ctx)
	}
}

func (c *crash) publishOne(ctx context.Context) {
	event, err := c.api.Load().Events.Publish(ctx, client.PublishWebhookEventRequest{
		WebhookType: client.WebhookTypeSyncCompleted, Payload: []byte(`{"event":"sync.completed"}`),
	})
	if err == nil { // otherwise the service is being killed
		c.note(func() { c.acknowledged[event.ID.String()] = struct{}{} })
	}
}

func (c *crash) note(change func()) {
	c.mu.Lock()
	change()
	c.mu.Unlock()
	select {
	case c.progress <- struct{}{}:
	default:
	}
}

func (c *crash) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.acknowledged)
}

// awaitMore waits until so many more events are acknowledged.
func (c *crash) awaitMore(more int) {
	wanted := c.count() + more
	c.until(func() bool { return c.count() >= wanted }, "events to be acknowledged")
}

func (c *crash) until(done func() bool, what string) {
	c.t.Helper()
	patience := time.NewTimer(crashPatience)
	defer patience.Stop()
	for !done() {
		select {
		case <-c.progress:
		case <-patience.C:
			require.FailNow(c.t, "waited too long for "+what, "%s", &c.service.Load().stderr)
		}
	}
}

// check waits for the last deliveries, and then sees to it that nothing
// acknowledged is lost, that an event came twice only because its attempt died
// with the service, and that the log has it all.
func (c *crash) check() {
	c.until(func() bool { return len(c.missing()) == 0 }, "acknowledged events to be delivered")
	c.mu.Lock()
	defer c.mu.Unlock()
	duplicates := 0
	for id, lives := range c.received {
		seen := map[int32]bool{}
		for _, life := range lives {
			assert.False(c.t, seen[life] && !c.twiceIsFine, "event %s came twice while the service ran", id)
			seen[life] = true
		}
		duplicates += len(lives) - 1
	}
	c.t.Logf("%d kills, %d acknowledged, %d received, %d duplicates", c.generation.Load()-1, len(c.acknowledged), len(c.received), duplicates)
	c.checkLog()
}

func (c *crash) missing() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var missing []string
	for id := range c.acknowledged {
		if len(c.received[id]) == 0 {
			missing = append(missing, id)
		}
	}
	return missing
}

// checkLog reads the whole delivery log: every event that was received has one
// delivery, and all were delivered.
func (c *crash) checkLog() {
	total := 0
	for log, err := range c.api.Load().WebhookLogs.All(c.t.Context(), &client.ListWebhookLogsParams{Limit: client.Ptr(int32(100))}) {
		require.NoError(c.t, err)
		assert.NotEqual(c.t, client.DeliveryStateFailed, log.State)
		total++
	}
	assert.GreaterOrEqual(c.t, total, len(c.received), "every delivery is logged")
}
