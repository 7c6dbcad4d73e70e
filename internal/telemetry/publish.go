package telemetry

import (
	"context"

	"github.com/hookline-go/hookline/internal/webhook"
)

// PublishObserver hears about every publish. Its methods are called by many
// goroutines at once and must be quick.
type PublishObserver interface {
	// PublishStarted is called before an event is stored. The publish goes on
	// with the context that it returns.
	PublishStarted(ctx context.Context, e *webhook.Event) context.Context
	// PublishEnded is called with that context when the event has been stored,
	// or err says why not.
	PublishEnded(ctx context.Context, p webhook.Publication, err error)
}
