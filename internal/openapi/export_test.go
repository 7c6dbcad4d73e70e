package openapi

import "strings"

// Decode exposes the decoder to tests: the value as encoding/json would decode
// it, and whether the text was taken.
func Decode(text []byte) (value any, violations []Violation, ok bool) {
	d := newDecoder(MaxDepth)
	defer d.release()
	violations, ok = d.decode(text, nil)
	if !ok {
		return nil, violations, false
	}
	return d.tree.root().value(), violations, len(violations) == 0
}

func (n node) value() any {
	switch n.kind() {
	case kindBool:
		return n.literal() == "true"
	case kindNumber:
		return n.number()
	case kindString:
		return strings.Clone(n.str())
	case kindArray:
		items := []any{}
		for _, item := range n.items() {
			items = append(items, item.value())
		}
		return items
	case kindObject:
		members := map[string]any{}
		for name, member := range n.members() {
			members[strings.Clone(name.str())] = member.value()
		}
		return members
	default:
		return nil
	}
}
