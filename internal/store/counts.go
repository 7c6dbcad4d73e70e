package store

import (
	"math"

	"github.com/hookline-go/hookline/internal/webhook"
)

// Counts of deliveries are kept as sums over spans of time, so that a list can
// say how many there are without counting them. A span of level n has 2^n
// milliseconds and begins at a multiple of that; each level's spans are made of
// 32 of the one below. The shortest one is a compromise: a list counts up to two
// of it one by one, and each of it is a row for each config.
//
// A sync's deliveries are counted one by one through their index. Sums by sync
// were most of the database where each event has a sync of its own.
var levels = []uint{16, 21, 26, 31} // 66 s, 35 min, 19 h, 25 days

// Shortest returns the beginning of the shortest span that a time is in, both
// in milliseconds. Sums and [Cover.Inner] are made of whole spans, so that is
// all that they need of a time.
func Shortest(milli int64) int64 { return down(milli, levels[0]) }

// AllTime is the level whose only span, 0, has all time.
const AllTime = 63

// Levels returns the levels that sums are kept for.
func Levels() []uint { return append(append([]uint{}, levels...), AllTime) }

// AnyWebhook stands, in the sums, for all webhooks.
const AnyWebhook int64 = -1

// FoldAfter is how many changes a store lets wait before it adds them to the
// sums. Each is read at every count.
const FoldAfter = 256

// Spans are neighbours of one level, from First to Last.
type Spans struct {
	Level       uint
	First, Last int64
}

// Range is from Low on and below High, in milliseconds.
type Range struct{ Low, High int64 }

// Empty reports whether nothing is in the range.
func (r Range) Empty() bool { return r.Low >= r.High }

// IDs returns the bounds of the ids that stand for the range: from low on and
// below high, zero for none.
func (r Range) IDs() (low, high webhook.ID) {
	low = FirstID(r.Low)
	if r.High != math.MaxInt64 {
		high = FirstID(r.High)
	}
	return low, high
}

// Cover says how the deliveries of a filter are counted: those within Inner by
// the sums of Spans and what waits to be added to them, those within Edges one
// by one.
type Cover struct {
	Inner Range
	Spans []Spans
	Edges []Range
}

// NewCover covers the time that a filter selects.
func NewCover(filter webhook.DeliveryFilter) Cover {
	all := Range{Low: 0, High: math.MaxInt64}
	wanted := all
	if filter.From != nil {
		wanted.Low = max(filter.From.UnixMilli(), 0)
	}
	if filter.To != nil {
		wanted.High = max(filter.To.UnixMilli()+1, 0)
	}
	if filter.SyncID != "" {
		return Cover{Edges: edges(wanted)}
	}
	if wanted == all {
		return Cover{Inner: all, Spans: []Spans{{Level: AllTime}}}
	}
	inner := Range{Low: up(wanted.Low, levels[0]), High: down(wanted.High, levels[0])}
	if inner.Empty() {
		return Cover{Edges: edges(wanted)}
	}
	return Cover{
		Inner: inner,
		Spans: spans(inner),
		Edges: edges(Range{wanted.Low, inner.Low}, Range{inner.High, wanted.High}),
	}
}

// edges leaves out what is empty.
func edges(ranges ...Range) []Range {
	var kept []Range
	for _, r := range ranges {
		if !r.Empty() {
			kept = append(kept, r)
		}
	}
	return kept
}

// spans takes the longest spans that fit into a range.
func spans(r Range) []Spans {
	var taken []Spans
	add := func(level uint, part Range) {
		if !part.Empty() {
			taken = append(taken, Spans{Level: level, First: part.Low >> level, Last: part.High>>level - 1})
		}
	}
	for i, level := range levels {
		if i == len(levels)-1 {
			add(level, r)
			break
		}
		longer := Range{Low: up(r.Low, levels[i+1]), High: down(r.High, levels[i+1])}
		if longer.Empty() {
			add(level, r)
			break
		}
		add(level, Range{r.Low, longer.Low})
		add(level, Range{longer.High, r.High})
		r = longer
	}
	return taken
}

func down(milli int64, level uint) int64 { return milli >> level << level }

func up(milli int64, level uint) int64 {
	const last = math.MaxInt64 >> 1
	if milli > last {
		return math.MaxInt64
	}
	return down(milli+1<<level-1, level)
}

// Change is by how much the numbers of deliveries in each state have changed.
type Change struct {
	Pending, Processing, Delivered, Failed int64
}

// Moved returns the change of one delivery that goes from one state to another;
// "" stands for none.
func Moved(from, to webhook.DeliveryState) Change {
	return Change{}.with(from, -1).with(to, 1)
}

// Plus returns both changes together.
func (c Change) Plus(other Change) Change {
	return Change{
		Pending: c.Pending + other.Pending, Processing: c.Processing + other.Processing,
		Delivered: c.Delivered + other.Delivered, Failed: c.Failed + other.Failed,
	}
}

func (c Change) with(state webhook.DeliveryState, n int64) Change {
	switch state {
	case webhook.DeliveryPending:
		return c.Plus(Change{Pending: n})
	case webhook.DeliveryProcessing:
		return c.Plus(Change{Processing: n})
	case webhook.DeliveryDelivered:
		return c.Plus(Change{Delivered: n})
	case webhook.DeliveryFailed:
		return c.Plus(Change{Failed: n})
	default:
		return c
	}
}

// CountColumn returns the SQL expression that counts a state, or all of them
// for "". It holds nothing that a caller submitted.
func CountColumn(state webhook.DeliveryState) string {
	switch state {
	case webhook.DeliveryPending:
		return "pending"
	case webhook.DeliveryProcessing:
		return "processing"
	case webhook.DeliveryDelivered:
		return "delivered"
	case webhook.DeliveryFailed:
		return "failed"
	default:
		return "pending + processing + delivered + failed"
	}
}

// StateCondition returns the SQL term that selects a state, which holds nothing
// that a caller submitted: indexes of a state are used only where the state is
// in the statement itself.
func StateCondition(state webhook.DeliveryState) string {
	switch state {
	case webhook.DeliveryPending, webhook.DeliveryProcessing, webhook.DeliveryDelivered, webhook.DeliveryFailed:
		return "state = '" + string(state) + "'"
	default:
		return "state IS NULL" // there is none
	}
}

// Changes sums up how the numbers of deliveries change in a transaction.
type Changes map[ChangeKey]Change

// ChangeKey is what changes of counts are added up by.
type ChangeKey struct {
	OrganisationID, WebhookID int64
	Made                      int64 // see [Shortest]
}

// Move notes that a delivery went from one state to that which it has now; ""
// stands for none.
func (c Changes) Move(d *webhook.Delivery, from webhook.DeliveryState) {
	if from == d.State {
		return
	}
	key := ChangeKey{d.OrganisationID, d.WebhookID, Shortest(d.CreatedAt.UnixMilli())}
	c[key] = c[key].Plus(Moved(from, d.State))
}

// Add adds others.
func (c Changes) Add(others Changes) {
	for key, change := range others {
		c[key] = c[key].Plus(change)
	}
}

// Keys returns the keys of what has changed in the end.
func (c Changes) Keys() []ChangeKey {
	var keys []ChangeKey
	for key, change := range c {
		if change != (Change{}) {
			keys = append(keys, key)
		}
	}
	return keys
}
