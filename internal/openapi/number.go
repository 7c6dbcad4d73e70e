package openapi

import (
	"fmt"
	"math"
	"strconv"
)

func (e *evaluation) visitNumber(s *schema, n node, p path) {
	if s.integers != nil {
		if value, ok := n.integer(); !ok || value < s.integers.low || value > s.integers.high {
			if e.stops() {
				return
			}
			e.fail(s, "format", CodeFormat, p, n.span(),
				fmt.Sprintf("must be an integer from %d to %d", s.integers.low, s.integers.high))
			return
		}
	}
	if len(s.minimum) == 0 && len(s.maximum) == 0 && s.multipleOf == nil {
		return
	}
	value := n.number()
	if math.IsInf(value, 0) {
		return // the decoder has reported it
	}
	e.visitBounds(s, n, value, p)
	if s.multipleOf != nil && !e.done() && !n.isMultipleOf(*s.multipleOf) && !e.stops() {
		e.fail(s, "multipleOf", CodeMultipleOf, p, n.span(), "must be a multiple of "+decimal(*s.multipleOf))
	}
}

// visitBounds compares as float64, since the document's bounds are no more
// exact: beyond 2^53 a value may pass that is off by less than the distance of
// two floats, and none is refused that keeps to the contract.
func (e *evaluation) visitBounds(s *schema, n node, value float64, p path) {
	for _, low := range s.minimum {
		if value > low.value || value == low.value && !low.exclusive || e.stops() {
			continue
		}
		message := "must be " + decimal(low.value) + " or more"
		if low.exclusive {
			message = "must be more than " + decimal(low.value)
		}
		e.fail(s, low.keyword, CodeMinimum, p, n.span(), message)
	}
	for _, high := range s.maximum {
		if value < high.value || value == high.value && !high.exclusive || e.stops() {
			continue
		}
		message := "must be " + decimal(high.value) + " or less"
		if high.exclusive {
			message = "must be less than " + decimal(high.value)
		}
		e.fail(s, high.keyword, CodeMaximum, p, n.span(), message)
	}
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
