package openapi

import "slices"

// want says who looks at a value: the schemas that may apply to it. It decides
// what of a text becomes part of the tree, as nobody needs to know what is in a
// free-form object, or in an array where the schema has an object.
type want struct {
	// schemas[first:last] of the decoder's stack may apply.
	first, last int
	// all has everything kept, whatever the schemas.
	all bool
	// keep has the value itself kept, be it only as a stub: who looks at an
	// array or an object counts what it holds.
	keep bool
}

func (w want) nobody() bool { return !w.all && w.first == w.last }

// wants is the stack of the schemas that may apply to the open values of a
// text.
type wants struct{ schemas []*schema }

// begin begins a want.
func (s *wants) begin() want { return want{first: len(s.schemas), last: len(s.schemas)} }

// end forgets a want and all that came after it.
func (s *wants) end(w want) { s.schemas = s.schemas[:w.first] }

func (s *wants) add(w *want, candidate *schema) {
	if candidate == nil {
		return
	}
	if slices.Contains(s.schemas[w.first:], candidate) {
		return
	}
	s.schemas = append(s.schemas, candidate)
	w.last = len(s.schemas)
}

// inside returns those of a want that look into an array or an object, with
// what they are composed of.
func (s *wants) inside(outer want, k kind) want {
	inner := s.begin()
	inner.all = outer.all
	if inner.all {
		return inner
	}
	for i := outer.first; i < outer.last; i++ {
		s.expand(&inner, s.schemas[i], k)
	}
	return inner
}

// expand adds a schema that may apply to an array or an object, and its parts,
// each once.
func (s *wants) expand(inner *want, candidate *schema, k kind) {
	if !candidate.mayBe(k) {
		return // it says so, and looks no further
	}
	if candidate.readsAll(k) {
		inner.all = true
	}
	before := inner.last
	if s.add(inner, candidate); inner.last == before {
		return
	}
	for _, part := range candidate.inPlace {
		s.expand(inner, part, k)
	}
}

// member returns the want of an object's member.
func (s *wants) member(object want, name string) want {
	w := s.begin()
	w.all, w.keep = object.all, !object.nobody()
	if w.all {
		return w
	}
	for i := object.first; i < object.last; i++ {
		parent := s.schemas[i]
		found := false
		if property, ok := parent.properties[name]; ok {
			s.add(&w, property)
			found = true
		}
		for _, p := range parent.patternProperties {
			if p.pattern.matches(name) {
				s.add(&w, p.schema)
				found = true
			}
		}
		if !found {
			s.add(&w, parent.additional)
		}
		s.add(&w, parent.unevaluatedProperties)
	}
	return w
}

// item returns the want of an array's item. One that is more than one too many
// for everybody is not kept.
func (s *wants) item(array want, index int) want {
	w := s.begin()
	w.all, w.keep = array.all, array.all
	if w.all {
		return w
	}
	for i := array.first; i < array.last; i++ {
		parent := s.schemas[i]
		if parent.maxItems >= 0 && index > parent.maxItems {
			continue
		}
		w.keep = true
		if index < len(parent.prefixItems) {
			s.add(&w, parent.prefixItems[index])
		} else {
			s.add(&w, parent.items)
		}
		s.add(&w, parent.contains)
		s.add(&w, parent.unevaluatedItems)
	}
	return w
}
