package openapi

// Rules of JSON Schema 2020-12 that OpenAPI 3.0 does not have.
const (
	// CodeNotAllowed is a value where the document allows none: the schema
	// false.
	CodeNotAllowed Code = "not_allowed"
	// CodeContains is an array with too few or too many items of a form.
	CodeContains Code = "contains"
	// CodePropertyName is a field whose name is not allowed.
	CodePropertyName Code = "property_name"
)

// visitUnevaluated applies unevaluatedProperties and unevaluatedItems to what no
// other keyword of s, or of what applies in its place, has looked at.
func (e *evaluation) visitUnevaluated(s *schema, n node, k kind, p path) {
	switch {
	case e.done():
	case k == kindObject && s.unevaluatedProperties != nil:
		looked := e.applied(s, n, p, nil)
		for name, value := range n.members() {
			text := name.str()
			if e.done() {
				return
			}
			if coversField(looked, text) {
				continue
			}
			if here := p.field(text); s.unevaluatedProperties.refused {
				e.failUnknown(s, "unevaluatedProperties", name, here)
			} else {
				e.visit(s.unevaluatedProperties, value, here)
			}
		}
	case k == kindArray && s.unevaluatedItems != nil:
		looked := e.applied(s, n, p, nil)
		for i, item := range n.items() {
			here := p.item(i)
			if !e.coversItem(looked, i, item, here) {
				e.visit(s.unevaluatedItems, item, here)
			}
		}
	}
}

// applied returns s and all schemas that apply in its place and that n keeps
// to: only they have looked at what it holds.
func (e *evaluation) applied(s *schema, n node, p path, found []*schema) []*schema {
	found = append(found, s)
	take := func(part *schema) {
		if part != nil {
			found = e.applied(part, n, p, found)
		}
	}
	for _, part := range s.allOf {
		take(part)
	}
	for _, group := range [][]*schema{s.anyOf, s.oneOf} {
		for _, part := range group {
			if e.keepsTo(part, n, p) {
				take(part)
			}
		}
	}
	if s.condition != nil {
		if e.keepsTo(s.condition, n, p) {
			take(s.condition)
			take(s.then)
		} else {
			take(s.otherwise)
		}
	}
	for i := range s.dependentSchemas {
		if n.get(s.dependentSchemas[i].name).exists() {
			take(s.dependentSchemas[i].schema)
		}
	}
	return found
}

// coversField asks all schemas that were applied. The unevaluatedProperties of
// the first, whose turn it is, does not count.
func coversField(looked []*schema, name string) bool {
	for i, s := range looked {
		if i > 0 && s.unevaluatedProperties != nil || s.additional != nil || s.additionalAllowed || s.additionalRefused {
			return true
		}
		if _, ok := s.properties[name]; ok {
			return true
		}
		for j := range s.patternProperties {
			if s.patternProperties[j].pattern.matches(name) {
				return true
			}
		}
	}
	return false
}

// coversItem is coversField for the items of an array.
func (e *evaluation) coversItem(looked []*schema, index int, item node, p path) bool {
	for i, s := range looked {
		switch {
		case i > 0 && s.unevaluatedItems != nil, s.items != nil, index < len(s.prefixItems):
			return true
		case s.contains != nil && e.keepsTo(s.contains, item, p):
			return true
		}
	}
	return false
}
