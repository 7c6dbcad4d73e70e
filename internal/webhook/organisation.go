package webhook

import (
	"context"
	"time"
)

// Organisation is a tenant. Every config, delivery and key belongs to one, and
// none sees another's.
type Organisation struct {
	ID        int64 // positive, chosen by the operator
	CreatedAt time.Time
}

type organisationKey struct{}

// WithOrganisation returns a context that carries the organisation that the
// caller was authenticated as.
func WithOrganisation(ctx context.Context, id int64) context.Context {
	return context.WithValue(ctx, organisationKey{}, id)
}

// OrganisationFrom returns the organisation of an authenticated caller; ok is
// false if there is none.
func OrganisationFrom(ctx context.Context) (id int64, ok bool) {
	id, ok = ctx.Value(organisationKey{}).(int64)
	return id, ok
}
