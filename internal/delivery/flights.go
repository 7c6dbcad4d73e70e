package delivery

import (
	"sync"

	"github.com/hookline-go/hookline/internal/webhook"
)

// flights are the deliveries of which this process has an attempt. It is safe
// for concurrent use.
type flights struct {
	mu         sync.Mutex
	deliveries map[webhook.ID]bool
}

// add reports whether the delivery was not there yet.
func (f *flights) add(id webhook.ID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.deliveries[id] {
		return false
	}
	f.deliveries[id] = true
	return true
}

func (f *flights) remove(id webhook.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.deliveries, id)
}

func (f *flights) has(id webhook.ID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.deliveries[id]
}
