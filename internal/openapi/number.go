package openapi

import (
	"fmt"
	"math"
	"strconv"
)

func (e *evaluation) visitNumber(s *schema, n *node, p path) {
	if s.integers != nil {
		if value, ok := n.integer(); !ok || value < s.integers.low || value > s.integers.high {
			e.fail(s, "format", CodeFormat, p, n.span,
				fmt.Sprintf("must be an integer from %d to %d", s.integers.low, s.integers.high))
			return
		}
	}
	if s.minimum == nil && s.maximum == nil && s.multipleOf == nil {
		return
	}
	value := n.number()
	if math.IsInf(value, 0) {
		return // the decoder has reported it
	}
	e.visitBounds(s, n, value, p)
	if s.multipleOf != nil && !e.done() && !n.isMultipleOf(*s.multipleOf) {
		e.fail(s, "multipleOf", CodeMultipleOf, p, n.span, "must be a multiple of "+decimal(*s.multipleOf))
	}
}

// visitBounds compares as float64, since the document's bounds are no more
// exact: beyond 2^53 a value may pass that is off by less than the distance of
// two floats, and none is refused that keeps to the contract.
func (e *evaluation) visitBounds(s *schema, n *node, value float64, p path) {
	if low := s.minimum; low != nil && (value < *low || s.exclusiveMinimum && value == *low) {
		message := "must be " + decimal(*low) + " or more"
		if s.exclusiveMinimum {
			message = "must be more than " + decimal(*low)
		}
		e.fail(s, "minimum", CodeMinimum, p, n.span, message)
	}
	if high := s.maximum; high != nil && (value > *high || s.exclusiveMaximum && value == *high) {
		message := "must be " + decimal(*high) + " or less"
		if s.exclusiveMaximum {
			message = "must be less than " + decimal(*high)
		}
		e.fail(s, "maximum", CodeMaximum, p, n.span, message)
	}
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
