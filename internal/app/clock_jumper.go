package app

import (
	"context"

	"github.com/hookline-go/hookline/internal/webhook"
)

// clockJumper is what an embedded store can do for a clock that jumps, as that of
// a test does.
type clockJumper interface {
	Backlog(ctx context.Context) (webhook.Backlog, error)
	RequeueDue(ctx context.Context) error
}

// Backlog tells which deliveries wait.
func (a *App) Backlog(ctx context.Context) (webhook.Backlog, error) {
	return a.store.clockJumper.Backlog(ctx)
}

// RequeueDue has deliveries attempted whose time has come because Config.Clock
// has jumped.
func (a *App) RequeueDue(ctx context.Context) error { return a.store.clockJumper.RequeueDue(ctx) }
