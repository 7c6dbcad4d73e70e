package store

import (
	"context"
	"sync"
	"time"
)

const (
	// writesTrusted is how long a write that succeeded shows that writes work,
	// and probesPause how long the outcome of a probe does.
	writesTrusted = 5 * time.Second
	probesPause   = time.Second
)

// ProbeBytes is what a probe writes once the disk was full: as much as the
// largest event, since a small write can still find room.
const ProbeBytes = 256 << 10

// Writes knows whether a database can be written to, from the writes of the
// store and from probes where there are none. It is safe for concurrent use.
type Writes struct {
	now func() time.Time

	mu        sync.Mutex
	succeeded time.Time // when a write did last
	failing   bool      // a write failed for a reason that lasts
	probed    time.Time
	outcome   error // of the last probe
}

// NewWrites returns one that knows nothing yet.
func NewWrites(now func() time.Time) *Writes { return &Writes{now: now} }

// Succeeded notes a write. It does not show that there is room for larger ones.
func (w *Writes) Succeeded() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.succeeded = w.now()
}

// Failed notes that a write failed for a reason that lasts until somebody acts:
// the disk is full or broken, or the database read-only.
func (w *Writes) Failed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failing, w.probed = true, time.Time{}
}

// Check returns nil if writes work, or else the error of a probe: a write of so
// many bytes, 0 for as few as possible. Callers share a probe.
func (w *Writes) Check(ctx context.Context, probe func(ctx context.Context, bytes int) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	switch {
	case !w.failing && now.Sub(w.succeeded) < writesTrusted:
		return nil
	case !w.probed.IsZero() && now.Sub(w.probed) < probesPause:
		return w.outcome
	}
	bytes := 0
	if w.failing {
		bytes = ProbeBytes
	}
	w.outcome = probe(ctx, bytes)
	w.probed, w.failing = w.now(), w.outcome != nil
	if w.outcome == nil {
		w.succeeded = w.probed
	}
	return w.outcome
}
