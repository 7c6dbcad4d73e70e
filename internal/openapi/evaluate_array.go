package openapi

func (e *evaluation) visitArray(s *schema, n node, p path) {
	if s.minItems > 0 || s.maxItems >= 0 {
		length := n.length()
		if length < s.minItems && !e.stops() {
			e.fail(s, "minItems", CodeMinItems, p, n.span(), "must have "+atLeast(s.minItems, "item"))
		}
		if s.maxItems >= 0 && length > s.maxItems && !e.stops() {
			e.fail(s, "maxItems", CodeMaxItems, p, n.span(), "must have "+atMost(s.maxItems, "item"))
		}
	}
	if s.uniqueItems {
		e.visitUnique(s, n, p)
	}
	if s.contains != nil {
		e.visitContains(s, n, p)
	}
	if s.items == nil && len(s.prefixItems) == 0 {
		return
	}
	for i, item := range n.items() {
		switch {
		case e.done(), s.maxItems >= 0 && i > s.maxItems:
			return
		case i < len(s.prefixItems):
			e.visit(s.prefixItems[i], item, p.item(i))
		default:
			e.visit(s.items, item, p.item(i))
		}
	}
}

func (e *evaluation) visitUnique(s *schema, n node, p path) {
	most := 1
	if !e.probe {
		most = MaxViolations - len(e.violations)
	}
	indexes, repeats := n.repeated(most)
	for i, item := range repeats {
		e.fail(s, "uniqueItems", CodeUniqueItems, p.item(indexes[i]), item.span(), "repeats an item before it")
	}
}

func (e *evaluation) visitContains(s *schema, n node, p path) {
	count := 0
	for i, item := range n.items() {
		if e.keepsTo(s.contains, item, p.item(i)) {
			count++
		}
	}
	if count < s.minContains && !e.stops() {
		e.fail(s, "contains", CodeContains, p, n.span(), "must have "+atLeast(s.minContains, "item")+" of a certain form")
	}
	if s.maxContains >= 0 && count > s.maxContains && !e.stops() {
		e.fail(s, "maxContains", CodeContains, p, n.span(), "must have "+atMost(s.maxContains, "item")+" of a certain form")
	}
}
