package storetest

import (
	"github.com/hookline-go/hookline/internal/webhook"
)

// event is one that configs made by minimal want.
func event(organisation int64) webhook.Event {
	return webhook.Event{OrganisationID: organisation, Type: webhook.TypeConnectionChanged, Payload: []byte(`{"n":1}`)}
}
