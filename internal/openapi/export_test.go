package openapi

// Decode exposes the decoder to tests: the value as encoding/json would decode
// it, and whether the text was taken.
func Decode(text []byte) (value any, violations []Violation, ok bool) {
	root, violations, ok := decode(text)
	return root.value(), violations, ok && len(violations) == 0
}

func (n *node) value() any {
	switch n.kind {
	case kindBool:
		return n.text == "true"
	case kindNumber:
		return n.number()
	case kindString:
		return n.text
	case kindArray:
		items := make([]any, len(n.items))
		for i := range n.items {
			items[i] = n.items[i].value()
		}
		return items
	case kindObject:
		members := make(map[string]any, len(n.members))
		for i := range n.members {
			members[n.members[i].name] = n.members[i].value.value()
		}
		return members
	default:
		return nil
	}
}
