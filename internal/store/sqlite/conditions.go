package sqlite

import (
	"strings"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// conditions collects the terms of a WHERE clause. A term that does not apply
// is left out instead of being made always true, so that each combination of
// filters can use its index. Terms are constants; values only go into args.
type conditions struct {
	terms []string
	args  []any
}

func (c *conditions) add(term string, arg any) {
	c.terms = append(c.terms, term)
	c.args = append(c.args, arg)
}

// addState selects a state, "" for all.
func (c *conditions) addState(state webhook.DeliveryState) {
	if state != "" {
		c.terms = append(c.terms, store.StateCondition(state))
	}
}

// addIDs selects the ids from low on and below high; zero is no bound.
func (c *conditions) addIDs(low, high webhook.ID) {
	if !low.IsZero() {
		c.add(`id >= ?`, low)
	}
	if !high.IsZero() {
		c.add(`id < ?`, high)
	}
}

func (c *conditions) sql() string {
	return " WHERE " + strings.Join(c.terms, " AND ")
}
