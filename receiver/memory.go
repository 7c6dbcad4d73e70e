package receiver

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrDeduplicatorFull is what [MemoryDeduplicator.Begin] returns when as many
// deliveries are being handled as it has room for.
var ErrDeduplicatorFull = errors.New("receiver: too many deliveries are being handled")

// MemoryDeduplicator is a [Deduplicator] in the memory of one process, which
// forgets everything with it. It may be used concurrently; no method blocks for
// longer than a map access.
type MemoryDeduplicator struct {
	capacity int
	ttl      time.Duration

	mu      sync.Mutex
	handled map[string]bool // false while the handler runs
	expiry  []expiring      // of the ids that are handled, the oldest first
}

type expiring struct {
	id string
	at time.Time
}

// NewMemoryDeduplicator returns one that remembers at most capacity ids, each
// for ttl after its handler succeeded. When it is full the id that was handled
// first is forgotten, so that its event would be handled again if it came
// again; ids whose handlers run are never forgotten. An id takes about 200
// bytes.
//
// The ttl should be longer than the sender's longest wait between two attempts,
// because the repeat of an event whose answer was lost comes after one: with
// hookline's defaults 27 hours. It must be more than the tolerance to keep
// replays out. Capacity and ttl must be more than 0, otherwise the error is
// [ErrInvalidOption].
func NewMemoryDeduplicator(capacity int, ttl time.Duration) (*MemoryDeduplicator, error) {
	if capacity <= 0 || ttl <= 0 {
		return nil, fmt.Errorf("%w: capacity and ttl must be more than 0", ErrInvalidOption)
	}
	return &MemoryDeduplicator{capacity: capacity, ttl: ttl, handled: make(map[string]bool)}, nil
}

// Begin implements [Deduplicator]. Besides its errors it returns
// [ErrDeduplicatorFull].
func (d *MemoryDeduplicator) Begin(_ context.Context, id string) (Claim, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forgetExpired(time.Now())
	if handled, known := d.handled[id]; handled {
		return nil, ErrDuplicate
	} else if known {
		return nil, ErrInProgress
	}
	if len(d.handled) >= d.capacity {
		if len(d.expiry) == 0 {
			return nil, ErrDeduplicatorFull
		}
		d.forgetOldest()
	}
	d.handled[id] = false
	return &memoryClaim{deduplicator: d, id: id}, nil
}

// Len returns how many ids are remembered, those whose handlers run included.
func (d *MemoryDeduplicator) Len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forgetExpired(time.Now())
	return len(d.handled)
}

func (d *MemoryDeduplicator) forgetExpired(now time.Time) {
	for len(d.expiry) > 0 && !now.Before(d.expiry[0].at) {
		d.forgetOldest()
	}
}

func (d *MemoryDeduplicator) forgetOldest() {
	delete(d.handled, d.expiry[0].id)
	d.expiry[0] = expiring{} // let go of the string
	d.expiry = d.expiry[1:]
}

type memoryClaim struct {
	deduplicator *MemoryDeduplicator
	id           string
	settled      bool
}

// Done implements [Claim].
func (c *memoryClaim) Done(context.Context) error {
	c.settle(func(d *MemoryDeduplicator) {
		d.handled[c.id] = true
		d.expiry = append(d.expiry, expiring{c.id, time.Now().Add(d.ttl)})
	})
	return nil
}

// Release implements [Claim].
func (c *memoryClaim) Release(context.Context) error {
	c.settle(func(d *MemoryDeduplicator) { delete(d.handled, c.id) })
	return nil
}

// settle lets the first call pass only, because the id may belong to another
// claim after it.
func (c *memoryClaim) settle(change func(*MemoryDeduplicator)) {
	c.deduplicator.mu.Lock()
	defer c.deduplicator.mu.Unlock()
	if !c.settled {
		c.settled = true
		change(c.deduplicator)
	}
}
