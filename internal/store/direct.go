package store

import (
	"sync/atomic"

	"github.com/hookline-go/hookline/internal/webhook"
)

// DirectSwitch is where a store finds whoever makes attempts directly, if there
// is somebody. The zero value has nobody. It is safe for concurrent use.
type DirectSwitch struct {
	direct atomic.Pointer[webhook.Direct]
}

// SetDirect has first attempts of deliveries that are stored from now on made
// directly; nil has them all queued.
func (s *DirectSwitch) SetDirect(d webhook.Direct) {
	if d == nil {
		s.direct.Store(nil)
		return
	}
	s.direct.Store(&d)
}

// Reserve takes a place for an attempt of a delivery to a config, for whose
// endpoint jobs wait in a lane.
func (s *DirectSwitch) Reserve(config *webhook.Config, organisationID int64, lane webhook.Lane) (webhook.Reservation, bool) {
	d := s.direct.Load()
	if d == nil || config.Unreadable || lane != webhook.LaneDeliveries {
		return nil, false
	}
	return (*d).Reserve(organisationID, config.ID)
}

// DirectAttempts are first attempts that begin with the commit of what they are
// for.
type DirectAttempts struct {
	reservations []webhook.Reservation
	dispatches   []webhook.Dispatch
}

// Add adds an attempt.
func (a *DirectAttempts) Add(r webhook.Reservation, dispatch *webhook.Dispatch) {
	a.reservations, a.dispatches = append(a.reservations, r), append(a.dispatches, *dispatch)
}

// End makes the attempts if the transaction has been committed, or gives their
// places back if it failed.
func (a *DirectAttempts) End(failure error) {
	for i, r := range a.reservations {
		if failure != nil {
			r.Cancel()
		} else {
			r.Start(a.dispatches[i])
		}
	}
	a.reservations, a.dispatches = nil, nil
}
