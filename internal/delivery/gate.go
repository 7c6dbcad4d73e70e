package delivery

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

const (
	// maxWait is how long an attempt may wait for its slot.
	maxWait = 2 * time.Second
	// waitRoom is how many attempts may wait for an endpoint of which it is
	// not known yet how fast it answers.
	waitRoom = 32
	// slowAfter is the mean duration from which on an endpoint is slow.
	slowAfter = time.Second
	// backlogFactor lets one organisation alone have most of the backlog's
	// workers: jobs that the queue hands out in vain cost more than those that
	// wait in it.
	backlogFactor = 8
	// forgetAfter is how long the gate remembers an endpoint that is slow or
	// failing, and is not used: its config may have been deleted.
	forgetAfter = 15 * time.Minute
	sweepEvery  = time.Minute
)

// gate decides which attempts may begin. It bounds the attempts to each
// endpoint, and shares the slots of this process between organisations and
// between hosts, so that none of them keeps others waiting. Slow endpoints and
// failing ones have slots of their own.
//
// An attempt has a place from the moment that it is taken up until it gets its
// slot, which it has while its request is under way. Places are bounded and
// shared in the same way; whoever gets none comes again later. Slots that
// become free go to the organisations in turn, whichever has how many attempts
// waiting.
type gate struct {
	limit int // of one endpoint
	now   func() time.Time

	mu            sync.Mutex
	places        pool
	backlog       pool
	slots         [classes]pool
	ceiling       ceiling
	endpoints     map[int64]*endpoint // by config
	organisations map[int64]*organisation
	hosts         map[string]*party
	waiting       []*organisation // those with attempts that wait, the next one first
	swept         time.Time
}

// gateOptions are the limits of a gate. All are required.
type gateOptions struct {
	places, backlog, fast, slow, failing, perEndpoint int
}

// slots is how many attempts can be under way.
func (o *gateOptions) slots() int { return o.fast + o.slow + o.failing }

func newGate(o gateOptions) *gate {
	return &gate{
		limit: o.perEndpoint, now: time.Now,
		places: pool{size: o.places, factor: 1}, backlog: pool{size: o.backlog, factor: backlogFactor},
		slots: [classes]pool{
			fast: {size: o.fast, factor: 1}, slow: {size: o.slow, factor: 1}, failing: {size: o.failing, factor: 1},
		},
		ceiling:   ceiling{most: o.slots(), now: o.slots()},
		endpoints: map[int64]*endpoint{}, organisations: map[int64]*organisation{}, hosts: map[string]*party{},
	}
}

// turn is the place of one attempt, and then its slot. Its holder ends it, or
// leaves; to leave once it is over does nothing.
type turn struct {
	gate         *gate
	configID     int64
	endpoint     *endpoint
	organisation *organisation
	host         *party // nil until it is known
	hostName     string
	joined       time.Time

	// class is that of the slot, if there is one.
	class   class
	running bool
	over    bool

	isBacklog bool          // it has one of the backlog's workers
	ready     chan struct{} // closed with the slot of an attempt that waits
}

// deferral says what follows for an attempt that cannot have its turn soon.
type deferral struct {
	after time.Duration
	// lane is where the attempt is to wait, "" where it does now.
	lane webhook.Lane
}

// join takes a place for an attempt that comes from a lane, "" for one that
// comes from nowhere. Without one, the deferral says when to come again. It
// never waits.
func (g *gate) join(organisationID, configID int64, lane webhook.Lane) (t *turn, d deferral, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweep()
	t = g.enter(organisationID, configID)
	class := t.endpoint.class(g.now())
	if lane == webhook.LaneBulk && !g.joinBacklog(t, class) {
		return nil, g.giveUp(t, class), false
	}
	if class == fast {
		if !g.mayWait(t) {
			return nil, g.giveUp(t, class), false
		}
		return t, deferral{}, true
	}
	// Nobody waits in these classes: the slot is taken at once, or not at all.
	if !g.isFree(t, class) {
		return nil, g.giveUp(t, class), false
	}
	g.begin(t, class)
	return t, deferral{}, true
}

// reserve takes a place for an attempt that is stored only afterwards; ok is
// false if it is to be queued. Nothing is said about when to come again.
func (g *gate) reserve(organisationID, configID int64) (t *turn, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sweep()
	t = g.enter(organisationID, configID)
	if t.endpoint.class(g.now()) != fast || !g.mayWait(t) {
		g.depart(t)
		return nil, false
	}
	return t, true
}

// joinBacklog takes one of the backlog's few workers, which are shared like
// everything else. They are for what is done within a moment.
func (g *gate) joinBacklog(t *turn, c class) bool {
	if c != fast || !g.backlog.grants(t.organisation.backlog) {
		return false
	}
	t.isBacklog = true
	t.organisation.backlog++
	g.backlog.used++
	return true
}

func (g *gate) enter(organisationID, configID int64) *turn {
	e, known := g.endpoints[configID]
	if !known {
		e = &endpoint{}
		g.endpoints[configID] = e
	}
	o, known := g.organisations[organisationID]
	if !known {
		o = &organisation{id: organisationID}
		g.organisations[organisationID] = o
	}
	e.users++
	o.users++
	o.places++
	g.places.used++
	t := &turn{gate: g, configID: configID, endpoint: e, organisation: o, joined: g.now()}
	t.setHost(e.host)
	return t
}

// setHost names the host that the attempt goes to.
func (t *turn) setHost(name string) {
	if name == t.hostName {
		return
	}
	if t.host != nil {
		t.leaveHost()
	}
	h, known := t.gate.hosts[name]
	if !known {
		h = &party{}
		t.gate.hosts[name] = h
	}
	h.users++
	if t.running {
		h.running[t.class]++
	}
	t.host, t.hostName, t.endpoint.host = h, name, name
}

// wait waits until the attempt may begin. If that takes too long the place is
// gone, and the deferral says when to come again.
func (t *turn) wait(ctx context.Context, host string) (d deferral, ok bool) {
	if t.takeOrQueue(host) {
		return deferral{}, true
	}
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	select {
	case <-t.ready:
		return deferral{}, true
	case <-ctx.Done():
	}
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	if t.running { // the slot came at the last moment
		return deferral{}, true
	}
	t.gate.unqueue(t)
	return t.gate.giveUp(t, t.endpoint.class(t.gate.now())), false
}

// takeOrQueue takes a slot, or a place in the queue for one.
func (t *turn) takeOrQueue(host string) bool {
	g := t.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	t.setHost(host)
	if t.running {
		return true
	}
	if class := t.endpoint.class(g.now()); g.isFree(t, class) {
		g.begin(t, class)
		return true
	}
	t.ready = make(chan struct{})
	if len(t.organisation.queue) == 0 {
		g.waiting = append(g.waiting, t.organisation)
	}
	t.organisation.queue = append(t.organisation.queue, t)
	return false
}

func (g *gate) unqueue(t *turn) {
	o := t.organisation
	o.queue = slices.DeleteFunc(o.queue, func(other *turn) bool { return other == t })
	if len(o.queue) == 0 {
		g.waiting = slices.DeleteFunc(g.waiting, func(other *organisation) bool { return other == o })
	}
}

// begin gives the attempt a slot.
func (g *gate) begin(t *turn, class class) {
	if t.endpoint.running == 0 {
		t.endpoint.progress = g.now()
	}
	t.class, t.running = class, true
	g.vacate(t)
	t.organisation.recordHold(g.now().Sub(t.joined))
	t.endpoint.running++
	t.organisation.running[class]++
	if t.host != nil {
		t.host.running[class]++
	}
	g.slots[class].used++
	g.ceiling.used++
}

// vacate gives the place back.
func (g *gate) vacate(t *turn) {
	t.organisation.places--
	g.places.used--
}

// grant gives free slots to those that wait, one organisation after the other.
func (g *gate) grant() {
	for g.grantOne() {
	}
}

func (g *gate) grantOne() bool {
	now := g.now()
	for range g.waiting {
		o := g.waiting[0]
		copy(g.waiting, g.waiting[1:])
		g.waiting[len(g.waiting)-1] = o
		for _, t := range o.queue {
			if class := t.endpoint.class(now); g.isFree(t, class) {
				g.unqueue(t)
				g.begin(t, class)
				close(t.ready)
				return true
			}
		}
	}
	return false
}

// end gives the place back after an attempt, with its result.
func (t *turn) end(result *Result) {
	g := t.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	t.endpoint.record(result, g.now())
	g.ceiling.record(result)
	g.depart(t)
	g.grant()
}

// leave gives the place back of an attempt that is not made.
func (t *turn) leave() {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	if !t.over {
		t.gate.depart(t)
		t.gate.grant()
	}
}

// giveUp leaves the place, for an attempt that comes again later.
func (g *gate) giveUp(t *turn, c class) deferral {
	d := g.defers(t, c)
	g.depart(t)
	return d
}

// depart gives back what the attempt has, and forgets whoever has no further
// attempts and about whom there is nothing to remember.
func (g *gate) depart(t *turn) {
	t.over = true
	if t.isBacklog {
		t.organisation.backlog--
		g.backlog.used--
	}
	if t.running {
		t.endpoint.running--
		t.organisation.running[t.class]--
		if t.host != nil {
			t.host.running[t.class]--
		}
		g.slots[t.class].used--
		g.ceiling.used--
	} else {
		g.vacate(t)
	}
	if t.organisation.users--; t.organisation.users == 0 {
		delete(g.organisations, t.organisation.id)
	}
	if t.host != nil {
		t.leaveHost()
	}
	e := t.endpoint
	e.users--
	e.used = g.now()
	if e.users == 0 && e.failures == 0 && e.mean < slowAfter {
		delete(g.endpoints, t.configID)
	}
}

func (t *turn) leaveHost() {
	if t.running {
		t.host.running[t.class]--
	}
	if t.host.users--; t.host.users == 0 {
		delete(t.gate.hosts, t.hostName)
	}
	t.host, t.hostName = nil, ""
}

// sweep forgets endpoints that have not been used for long.
func (g *gate) sweep() {
	now := g.now()
	if now.Sub(g.swept) < sweepEvery {
		return
	}
	g.swept = now
	for id, e := range g.endpoints {
		if e.users == 0 && now.Sub(e.used) > forgetAfter {
			delete(g.endpoints, id)
		}
	}
}
