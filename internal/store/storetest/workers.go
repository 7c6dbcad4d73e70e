package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/hookline-go/hookline/internal/webhook"
)

// register makes the fixture a worker.
func (f *fixture) register(t *testing.T) {
	t.Helper()
	var err error
	f.worker, _, err = f.RegisterWorker(t.Context(), "client of "+uuid.NewString())
	require.NoError(t, err)
}

// another registers another worker.
func (f *fixture) another(t *testing.T) int64 {
	t.Helper()
	id, _, err := f.RegisterWorker(t.Context(), "another")
	require.NoError(t, err)
	return id
}

// takeOver takes all over from a worker, in small steps.
func (f *fixture) takeOver(t *testing.T, worker int64) {
	t.Helper()
	for {
		more, err := f.TakeOver(t.Context(), worker, 2)
		require.NoError(t, err)
		if !more {
			return
		}
	}
}

func testWorkers(t *testing.T, f *fixture) {
	other := f.another(t)
	for i := range 3 {
		others, err := f.Beat(t.Context(), f.worker)
		require.NoError(t, err)
		require.Equal(t, []webhook.Worker{{ID: other, Client: "another", Beat: int64(i)}}, others)
		_, err = f.Beat(t.Context(), other)
		require.NoError(t, err)
	}
	f.takeOver(t, other)
	_, err := f.Beat(t.Context(), other)
	requireCode(t, webhook.CodeWorkerGone, err)
	others, err := f.Beat(t.Context(), f.worker)
	require.NoError(t, err)
	require.Empty(t, others)
	f.takeOver(t, other) // again does nothing
}

// testTakeOver has a worker die with attempts under way: others make them, and
// nothing else changes.
func testTakeOver(t *testing.T, f *fixture) {
	const each = 5
	config := f.createConfig(t, minimal(ours))
	dead := f.another(t)
	var want []webhook.ID
	for range each {
		job := f.publishTo(t, &config)
		_, err := f.BeginAttempt(t.Context(), job, dead)
		require.NoError(t, err)
		_, err = f.BeginAttempt(t.Context(), job, f.worker)
		requireCode(t, webhook.CodeAttemptUnderWay, err)
		requireCode(t, webhook.CodeAttemptUnderWay, f.RetryDelivery(t.Context(), ours, job.DeliveryID))
		want = append(want, job.DeliveryID)
	}
	mine, waiting := f.begin(t, f.publishTo(t, &config)), f.publishTo(t, &config)
	f.clock.Advance(time.Second)
	f.takeOver(t, dead)

	jobs := f.queue.Take()
	var got []webhook.ID
	for _, job := range jobs {
		got = append(got, job.DeliveryID)
		d := f.delivery(t, job.DeliveryID)
		require.Equal(t, webhook.DeliveryPending, d.State)
		require.Equal(t, f.micros(), *d.NextAttemptAt)
		require.Zero(t, d.AttemptCount)
		f.finish(t, f.begin(t, job), delivered())
	}
	require.ElementsMatch(t, want, got)
	require.Equal(t, webhook.DeliveryProcessing, f.delivery(t, mine.DeliveryID).State)
	require.Equal(t, webhook.DeliveryPending, f.delivery(t, waiting.DeliveryID).State)
	page, err := f.Deliveries(t.Context(), ours, webhook.DeliveryFilter{State: webhook.DeliveryDelivered})
	require.NoError(t, err)
	require.EqualValues(t, each, page.Count)
}

// testFencing has a worker come back that was taken for dead: it must not
// change what others have done since.
func testFencing(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	suspended := f.another(t)
	begin := func() webhook.Dispatch {
		dispatch, err := f.BeginAttempt(t.Context(), f.publishTo(t, &config), suspended)
		require.NoError(t, err)
		return dispatch
	}
	waits, underWay, done := begin(), begin(), begin()
	f.takeOver(t, suspended)
	for _, job := range f.queue.Take() {
		switch job.DeliveryID {
		case underWay.DeliveryID:
			f.begin(t, job)
		case done.DeliveryID:
			f.finish(t, f.begin(t, job), delivered())
		}
	}
	before := f.snapshot(t)
	for _, dispatch := range []webhook.Dispatch{waits, underWay, done} {
		requireCode(t, webhook.CodeOvertaken, f.finishError(t, dispatch, f.failed()))
		require.NoError(t, f.ReleaseAttempt(t.Context(), &dispatch), "an attempt that was overtaken needs no release")
		require.NoError(t, f.PostponeAttempt(t.Context(), &dispatch, webhook.LaneDeliveries, f.clock.Now()))
	}
	require.Equal(t, before, f.snapshot(t))
	require.Empty(t, f.queue.Take())
	_, err := f.BeginAttempt(t.Context(), f.publishTo(t, &config), suspended)
	requireCode(t, webhook.CodeWorkerGone, err)
}

// testStrays has a worker look for attempts that are stored as its own.
func testStrays(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	other := f.another(t)
	stray, kept := f.begin(t, f.publishTo(t, &config)), f.begin(t, f.publishTo(t, &config))
	_, err := f.BeginAttempt(t.Context(), f.publishTo(t, &config), other)
	require.NoError(t, err)
	f.publishTo(t, &config)
	found, err := f.UnderWay(t.Context(), f.worker)
	require.NoError(t, err)
	require.ElementsMatch(t, []webhook.ID{stray.DeliveryID, kept.DeliveryID}, found)

	require.NoError(t, f.Abandon(t.Context(), other, stray.DeliveryID))
	require.Empty(t, f.queue.Take(), "it is not the other's")
	require.NoError(t, f.Abandon(t.Context(), f.worker, stray.DeliveryID))
	require.NoError(t, f.Abandon(t.Context(), f.worker, stray.DeliveryID))
	require.Len(t, f.queue.Take(), 1)
	require.Equal(t, webhook.DeliveryPending, f.delivery(t, stray.DeliveryID).State)
	require.Equal(t, webhook.DeliveryProcessing, f.delivery(t, kept.DeliveryID).State)
}

// testRelease gives an attempt back: it does not count, and is begun again at
// once.
func testRelease(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	job := f.publishTo(t, &config)
	dispatch := f.begin(t, job)
	require.NoError(t, f.ReleaseAttempt(t.Context(), &dispatch))
	require.NoError(t, f.ReleaseAttempt(t.Context(), &dispatch), "a second time does nothing")
	waiting := f.delivery(t, job.DeliveryID)
	require.Equal(t, webhook.DeliveryPending, waiting.State)
	require.NotNil(t, waiting.NextAttemptAt)
	require.Zero(t, waiting.AttemptCount)
	again := f.begin(t, job)
	require.Equal(t, 1, again.Attempt)

	unknown := dispatch
	unknown.DeliveryID = webhook.ID(uuid.New())
	requireCode(t, webhook.CodeNotFound, f.ReleaseAttempt(t.Context(), &unknown))
}

// testPostpone gives an attempt back with a job for it.
func testPostpone(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	dispatch := f.begin(t, f.publishTo(t, &config))
	until := f.micros().Add(time.Minute)
	require.NoError(t, f.PostponeAttempt(t.Context(), &dispatch, webhook.LaneSlow, until))
	require.NoError(t, f.PostponeAttempt(t.Context(), &dispatch, webhook.LaneSlow, until), "a second time does nothing")
	require.Equal(t, []webhook.Job{{
		DeliveryID: dispatch.DeliveryID, OrganisationID: ours, ConfigID: config.ID, Attempt: 1, Lane: webhook.LaneSlow, At: until,
	}}, f.queue.Take())
	waiting := f.delivery(t, dispatch.DeliveryID)
	require.Equal(t, webhook.DeliveryPending, waiting.State)
	require.Equal(t, &until, waiting.NextAttemptAt)
}

// direct records what a store begins directly. It has so many places.
type direct struct {
	worker int64

	mu        sync.Mutex
	places    int
	cancelled int
	started   []webhook.Dispatch
}

func (d *direct) Reserve(int64, int64) (webhook.Reservation, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.places == 0 {
		return nil, false
	}
	d.places--
	return d, true
}

func (d *direct) Worker() int64 { return d.worker }

func (d *direct) Start(dispatch webhook.Dispatch) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.started = append(d.started, dispatch)
}

func (d *direct) Cancel() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.places++
	d.cancelled++
}

// take returns what was started, and gives the places back.
func (d *direct) take() []webhook.Dispatch {
	d.mu.Lock()
	defer d.mu.Unlock()
	started := d.started
	d.started, d.places = nil, d.places+len(started)
	return started
}

// testDirect publishes events with places for some of their deliveries.
func testDirect(t *testing.T, f *fixture) {
	first, second := f.createConfig(t, enabled(ours)), f.createConfig(t, enabled(ours))
	d := &direct{worker: f.worker, places: 1}
	f.SetDirect(d)
	e := event(ours)
	e.Type, e.IntegrationType = first.Type, first.IntegrationType
	published := f.publish(t, e)
	require.EqualValues(t, 2, published.Deliveries)
	started, jobs := d.take(), f.queue.Take()
	require.Len(t, started, 1)
	require.Len(t, jobs, 1)
	require.Equal(t, second.ID, jobs[0].ConfigID)
	stored := f.delivery(t, started[0].DeliveryID)
	require.Equal(t, webhook.DeliveryProcessing, stored.State)
	require.Nil(t, stored.NextAttemptAt)
	require.Equal(t, webhook.Dispatch{
		DeliveryID: stored.ID, EventID: published.EventID, OrganisationID: ours, ConfigID: first.ID, ConfigName: first.Name,
		URL: first.URL, Payload: e.Payload, Headers: first.Headers, SigningKeys: []webhook.Secret{first.SigningKey},
		SignatureHeader: first.SignatureHeader, Attempt: 1, Worker: f.worker,
	}, started[0])
	f.finish(t, started[0], f.retried())
	again := f.begin(t, f.queue.Take()[0])
	require.Equal(t, 2, again.Attempt)
	require.Equal(t, 1, again.Retries)

	id, err := f.DeliverTo(t.Context(), first.ID, event(ours))
	require.NoError(t, err)
	started = d.take()
	require.Len(t, started, 1)
	require.Equal(t, id, started[0].DeliveryID)

	f.SetDirect(nil)
	f.publish(t, e)
	require.Len(t, f.queue.Take(), 2)
}

// testDirectFails gives places back of attempts that are not stored, and queues
// those of a worker that was taken for dead.
func testDirectFails(t *testing.T, f *fixture) {
	config := f.createConfig(t, minimal(ours))
	f.createConfig(t, minimal(ours))
	d := &direct{worker: f.worker, places: 1}
	f.SetDirect(d)
	before, refusal := f.snapshot(t), errors.New("refused")
	f.queue.Fail(refusal) // the second delivery has no place, and its job is refused
	_, err := f.PublishEvent(t.Context(), event(ours), webhook.Idempotency{})
	require.ErrorIs(t, err, refusal)
	require.Equal(t, before, f.snapshot(t))
	require.Empty(t, d.take())
	require.Equal(t, 1, d.places)
	f.queue.Fail(nil)

	f.takeOver(t, f.worker)
	f.publish(t, event(ours))
	_, err = f.DeliverTo(t.Context(), config.ID, event(ours))
	require.NoError(t, err)
	require.Empty(t, d.take())
	require.Len(t, f.queue.Take(), 3)
	require.Equal(t, 1, d.places)
}
