package store

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"github.com/hookline-go/hookline/internal/webhook"
)

// IDs makes ids that sort by age: UUIDs of version 7 (RFC 9562, section 5.7) of
// a store's own clock. Each is greater than those that the same IDs has made
// before. The zero value is ready for use, by several goroutines.
type IDs struct {
	mu   sync.Mutex
	last uint64 // milliseconds, and 12 bits of fraction and counter
}

// fractionBits is how many bits of an id are for the part of its millisecond.
const fractionBits = 12

// Next returns a new id and the moment that it stands for: now, or a little
// later if the clock has not moved on, or has gone back, since the id before.
// That an item's id and its time of creation agree lets bounds on the time
// select by id.
func (ids *IDs) Next(now time.Time) (id webhook.ID, at time.Time) {
	now = Time(Micros(now))
	milli := now.UnixMilli()
	fraction := uint64(now.Sub(time.UnixMilli(milli)).Microseconds()) << fractionBits / 1000 //nolint:gosec // below 1,000
	ids.mu.Lock()
	defer ids.mu.Unlock()
	ids.last = max(uint64(milli)<<fractionBits|fraction, ids.last+1)
	if reached := int64(ids.last >> fractionBits); reached > milli {
		now = time.UnixMilli(reached).UTC()
	}
	return render(ids.last), now
}

// render completes an id with random bits.
func render(stamp uint64) (id webhook.ID) {
	_, _ = rand.Read(id[8:]) // it never fails
	binary.BigEndian.PutUint64(id[:8], stamp>>fractionBits<<16|7<<fractionBits|stamp&(1<<fractionBits-1))
	id[8] = id[8]&0x3f | 0x80 // the variant
	return id
}

// FirstID returns the least id of a millisecond, for bounds: every id of that
// millisecond or later is greater.
func FirstID(milli int64) (id webhook.ID) {
	binary.BigEndian.PutUint64(id[:8], uint64(max(milli, 0))<<16|7<<fractionBits)
	id[8] = 0x80
	return id
}
