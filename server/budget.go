package server

import (
	"errors"
	"io"
	"sync"
	"time"
)

// errOverBudget is a body for which there is no room now.
var errOverBudget = errors.New("server: the budget for bodies is used up")

// errTooLong is a body that goes on beyond the length that it declares, which
// net/http does not let happen.
var errTooLong = errors.New("server: the body is longer than it declares")

// retryAfterOverBudget is how long a caller should wait for room: most requests
// are answered within milliseconds.
const retryAfterOverBudget = time.Second

// budget bounds the bytes of all bodies under way. A key gets bytes as long as
// what it holds is not more than what is free afterwards: a greedy key alone
// takes half, two greedy ones a third each, and a newcomer always finds room
// (Choudhury and Hahne, "Dynamic queue length thresholds", 1998).
type budget struct {
	mu   sync.Mutex
	free int64
	held map[string]int64 // by API key, as long as it holds any
}

func newBudget(bytes int64) *budget { return &budget{free: bytes, held: map[string]int64{}} }

func (b *budget) take(key string, bytes int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held[key]+bytes > b.free-bytes {
		return false
	}
	b.held[key] += bytes
	b.free -= bytes
	return true
}

func (b *budget) give(key string, bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.free += bytes
	if b.held[key] -= bytes; b.held[key] == 0 {
		delete(b.held, key)
	}
}

// firstBuffer is the size in bytes that the buffer of a body begins with,
// however long the body says that it is: whoever sends little costs little.
const firstBuffer = 4 << 10

// readWithin reads a body of at most so many bytes to its end. The buffer grows
// with what arrives, and every growth is within the budget, until the request
// has been answered.
func (x *exchange) readWithin(body io.Reader, most int64) ([]byte, error) {
	var data []byte
	for size := int64(firstBuffer); ; size *= 2 {
		if int64(len(data)) > most {
			return nil, errTooLong
		}
		size = min(size, most+1) // one more, to see the end
		if !x.reserve(size - int64(cap(data))) {
			return nil, errOverBudget
		}
		data = append(make([]byte, 0, size), data...)
		for len(data) < cap(data) {
			n, err := body.Read(data[len(data):cap(data)])
			data = data[:len(data)+n]
			switch {
			case errors.Is(err, io.EOF):
				return data, nil
			case err != nil:
				return nil, err
			}
		}
	}
}

func (x *exchange) reserve(bytes int64) bool {
	if !x.bodies.take(x.key, bytes) {
		return false
	}
	x.held += bytes
	return true
}

// releaseBody gives back what the request's body has taken.
func (x *exchange) releaseBody() {
	if x.held > 0 {
		x.bodies.give(x.key, x.held)
		x.held = 0
	}
}
