package delivery

import (
	"math/rand/v2"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// class says which slots an endpoint's attempts take.
type class int

const (
	fast    class = iota // it answers promptly, or is not known yet
	slow                 // it takes [slowAfter] and longer
	failing              // it keeps failing

	classes = iota
)

// lane is where attempts of the class wait, "" for where they are.
func (c class) lane() webhook.Lane {
	switch c {
	case slow:
		return webhook.LaneSlow
	case failing:
		return webhook.LaneFailing
	default:
		return ""
	}
}

// pool is a number of things that are shared. A party may have one more as long
// as it has less than what is left, times the factor: with a factor of 1 one
// alone gets half of all, two get a third each, and whoever comes next always
// finds something. (Dynamic thresholds: Choudhury and Hahne, IEEE/ACM
// Transactions on Networking 6, 1998.)
type pool struct{ size, used, factor int }

func (p *pool) grants(used int) bool { return used < (p.size-p.used)*p.factor }

// ceiling bounds all attempts under way at what the machine has shown to take.
// It falls by half when a resource is short, and rises by one with each attempt
// that had what it needed.
type ceiling struct{ most, now, used int }

func (c *ceiling) record(r *Result) {
	switch {
	case r.Kind == KindLocal:
		c.now = max(1, min(c.now, c.used)/2)
	case c.now < c.most:
		c.now++
	}
}

// party is an organisation or a host: one of those that share.
type party struct {
	users    int // attempts that wait or are under way
	running  [classes]int
	nextFree [classes]time.Time
}

// organisation is a party whose attempts wait in a queue of their own.
type organisation struct {
	party

	id     int64
	places int
	queue  []*turn
	hold   time.Duration // mean time from a place to a slot
	// backlog is how many of the backlog's workers it has.
	backlog int
}

func (o *organisation) recordHold(took time.Duration) { o.hold = smooth(o.hold, took) }

// smooth returns the moving mean with one more value.
func smooth(mean, value time.Duration) time.Duration {
	const weight = 4
	return mean + (value-mean)/weight
}

// endpoint is a config with attempts, or one that is slow or fails.
type endpoint struct {
	host     string
	users    int // attempts that wait or are under way
	running  int
	failures int           // consecutive
	mean     time.Duration // of recent attempts
	nextFree time.Time     // when the next attempt to be sent away could have its turn
	progress time.Time     // when an attempt last ended, or the first one began
	used     time.Time     // when a place was last given back
}

// pace is how long the endpoint takes for an attempt. One that has not answered
// for longer than it usually takes will take that long at least.
func (e *endpoint) pace(now time.Time) time.Duration {
	if e.running == 0 {
		return e.mean
	}
	return max(e.mean, now.Sub(e.progress))
}

func (e *endpoint) class(now time.Time) class {
	switch {
	case e.failures >= webhook.FailingAfter:
		return failing
	case e.pace(now) >= slowAfter:
		return slow
	default:
		return fast
	}
}

// record learns from an attempt. One that was given back says nothing about the
// endpoint.
func (e *endpoint) record(r *Result, now time.Time) {
	e.progress = now
	if !r.Kind.counts() {
		return
	}
	e.mean = smooth(e.mean, r.Duration)
	if r.Success {
		e.failures = 0
	} else {
		e.failures++
	}
}

// isFree tells whether the attempt can have a slot of that class now.
func (g *gate) isFree(t *turn, c class) bool {
	slots := &g.slots[c]
	return t.endpoint.running < g.limit && g.ceiling.used < g.ceiling.now &&
		slots.grants(t.organisation.running[c]) && (t.host == nil || slots.grants(t.host.running[c]))
}

// mayWait tells whether the organisation may have one more place, and the
// endpoint's last attempt can expect its turn within maxWait.
func (g *gate) mayWait(t *turn) bool {
	// The attempt has taken its place already.
	if before := (pool{size: g.places.size, used: g.places.used - 1, factor: g.places.factor}); !before.grants(t.organisation.places - 1) {
		return false
	}
	waiting := t.endpoint.users - g.limit
	switch {
	case waiting <= 0:
		return true
	case t.endpoint.mean == 0:
		return waiting <= waitRoom
	default:
		return time.Duration(waiting/g.limit+1)*t.endpoint.pace(g.now()) <= maxWait
	}
}

const (
	// minDeferral and maxDeferral bound how long an attempt stays away that
	// cannot have its turn.
	minDeferral = 100 * time.Millisecond
	maxDeferral = 60 * time.Second
)

// defers reserves a place in time: attempts that are sent away come back one by
// one, as fast as what they wait for becomes free, and not all at once.
func (g *gate) defers(t *turn, c class) deferral {
	now := g.now()
	e, o := t.endpoint, t.organisation
	pace := e.pace(now)
	switch {
	case e.running >= g.limit || c == fast && e.users > g.limit:
		return g.spread(&e.nextFree, pace/time.Duration(g.limit), c, now)
	case c != fast && t.host != nil && !g.slots[c].grants(t.host.running[c]):
		return g.spread(&t.host.nextFree[c], pace/time.Duration(max(1, t.host.running[c])), c, now)
	case c != fast:
		return g.spread(&o.nextFree[c], pace/time.Duration(max(1, o.running[c])), c, now)
	default:
		return g.spread(&o.nextFree[c], o.hold/time.Duration(max(1, o.places)), c, now)
	}
}

// spread takes the next moment, and moves it on by the pace.
func (g *gate) spread(nextFree *time.Time, pace time.Duration, c class, now time.Time) deferral {
	if earliest := now.Add(minDeferral); nextFree.Before(earliest) {
		*nextFree = earliest
	}
	*nextFree = nextFree.Add(pace)
	after := nextFree.Sub(now)
	if after > maxDeferral {
		*nextFree = now.Add(maxDeferral)
		after = maxDeferral/2 + rand.N(maxDeferral/2) //nolint:gosec // it spreads load
	}
	return deferral{after: after, lane: c.lane()}
}
