package openapi

import (
	"slices"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

func (c *compiler) types(s *schema, value node) {
	add := func(n node) {
		name, ok := n.string()
		bit := typeNamed(name)
		if !ok || bit == 0 || bit == typeNull && !c.modern {
			c.problems.addf(n, "there is no type %q", name)
			return
		}
		s.types |= bit
	}
	if value.kind() != kindArray {
		add(value)
		return
	}
	if !c.modern {
		c.problems.addf(value, "OpenAPI 3.0 has no lists of types")
	}
	for _, item := range value.items() {
		add(item)
	}
}

func (c *compiler) enum(s *schema, value node) {
	if value.kind() != kindArray {
		c.problems.addf(value, "enum must be a list of values")
		return
	}
	s.enumTexts = map[string]struct{}{}
	for _, item := range value.items() {
		s.enum = append(s.enum, c.any(item))
		switch item.kind() {
		case kindString:
			text := c.keep(item.str())
			s.enumList = append(s.enumList, text)
			s.enumTexts[text] = struct{}{}
		case kindArray, kindObject:
			s.enumValues = true
		default:
		}
	}
	s.enumHelp = oneOfHelp(s.enum)
}

// any returns a value of the document that keeps nothing of its text.
func (c *compiler) any(n node) any {
	if text, ok := n.string(); ok {
		return c.keep(text)
	}
	return n.value()
}

func (c *compiler) constant(s *schema, value node) {
	if c.modern {
		s.constant = &constant{c.any(value)}
	}
}

func (c *compiler) format(s *schema, value node) {
	name, ok := value.string()
	if !ok {
		c.problems.addf(value, "format must be a string")
		return
	}
	s.format = c.keep(name)
	s.validFormat = formats[name]
	if name == "password" && s.secret == "" {
		// OpenAPI's own hint, for forms that hide what is typed.
		s.secret = "format"
	}
}

func (c *compiler) pattern(s *schema, value node) {
	text, ok := value.string()
	if !ok {
		c.problems.addf(value, "pattern must be a string")
		return
	}
	if s.pattern = c.compilePattern(text, value); s.pattern != nil && s.patternHelp == "" {
		s.patternHelp = c.keep("match the pattern " + text)
	}
}

// compilePattern returns nil for a pattern that cannot be read.
func (c *compiler) compilePattern(text string, at node) *pattern {
	if known, ok := c.patterns[text]; ok {
		return known
	}
	compiled, err := compilePattern(text)
	if err != nil {
		c.problems.addf(at, "the pattern cannot be read: %v", err)
	}
	c.patterns[c.keep(text)] = compiled
	return compiled
}

// count reads a number of characters, items, fields or bytes.
func (c *compiler) count(into *int, value node, name string) {
	if value.kind() == kindNumber {
		if count, ok := value.integer(); ok && count >= 0 && count < 1<<53 {
			*into = int(count)
			return
		}
	}
	c.problems.addf(value, "%s must be a whole number that is not negative", name)
}

func (c *compiler) multipleOf(s *schema, value node) {
	if number, ok := c.number(value, "multipleOf"); ok && number > 0 {
		s.multipleOf = &number
	} else if ok {
		c.problems.addf(value, "multipleOf must be more than 0")
	}
}

func (c *compiler) number(value node, name string) (float64, bool) {
	if value.kind() != kindNumber {
		c.problems.addf(value, "%s must be a number", name)
		return 0, false
	}
	return value.number(), true
}

// bounds reads the four keywords that bound numbers. In OpenAPI 3.0, the
// exclusive ones are booleans that go with the others.
func (c *compiler) bounds(s *schema, n node) {
	s.minimum = c.bound(n, "minimum", "exclusiveMinimum")
	s.maximum = c.bound(n, "maximum", "exclusiveMaximum")
}

func (c *compiler) bound(n node, inclusive, exclusive string) (found []bound) {
	other := n.get(exclusive)
	flag := other.exists() && other.kind() == kindBool
	if value := n.get(inclusive); value.exists() {
		if number, ok := c.number(value, inclusive); ok {
			found = append(found, bound{value: number, exclusive: other.isTrue() && !c.modern, keyword: inclusive})
		}
	}
	switch {
	case !other.exists(), flag && !c.modern:
	case !c.modern:
		c.problems.addf(other, "%s must be true or false in OpenAPI 3.0", exclusive)
	default:
		if number, ok := c.number(other, exclusive); ok {
			found = append(found, bound{value: number, exclusive: true, keyword: exclusive})
		}
	}
	return found
}

func (c *compiler) items(s *schema, value node) {
	if value.kind() == kindArray {
		c.problems.addf(value, "items must be one schema")
		return
	}
	s.items = c.schema(value, s.pointer+"/items")
}

func (c *compiler) required(s *schema, value node) {
	s.required = c.names(value, "required")
}

func (c *compiler) names(value node, keyword string) (names []string) {
	if value.kind() != kindArray {
		c.problems.addf(value, "%s must be a list of names", keyword)
		return nil
	}
	for _, item := range value.items() {
		if name, ok := item.string(); ok {
			names = append(names, c.keep(name))
		} else {
			c.problems.addf(item, "%s must be a list of names", keyword)
		}
	}
	return names
}

func (c *compiler) properties(s *schema, value node) {
	if value.kind() != kindObject {
		c.problems.addf(value, "properties must be an object")
		return
	}
	s.properties = make(map[string]*schema, value.length())
	for name, property := range value.members() {
		text := c.keep(name.str())
		s.properties[text] = c.schema(property, s.pointer+"/properties"+jsonpointer.Fragment(text))
		s.propertyNames = append(s.propertyNames, text)
	}
	slices.Sort(s.propertyNames)
}

func (c *compiler) additional(s *schema, value node) {
	if value.kind() == kindBool {
		s.additionalAllowed, s.additionalRefused = value.isTrue(), !value.isTrue()
		return
	}
	s.additional = c.schema(value, s.pointer+"/additionalProperties")
}

func (c *compiler) not(s *schema, value node) {
	s.not = &exclusion{schema: c.schema(value, s.pointer+"/not"), code: CodeNot, message: "is what the contract excludes"}
	target, _, ok := c.follow(value, "")
	if !ok {
		return
	}
	if code, ok := target.field("x-code").string(); ok {
		s.not.code = Code(c.keep(code))
	}
	if at, ok := target.field("x-pointer").string(); ok {
		names, err := jsonpointer.Parse(c.keep(at))
		if err != nil {
			c.problems.addf(target.get("x-pointer"), "x-pointer: %v", err)
		}
		s.not.at = names
	}
	if description, ok := target.field("description").string(); ok {
		s.not.message = c.keep(description)
	}
}
