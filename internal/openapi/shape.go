package openapi

// shape says what a text without types of its own is read as: what the schema
// of a parameter or a form's field wants.
type shape struct {
	schema *schema
	types  typeSet
	items  *shape            // of an array
	fields map[string]*shape // of an object
	rest   *shape            // of an object's other fields; nil: strings
	open   bool              // an object may have other fields
}

// shape returns that of a schema, each one once.
func (c *compiler) shape(s *schema) *shape {
	if s == nil {
		return &shape{}
	}
	if known, ok := c.shapes[s]; ok {
		return known
	}
	found := &shape{schema: s, types: s.valueTypes(), fields: map[string]*shape{}}
	c.shapes[s] = found
	for _, part := range s.parts(deepestComposition) {
		if part.items != nil && found.items == nil {
			found.items = c.shape(part.items)
		}
		for name, property := range part.properties {
			if _, known := found.fields[name]; !known {
				found.fields[name] = c.shape(property)
			}
		}
		if part.additional != nil {
			found.rest = c.shape(part.additional)
		}
		found.open = found.open || part.additional != nil || part.additionalAllowed || len(part.patternProperties) > 0
	}
	if found.types == 0 {
		switch {
		case len(found.fields) > 0:
			found.types = typeObject
		case found.items != nil:
			found.types = typeArray
		}
	}
	return found
}

func (s *shape) isArray() bool  { return s.types&typeArray != 0 }
func (s *shape) isObject() bool { return s.types&typeObject != 0 && !s.isArray() }

// item is the shape of an array's items.
func (s *shape) item() *shape {
	if s.items == nil {
		return &shape{}
	}
	return s.items
}

// field is the shape of an object's field.
func (s *shape) field(name string) *shape {
	if known, ok := s.fields[name]; ok {
		return known
	}
	if s.rest != nil {
		return s.rest
	}
	return &shape{}
}
