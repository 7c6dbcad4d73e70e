package openapi

import "github.com/hookline-go/hookline/internal/jsonpointer"

// modernKeywords are those of JSON Schema 2020-12 that OpenAPI 3.0 does not
// have.
var modernKeywords = map[string]keyword{
	"prefixItems": func(c *compiler, s *schema, v node) { s.prefixItems = c.list(v, s, "prefixItems") },
	"contains": func(c *compiler, s *schema, v node) {
		s.contains = c.schema(v, s.pointer+"/contains")
		if s.minContains == 0 {
			s.minContains = 1
		}
	},
	"unevaluatedItems": func(c *compiler, s *schema, v node) {
		s.unevaluatedItems = c.schema(v, s.pointer+"/unevaluatedItems")
	},
	"unevaluatedProperties": func(c *compiler, s *schema, v node) {
		s.unevaluatedProperties = c.schema(v, s.pointer+"/unevaluatedProperties")
	},
	"propertyNames":     func(c *compiler, s *schema, v node) { s.names = c.schema(v, s.pointer+"/propertyNames") },
	"patternProperties": (*compiler).patternProperties,
	"dependentRequired": (*compiler).dependentRequired,
	"dependentSchemas":  (*compiler).dependentSchemas,
	"$dynamicRef":       (*compiler).dynamicReference,
}

func (c *compiler) patternProperties(s *schema, value node) {
	if value.kind() != kindObject {
		c.problems.addf(value, "patternProperties must be an object")
		return
	}
	for name, property := range value.members() {
		text := c.keep(name.str())
		compiled := c.compilePattern(text, name)
		if compiled == nil {
			continue
		}
		s.patternProperties = append(s.patternProperties, patternProperty{
			pattern: compiled, schema: c.schema(property, s.pointer+"/patternProperties"+jsonpointer.Fragment(text)),
		})
	}
}

func (c *compiler) dependentRequired(s *schema, value node) {
	if value.kind() != kindObject {
		c.problems.addf(value, "dependentRequired must be an object")
		return
	}
	for name, list := range value.members() {
		s.dependentRequired = append(s.dependentRequired, dependency{
			name: c.keep(name.str()), required: c.names(list, "dependentRequired"),
		})
	}
}

func (c *compiler) dependentSchemas(s *schema, value node) {
	if value.kind() != kindObject {
		c.problems.addf(value, "dependentSchemas must be an object")
		return
	}
	for name, part := range value.members() {
		text := c.keep(name.str())
		s.dependentSchemas = append(s.dependentSchemas, dependentSchema{
			name: text, schema: c.schema(part, s.pointer+"/dependentSchemas"+jsonpointer.Fragment(text)),
		})
	}
}

// conditions reads the keywords that count only together with another one.
func (c *compiler) conditions(s *schema, n node) {
	if !c.modern {
		return
	}
	if condition := n.get("if"); condition.exists() {
		s.condition = c.schema(condition, s.pointer+"/if")
		s.then = c.schema(n.get("then"), s.pointer+"/then")
		s.otherwise = c.schema(n.get("else"), s.pointer+"/else")
	}
	if s.contains == nil {
		return
	}
	if value := n.get("minContains"); value.exists() {
		c.count(&s.minContains, value, "minContains")
	}
	if value := n.get("maxContains"); value.exists() {
		c.count(&s.maxContains, value, "maxContains")
	}
}

// dynamicReference follows a reference to where it leads at first. Where the
// anchor there is dynamic, and several schemas on the way have it, which one
// counts is known only on the way: the reference is then a problem.
func (c *compiler) dynamicReference(s *schema, value node) {
	c.reference(s, value)
}
