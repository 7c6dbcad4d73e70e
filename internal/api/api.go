// Package api is the reference implementation of the contract's operations, one
// file each. It translates between the generated types and the domain of
// package webhook; the HTTP around it is package server's business, and what is
// kept is the store's.
package api

import (
	"context"
	"time"

	"github.com/hookline-go/hookline/gen/serverapi"
	"github.com/hookline-go/hookline/internal/webhook"
)

// Store is what the operations need of storage. Every method works within one
// organisation, and answers webhook.CodeNotFound for whatever belongs to
// another. It must be safe for concurrent use.
type Store interface {
	// CreateConfig stores a config, sets its id and times, and returns it. A
	// key that was used for the same request returns what that request led to.
	CreateConfig(ctx context.Context, config webhook.Config, key webhook.Idempotency) (webhook.Config, error)
	// Config returns one config.
	Config(ctx context.Context, organisationID, id int64) (webhook.Config, error)
	// Configs returns a page of configs, newest first.
	Configs(ctx context.Context, organisationID int64, filter webhook.ConfigFilter) (webhook.ConfigPage, error)
	// UpdateConfig changes a config in one transaction, so that of concurrent
	// updates none is lost. An error of change leaves the config as it was, and
	// is returned.
	UpdateConfig(ctx context.Context, organisationID, id int64, change func(*webhook.Config) error) (webhook.Config, error)
	// DeleteConfig removes a config and keeps its delivery logs.
	DeleteConfig(ctx context.Context, organisationID, id int64) error
	// Deliveries returns a page of delivery logs, newest first.
	Deliveries(ctx context.Context, organisationID int64, filter webhook.DeliveryFilter) (webhook.DeliveryPage, error)
	// Delivery returns one delivery with its payload and its latest attempts.
	Delivery(ctx context.Context, organisationID int64, id webhook.ID) (webhook.DeliveryDetail, error)
	// PublishEvent stores an event, and its deliveries to the configs that want
	// it, with their jobs. A key works as for CreateConfig.
	PublishEvent(ctx context.Context, event webhook.Event, key webhook.Idempotency) (webhook.Publication, error)
	// DeliverTo stores an event and its delivery to one enabled config, and
	// returns the delivery's id.
	DeliverTo(ctx context.Context, configID int64, event webhook.Event) (deliveryID webhook.ID, err error)
	// StreamPosition returns where the stream of events goes on after one, or
	// where it ends now for the zero id: at the latest event.
	StreamPosition(ctx context.Context, organisationID int64, after webhook.ID) (webhook.StreamPosition, error)
	// StreamEvents returns the events after a position, in the order in which
	// they were stored.
	StreamEvents(ctx context.Context, organisationID int64, after webhook.StreamPosition, limit int) ([]webhook.StreamedEvent, error)
	// RetryDelivery queues one more attempt now, unless one is under way or due.
	RetryDelivery(ctx context.Context, organisationID int64, id webhook.ID) error
	// StartRecovery queues the failed deliveries of a window again, in the
	// background, and returns how many they are.
	StartRecovery(ctx context.Context, recovery webhook.Recovery) (deliveries int64, err error)
}

// Options are what the operations need besides storage.
type Options struct {
	// CheckURL refuses a destination that deliveries can never go to; nil
	// refuses none. Its errors are shown to callers.
	CheckURL func(url string) error
	// CheckSigningKey refuses a key that deliveries can never be signed with;
	// nil refuses none. Its errors are shown to callers.
	CheckSigningKey func(key webhook.Secret) error
	// SigningKeyOverlap is how long a signing key goes on signing after it was
	// replaced.
	SigningKeyOverlap time.Duration
	// Now is the clock, time.Now if it is nil.
	Now func() time.Time
}

// Service implements the contract's operations on a store. The caller's
// organisation comes from the context (webhook.WithOrganisation). Requests must
// have been validated against the contract. It is safe for concurrent use.
type Service struct {
	store   Store
	options Options
	bells   *bells
}

var _ serverapi.StrictServerInterface = (*Service)(nil)

// New returns a service that keeps its data in store.
func New(store Store, options Options) *Service {
	if options.CheckURL == nil {
		options.CheckURL = func(string) error { return nil }
	}
	if options.CheckSigningKey == nil {
		options.CheckSigningKey = func(webhook.Secret) error { return nil }
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Service{store: store, options: options, bells: newBells()}
}

// organisation returns the caller's organisation. A context without one was
// never authenticated, so it is refused.
func organisation(ctx context.Context) (int64, error) {
	id, ok := webhook.OrganisationFrom(ctx)
	if !ok {
		return 0, &webhook.Error{Code: webhook.CodeUnauthenticated, Message: "the request is not authenticated"}
	}
	return id, nil
}
