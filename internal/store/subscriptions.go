package store

import (
	"errors"
	"fmt"
	"sync"

	"github.com/hookline-go/hookline/internal/webhook"
)

// DefaultMaxConfigs is how many configs an organisation may have.
const DefaultMaxConfigs = 10_000

// ConfigLimitReached returns the error for one config too many.
func ConfigLimitReached(limit int) error {
	return &webhook.Error{
		Code:    webhook.CodeConfigLimitReached,
		Message: fmt.Sprintf("The organisation has %d webhook configs, which is the limit. Delete one first.", limit),
	}
}

// maxCached bounds the memory of cached subscriptions, in bytes as
// [weight] reckons them. The organisation in use is kept even if it is larger.
const maxCached = 64 << 20

// Subscriptions keeps the configs of organisations in memory, so that to
// publish an event costs no more where there are many. Each organisation has a
// version in the database, which every change of its configs increases in the
// same transaction, whichever process makes it: configs of another version are
// not used. It is safe for concurrent use.
type Subscriptions struct {
	mu            sync.Mutex
	organisations map[int64]*subscribed
	weight        int
	uses          uint64
	// lanes are those of endpoints that keep failing, as this process knows.
	// Another process may know better: the lane only says where a job waits.
	lanes map[int64]webhook.Lane
}

type subscribed struct {
	version     int64
	subscribers *webhook.Subscribers
	weight      int
	used        uint64
}

// NewSubscriptions returns an empty cache.
func NewSubscriptions() *Subscriptions {
	return &Subscriptions{organisations: map[int64]*subscribed{}, lanes: map[int64]webhook.Lane{}}
}

// ErrStale says that subscribers are to be loaded.
var ErrStale = errors.New("the subscribers in memory are out of date")

// MaxLoads is how often a store loads an organisation's subscribers outside a
// transaction before it does so inside, because they change all the time.
const MaxLoads = 3

// At returns the subscribers of an organisation at a version, or [ErrStale].
func (s *Subscriptions) At(organisationID, version int64) (*webhook.Subscribers, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.organisations[organisationID]
	if o == nil || o.version != version {
		return nil, ErrStale
	}
	s.uses++
	o.used = s.uses
	return o.subscribers, nil
}

// Put keeps the enabled configs of an organisation. They are those of the
// version or later ones.
func (s *Subscriptions) Put(organisationID, version int64, configs []webhook.Config) *webhook.Subscribers {
	o := &subscribed{version: version, subscribers: webhook.NewSubscribers(configs)}
	for i := range configs {
		o.weight += weight(&configs[i])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.organisations[organisationID]; known != nil {
		if known.version > version {
			return o.subscribers
		}
		s.weight -= known.weight
	}
	for i := range configs {
		s.setLane(configs[i].ID, configs[i].Lane())
	}
	s.uses++
	o.used = s.uses
	s.organisations[organisationID] = o
	s.weight += o.weight
	for s.weight > maxCached && len(s.organisations) > 1 {
		s.evict()
	}
	return o.subscribers
}

// evict forgets the organisation that was used the longest ago.
func (s *Subscriptions) evict() {
	var oldest int64
	least := uint64(0)
	for id, o := range s.organisations {
		if least == 0 || o.used < least {
			oldest, least = id, o.used
		}
	}
	s.weight -= s.organisations[oldest].weight
	delete(s.organisations, oldest)
}

// weight is about how many bytes a config takes, with the maps that it is in.
func weight(c *webhook.Config) int {
	const fixed, each = 600, 64
	bytes := fixed + len(c.Name) + len(c.URL)
	for _, topic := range c.Topics {
		bytes += each + 2*len(topic)
	}
	for _, h := range c.Headers {
		bytes += each + len(h.Name) + len(h.Value)
	}
	return bytes
}

// Lane returns the lane for jobs of a config.
func (s *Subscriptions) Lane(configID int64) webhook.Lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	if lane, ok := s.lanes[configID]; ok {
		return lane
	}
	return webhook.LaneDeliveries
}

// SetLane notes how an endpoint answers.
func (s *Subscriptions) SetLane(configID int64, lane webhook.Lane) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setLane(configID, lane)
}

func (s *Subscriptions) setLane(configID int64, lane webhook.Lane) {
	if lane == webhook.LaneDeliveries {
		delete(s.lanes, configID)
		return
	}
	s.lanes[configID] = lane
}
