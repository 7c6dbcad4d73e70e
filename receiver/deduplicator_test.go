package receiver_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/receiver"
)

func newMemory(t *testing.T) receiver.HandlerOption {
	t.Helper()
	deduplicator, err := receiver.NewMemoryDeduplicator(100, time.Hour)
	require.NoError(t, err)
	return receiver.WithDeduplicator(deduplicator)
}

func TestDuplicateIsSuccess(t *testing.T) {
	calls := 0
	e := newEndpoint(t, func(context.Context, receiver.Delivery) error {
		calls++
		return nil
	}, newMemory(t))
	for range 3 {
		assert.Equal(t, http.StatusNoContent, e.deliver(t, "a", "{}").Code)
	}
	assert.Equal(t, http.StatusNoContent, e.deliver(t, "b", "{}").Code)
	assert.Equal(t, 2, calls)
}

// A delivery that failed, in whatever way, is handled when it comes again.
func TestFailureLetsTheRetryThrough(t *testing.T) {
	outcomes := []receiver.HandlerFunc{
		fails(errors.New("no")), panics("no"), fails(receiver.RetryLater(time.Second, nil)), fails(brokenError{}), handled, handled,
	}
	calls := 0
	e := newEndpoint(t, func(ctx context.Context, d receiver.Delivery) error {
		calls++
		return outcomes[calls-1](ctx, d)
	}, newMemory(t))
	for _, want := range []int{500, 500, 503, 500, 204, 204} {
		assert.Equal(t, want, e.deliver(t, "a", "{}").Code)
	}
	assert.Equal(t, 5, calls)
}

// A delivery that is not verified, or is no JSON object, claims nothing: nobody
// can block another's id.
func TestUnverifiedClaimsNothing(t *testing.T) {
	deduplicator, err := receiver.NewMemoryDeduplicator(1, time.Hour)
	require.NoError(t, err)
	e := newEndpoint(t, unwanted(t), receiver.WithDeduplicator(deduplicator))
	request := vectorRequest(t, "a", http.NoBody)
	request.Header.Set("webhook-signature", wrongV1)
	assert.Equal(t, http.StatusUnauthorized, e.serve(request).Code)
	assert.Equal(t, http.StatusBadRequest, e.deliver(t, "a", "[]").Code)
	assert.Zero(t, deduplicator.Len())
}

// While one attempt is handled the next is asked to come again: to call it a
// success would lose the event if the first one fails.
func TestAttemptInProgress(t *testing.T) {
	started, finish := make(chan struct{}), make(chan error)
	e := newEndpoint(t, func(context.Context, receiver.Delivery) error {
		close(started)
		return <-finish
	}, newMemory(t))
	first := vectorRequest(t, "a", strings.NewReader("{}"))
	status := make(chan int)
	go func() { status <- e.serve(first).Code }()
	<-started

	response := e.deliver(t, "a", "{}")
	e.assertProblem(t, response, http.StatusServiceUnavailable, "in_progress")
	assert.Equal(t, "5", response.Header().Get("Retry-After"))

	finish <- nil
	assert.Equal(t, http.StatusNoContent, <-status)
	assert.Equal(t, http.StatusNoContent, e.deliver(t, "a", "{}").Code)
}

// Many attempts at once, each event's first run fails: each succeeds exactly
// once, and every sender is told so.
func TestConcurrentAttempts(t *testing.T) {
	const events, senders = 20, 8
	var runs [events]atomic.Int32
	e := newEndpoint(t, func(_ context.Context, d receiver.Delivery) error {
		event, err := strconv.Atoi(d.ID)
		if err != nil || runs[event].Add(1) == 1 {
			return errors.New("the first run fails")
		}
		return nil
	}, newMemory(t))
	var group sync.WaitGroup
	for range senders {
		group.Go(func() {
			for event := range events {
				for e.deliver(t, strconv.Itoa(event), "{}").Code != http.StatusNoContent {
					runtime.Gosched()
				}
			}
		})
	}
	group.Wait()
	for event := range events {
		assert.Equal(t, int32(2), runs[event].Load())
	}
}

// stubDeduplicator answers what it was told and notes what it was asked.
type stubDeduplicator struct {
	begin, settle error
	noClaim       bool
	calls         []string
}

func (d *stubDeduplicator) Begin(_ context.Context, id string) (receiver.Claim, error) {
	d.calls = append(d.calls, "begin "+id)
	if d.begin != nil || d.noClaim {
		return nil, d.begin
	}
	return d, nil
}

func (d *stubDeduplicator) Done(ctx context.Context) error { return d.end(ctx, "done") }

func (d *stubDeduplicator) Release(ctx context.Context) error { return d.end(ctx, "release") }

func (d *stubDeduplicator) end(ctx context.Context, call string) error {
	d.calls = append(d.calls, call)
	if _, ok := ctx.Deadline(); !ok || ctx.Err() != nil {
		return errors.New("the context is not fit to settle a claim")
	}
	return d.settle
}

func TestDeduplicatorsOfOthers(t *testing.T) {
	failure := errors.New("the store is away")
	for name, c := range map[string]struct {
		stub   stubDeduplicator
		handle receiver.HandlerFunc // nil if it must not be called
		status int
		code   string
		calls  []string
		log    string
	}{
		"success":            {stubDeduplicator{}, handled, 204, "", []string{"begin a", "done"}, ""},
		"failure":            {stubDeduplicator{}, fails(failure), 500, "handler_failed", []string{"begin a", "release"}, "store is away"},
		"panic":              {stubDeduplicator{}, panics(failure), 500, "handler_failed", []string{"begin a", "release"}, "store is away"},
		"duplicate":          {stubDeduplicator{begin: fmt.Errorf("row 7: %w", receiver.ErrDuplicate)}, nil, 204, "", []string{"begin a"}, ""},
		"in progress":        {stubDeduplicator{begin: receiver.ErrInProgress}, nil, 503, "in_progress", []string{"begin a"}, ""},
		"begin fails":        {stubDeduplicator{begin: failure}, nil, 503, "unavailable", []string{"begin a"}, "store is away"},
		"no claim":           {stubDeduplicator{noClaim: true}, nil, 503, "unavailable", []string{"begin a"}, ""},
		"done fails":         {stubDeduplicator{settle: failure}, handled, 204, "", []string{"begin a", "done"}, "store is away"},
		"sender has hung up": {stubDeduplicator{}, handled, 204, "", []string{"begin a", "done"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.handle == nil {
				c.handle = unwanted(t)
			}
			e := newEndpoint(t, c.handle, receiver.WithDeduplicator(&c.stub))
			ctx, cancel := context.WithCancel(t.Context())
			if name == "sender has hung up" {
				cancel()
			}
			defer cancel()
			response := e.serve(vectorRequest(t, "a", strings.NewReader("{}")).WithContext(ctx))
			assert.Equal(t, c.calls, c.stub.calls)
			assert.Contains(t, e.log.String(), c.log)
			if c.code != "" {
				e.assertProblem(t, response, c.status, c.code)
				return
			}
			assert.Equal(t, c.status, response.Code)
			assert.Equal(t, c.log == "", e.log.Len() == 0)
		})
	}
}

// What the example of a shared table promises, because it will be copied.
func TestSQLDeduplicator(t *testing.T) {
	db := openHandled(t)
	d := sqlDeduplicator{db}
	first, err := d.Begin(t.Context(), "a")
	require.NoError(t, err)
	_, err = d.Begin(t.Context(), "a")
	require.ErrorIs(t, err, receiver.ErrInProgress)

	// The process that has the claim dies, and another takes it over; then it
	// turns out not to be dead.
	_, err = db.ExecContext(t.Context(), `UPDATE handled SET claimed_until = 1`)
	require.NoError(t, err)
	second, err := d.Begin(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, first.Release(t.Context()))
	require.NoError(t, first.Done(t.Context()))
	_, err = d.Begin(t.Context(), "a")
	require.ErrorIs(t, err, receiver.ErrInProgress)

	require.NoError(t, second.Release(t.Context()))
	third, err := d.Begin(t.Context(), "a")
	require.NoError(t, err)
	require.NoError(t, third.Done(t.Context()))
	_, err = d.Begin(t.Context(), "a")
	require.ErrorIs(t, err, receiver.ErrDuplicate)

	require.NoError(t, db.Close())
	_, err = d.Begin(t.Context(), "b")
	require.Error(t, err)
}

func openHandled(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "handled.db"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	_, err = db.ExecContext(t.Context(), handledTable)
	require.NoError(t, err)
	return db
}
