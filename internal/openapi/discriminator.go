package openapi

import (
	"maps"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// discriminated is a schema with a discriminator and no alternatives: those are
// the schemas that refer to it with allOf.
type discriminated struct {
	schema *schema
	source node
}

// discriminator maps names to alternatives: those of the mapping, and each
// alternative's own name. It does nothing where an alternative has no name, as
// the property cannot stand for it.
func (c *compiler) discriminator(s *schema, n node) {
	source := n.get("discriminator")
	if !source.exists() {
		return
	}
	property, ok := source.field("propertyName").string()
	if !ok {
		c.problems.addf(source, "a discriminator must have a propertyName")
		return
	}
	d := &discriminator{property: c.keep(property), mapping: map[string]*schema{}}
	if len(s.oneOf)+len(s.anyOf) == 0 {
		s.base = d
		c.bases = append(c.bases, discriminated{schema: s, source: source})
		return
	}
	for _, name := range []string{"oneOf", "anyOf"} {
		list := n.get(name)
		if !list.exists() || list.kind() != kindArray {
			continue
		}
		for _, item := range list.items() {
			ref, ok := item.field("$ref").string()
			if !ok {
				return
			}
			d.mapping[c.keep(lastStep(ref))] = c.schema(item, "")
		}
	}
	c.mapping(d, source)
	d.finish()
	s.discriminator = d
}

// mapping adds the names that the document gives.
func (c *compiler) mapping(d *discriminator, source node) {
	mapping := source.field("mapping")
	if !mapping.exists() || mapping.kind() != kindObject {
		return
	}
	for name, value := range mapping.members() {
		ref, ok := value.string()
		if !ok {
			c.problems.addf(value, "a mapping's value must be a name or a reference")
			continue
		}
		alias := c.keep(name.str())
		if chosen, ok := d.mapping[lastStep(ref)]; ok {
			d.mapping[alias] = chosen
		} else if target, pointer, ok := c.mapped(value, ref); ok {
			d.mapping[alias] = c.schema(target, pointer)
		} else {
			c.problems.addf(value, "the discriminator's mapping leads nowhere: %q", ref)
		}
	}
}

// mapped returns the schema that a mapping's value names or refers to.
func (c *compiler) mapped(at node, ref string) (node, string, bool) {
	if !strings.ContainsAny(ref, "#/.") {
		ref = "#/components/schemas" + jsonpointer.Fragment(ref)
	}
	target, err := c.target(at, ref)
	if err != nil {
		return node{}, "", false
	}
	return target, c.pointerTo(target, ref), true
}

func (d *discriminator) finish() {
	d.names = slices.Sorted(maps.Keys(d.mapping))
	d.help = oneOfHelp(d.names)
}

// finishBases gives the schemas with a discriminator and no alternatives the
// schemas that refer to them. A value of the base is then held to the child's
// rules, as its property says.
func (c *compiler) finishBases() {
	for _, base := range c.bases {
		d := base.schema.base
		c.mapping(d, base.source)
		named := map[*schema]bool{}
		for _, child := range d.mapping {
			named[child] = true
		}
		for _, child := range c.parents[base.schema.pointer] {
			// One that the mapping names has no other name.
			if name, ok := componentName(child.pointer); ok && !named[child] {
				d.mapping[name] = child
			}
		}
		if own, ok := componentName(base.schema.pointer); ok && !named[base.schema] {
			d.mapping[own] = base.schema
		}
		d.finish()
		if len(d.mapping) < 2 {
			base.schema.base = nil // nothing refers to it
			continue
		}
		base.schema.noteInPlace()
		for _, child := range d.mapping {
			child.recursive = true // by way of the base
		}
		base.schema.recursive = true
	}
}

// componentName returns the name of a schema of the document's components.
func componentName(pointer string) (string, bool) {
	names, err := jsonpointer.ParseFragment(pointer)
	if err != nil || len(names) != 3 || names[0] != "components" || names[1] != "schemas" {
		return "", false
	}
	return names[2], true
}

// lastStep returns the name that a reference ends with.
func lastStep(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }
