package api

import "sync"

// bells tell the streams of an organisation that it has published something. An
// organisation without streams costs a publisher a look into a map.
type bells struct {
	closed chan struct{} // when all streams end

	mu             sync.Mutex
	isClosed       bool
	byOrganisation map[int64]*bell
}

// bell is one organisation's. Each ringing ends the channel of next.
type bell struct {
	mu        sync.Mutex
	rung      chan struct{}
	listeners int // guarded by the mutex of bells
}

func newBells() *bells {
	return &bells{closed: make(chan struct{}), byOrganisation: map[int64]*bell{}}
}

// listen returns the bell of an organisation; leave must follow.
func (b *bells) listen(organisationID int64) *bell {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := b.byOrganisation[organisationID]
	if found == nil {
		found = &bell{rung: make(chan struct{})}
		b.byOrganisation[organisationID] = found
	}
	found.listeners++
	return found
}

func (b *bells) leave(organisationID int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := b.byOrganisation[organisationID]
	if found.listeners--; found.listeners == 0 {
		delete(b.byOrganisation, organisationID)
	}
}

// ring wakes the streams of an organisation.
func (b *bells) ring(organisationID int64) {
	b.mu.Lock()
	found := b.byOrganisation[organisationID]
	b.mu.Unlock()
	if found == nil {
		return
	}
	found.mu.Lock()
	defer found.mu.Unlock()
	close(found.rung)
	found.rung = make(chan struct{})
}

// close ends all streams, once.
func (b *bells) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.isClosed {
		b.isClosed = true
		close(b.closed)
	}
}

// next returns what ends at the next ringing.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rung
}
