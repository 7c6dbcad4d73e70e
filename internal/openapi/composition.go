package openapi

// visitComposition applies what s is composed of.
func (e *evaluation) visitComposition(s *schema, n node, k kind, p path) {
	if s.composed && len(s.absent) > 0 {
		e.oneWay = append(e.oneWay, scope{schema: s, value: n.i})
		defer func() { e.oneWay = e.oneWay[:len(e.oneWay)-1] }()
	}
	for _, part := range s.allOf {
		e.visit(part, n, p)
	}
	if s.discriminator != nil && k == kindObject {
		e.visitDiscriminated(s, n, p)
	} else {
		e.visitAlternatives(s, n, p)
	}
	if s.base != nil && k == kindObject {
		e.visitChild(s, n, p)
	}
	if s.not != nil && !e.done() && e.keepsTo(s.not.schema, n, p) {
		e.failNot(s, n, p)
	}
	if s.condition != nil && !e.done() {
		if e.keepsTo(s.condition, n, p) {
			e.visit(s.then, n, p)
		} else {
			e.visit(s.otherwise, n, p)
		}
	}
	for i := range s.dependentSchemas {
		if n.get(s.dependentSchemas[i].name).exists() {
			e.visit(s.dependentSchemas[i].schema, n, p)
		}
	}
}

func (e *evaluation) visitAlternatives(s *schema, n node, p path) {
	if len(s.anyOf) > 0 && !e.done() && e.matches(s.anyOf, n, p, 1) == 0 {
		e.fail(s, "anyOf", CodeAnyOf, p, n.span(), "matches none of the forms that are allowed here")
	}
	if len(s.oneOf) == 0 || e.done() {
		return
	}
	switch e.matches(s.oneOf, n, p, 2) {
	case 1:
	case 0:
		e.fail(s, "oneOf", CodeOneOf, p, n.span(), "matches none of the forms that are allowed here")
	default:
		e.fail(s, "oneOf", CodeOneOf, p, n.span(), "matches several of the forms of which exactly one is allowed")
	}
}

// visitDiscriminated applies the one alternative that the object names itself,
// so that its violations are those of that alternative.
func (e *evaluation) visitDiscriminated(s *schema, n node, p path) {
	d := s.discriminator
	here := p.field(d.property)
	name := n.get(d.property)
	if !name.exists() {
		e.fail(s, "discriminator", CodeRequired, here, n.span(), "is required")
		return
	}
	if name.kind() != kindString {
		e.fail(s, "discriminator", CodeEnum, here, name.span(), d.help)
		return
	}
	chosen, ok := d.mapping[name.str()]
	if !ok {
		if v := e.fail(s, "discriminator", CodeEnum, here, name.span(), d.help); v != nil {
			v.Suggestion = nearest(name.str(), d.names)
		}
		return
	}
	e.visit(chosen, n, p)
}

// visitChild holds an object to the rules of the child that it names itself. A
// name that the document does not know may be that of a child to come.
func (e *evaluation) visitChild(s *schema, n node, p path) {
	name, ok := n.get(s.base.property).string()
	if child := s.base.mapping[name]; ok && child != nil && child != s {
		e.visit(child, n, p)
	}
}

// failNot reports at the place that the document gives.
func (e *evaluation) failNot(s *schema, n node, p path) {
	for _, name := range s.not.at {
		p = p.field(name)
	}
	e.fail(s, "not", s.not.code, p, n.at(s.not.at).span(), s.not.message)
}

// matches counts the schemas that the value keeps to, up to a count that is
// enough.
func (e *evaluation) matches(candidates []*schema, n node, p path, enough int) (count int) {
	for _, candidate := range candidates {
		if e.keepsTo(candidate, n, p) {
			count++
		}
		if count == enough {
			break
		}
	}
	return count
}

func (e *evaluation) keepsTo(s *schema, n node, p path) bool {
	probe, failed := e.probe, e.failed
	e.probe, e.failed = true, false
	e.visit(s, n, p)
	keeps := !e.failed
	e.probe, e.failed = probe, failed
	return keeps
}
