package postgres

import (
	"strconv"
	"strings"

	"github.com/hookline-go/hookline/internal/store"
	"github.com/hookline-go/hookline/internal/webhook"
)

// arguments are those of a statement that is put together.
type arguments []any

// add returns the placeholder of a value.
func (a *arguments) add(value any) string {
	*a = append(*a, value)
	return "$" + strconv.Itoa(len(*a))
}

// conditions collects the terms of a WHERE clause. A term that does not apply
// is left out instead of being made always true, so that each combination of
// filters can use its index. Terms are constants; values only go into args.
type conditions struct {
	args  *arguments
	terms []string
}

// add adds a term such as "id < ", which the value follows.
func (c *conditions) add(term string, value any) {
	c.terms = append(c.terms, term+c.args.add(value))
}

// addState selects a state, "" for all.
func (c *conditions) addState(state webhook.DeliveryState) {
	if state != "" {
		c.terms = append(c.terms, store.StateCondition(state))
	}
}

func (c *conditions) sql() string {
	return " WHERE " + strings.Join(c.terms, " AND ")
}
