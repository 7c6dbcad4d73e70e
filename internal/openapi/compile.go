package openapi

import (
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// compiler turns schemas into their prepared form, each one once, so that
// recursive ones end.
type compiler struct {
	files    *files
	problems problems
	// modern is OpenAPI 3.1 and later, whose schemas are JSON Schema 2020-12.
	modern   bool
	compiled map[node]*schema
	under    map[*schema]bool // being compiled right now
	shapes   map[*schema]*shape
	kept     map[string]string
	patterns map[string]*pattern
	samples  []sample
	parents  map[string][]*schema // what refers to a schema by allOf, by the place of the latter
	bases    []discriminated
	forms    map[string]bool // of the paths, with their methods
}

// sample is an example or a default, which must keep to its schema.
type sample struct {
	schema *schema
	value  node
	what   string
}

func newCompiler(files *files) *compiler {
	return &compiler{
		files: files, problems: problems{files: files, seen: map[found]bool{}},
		compiled: map[node]*schema{}, under: map[*schema]bool{}, shapes: map[*schema]*shape{},
		kept: map[string]string{}, patterns: map[string]*pattern{}, parents: map[string][]*schema{}, forms: map[string]bool{},
	}
}

// keep returns a text that does not keep the whole document in memory.
func (c *compiler) keep(text string) string {
	if kept, ok := c.kept[text]; ok {
		return kept
	}
	kept := strings.Clone(text)
	c.kept[kept] = kept
	return kept
}

// follow returns what a reference leads to, and its place in the document.
// Where n is none, it is n itself. It returns false for a reference that leads
// nowhere.
func (c *compiler) follow(n node, pointer string) (node, string, bool) {
	for range maxReferences {
		ref, ok := n.field("$ref").string()
		if !ok {
			return n, pointer, true
		}
		target, err := c.target(n, ref)
		if err != nil {
			c.problems.addf(n, "the reference %q is not resolved: %v", ref, err)
			return n, pointer, false
		}
		n, pointer = target, c.pointerTo(target, ref)
	}
	c.problems.addf(n, "the reference leads in a circle")
	return n, pointer, false
}

// target returns the value that a reference leads to.
func (c *compiler) target(from node, ref string) (node, error) {
	f := c.files.of(from)
	if c.modern {
		if target, ok := c.files.identified(from, ref); ok {
			return target, nil
		}
	}
	target, _, err := c.files.resolve(f, ref)
	return target, err
}

// pointerTo returns the place that a reference leads to, as violations name it.
func (c *compiler) pointerTo(target node, ref string) string {
	if c.files.ids != nil {
		return c.files.of(target).pointerOf(target)
	}
	_, fragment, _ := strings.Cut(ref, "#")
	name := c.files.of(target).name
	names, err := jsonpointer.ParseFragment("#" + fragment)
	if err != nil {
		return name + "#" + fragment
	}
	var pointer strings.Builder
	pointer.WriteString(name + "#")
	for _, step := range names {
		pointer.WriteString(jsonpointer.Fragment(step))
	}
	return pointer.String()
}

// schema prepares the schema at n, which stands at pointer. It returns nil
// where there is none.
func (c *compiler) schema(n node, pointer string) *schema {
	if !n.exists() {
		return nil
	}
	if !c.modern || !c.hasSiblings(n) {
		target, at, ok := c.follow(n, pointer)
		if !ok {
			return newSchema(pointer)
		}
		n, pointer = target, at
	}
	if known, ok := c.compiled[n]; ok {
		known.recursive = known.recursive || c.under[known]
		return known
	}
	s := newSchema(pointer)
	c.compiled[n], c.under[s] = s, true
	defer delete(c.under, s)
	switch k := n.kind(); {
	case k == kindObject:
		c.keywords(s, n)
	case k == kindBool && c.modern:
		s.refused = !n.isTrue()
	default:
		c.problems.addf(n, "a schema must be an object")
	}
	return s
}

// annotations are keywords that say nothing about a value.
var annotations = map[string]bool{
	"$ref": true, "description": true, "summary": true, "title": true, "$comment": true, "example": true,
	"examples": true, "default": true, "externalDocs": true, "xml": true, "$defs": true,
}

// hasSiblings tells whether a $ref stands beside other keywords, which count
// since 2020-12.
func (c *compiler) hasSiblings(n node) bool {
	if n.kind() != kindObject || !n.get("$ref").exists() {
		return false
	}
	for name := range n.members() {
		if text := name.str(); !annotations[text] && !strings.HasPrefix(text, "x-") {
			return true
		}
	}
	return false
}

func newSchema(pointer string) *schema {
	return &schema{pointer: pointer, maxLength: -1, maxItems: -1, maxContains: -1, maxProperties: -1, maxBytes: -1}
}

// keyword prepares one keyword of a schema.
type keyword func(c *compiler, s *schema, value node)

// keywords are those that a schema's members are prepared by. What is not here
// says nothing about a value, or belongs to another one that is.
var keywords map[string]keyword

func init() { //nolint:gochecknoinits // the table and the functions in it refer to each other
	keywords = map[string]keyword{
		"$ref": (*compiler).reference, "type": (*compiler).types, "enum": (*compiler).enum, "const": (*compiler).constant,
		"format": (*compiler).format, "pattern": (*compiler).pattern,
		"minLength":     func(c *compiler, s *schema, v node) { c.count(&s.minLength, v, "minLength") },
		"maxLength":     func(c *compiler, s *schema, v node) { c.count(&s.maxLength, v, "maxLength") },
		"minItems":      func(c *compiler, s *schema, v node) { c.count(&s.minItems, v, "minItems") },
		"maxItems":      func(c *compiler, s *schema, v node) { c.count(&s.maxItems, v, "maxItems") },
		"minProperties": func(c *compiler, s *schema, v node) { c.count(&s.minProperties, v, "minProperties") },
		"maxProperties": func(c *compiler, s *schema, v node) { c.count(&s.maxProperties, v, "maxProperties") },
		"x-max-bytes":   func(c *compiler, s *schema, v node) { c.count(&s.maxBytes, v, "x-max-bytes") },
		"multipleOf":    (*compiler).multipleOf,
		"uniqueItems":   func(_ *compiler, s *schema, v node) { s.uniqueItems = v.isTrue() },
		"nullable":      func(c *compiler, s *schema, v node) { s.nullable = v.isTrue() && !c.modern },
		"readOnly":      func(_ *compiler, s *schema, v node) { s.readOnly = v.isTrue() },
		"writeOnly":     func(_ *compiler, s *schema, v node) { s.writeOnly = v.isTrue() },
		"x-secret": func(_ *compiler, s *schema, v node) {
			if v.isTrue() {
				s.secret = "x-secret"
			}
		},
		"deprecated": func(_ *compiler, s *schema, v node) { s.deprecated = v.isTrue() },
		"items":      (*compiler).items, "required": (*compiler).required, "properties": (*compiler).properties,
		"additionalProperties": (*compiler).additional,
		"allOf":                func(c *compiler, s *schema, v node) { s.allOf = append(s.allOf, c.list(v, s, "allOf")...) },
		"anyOf":                func(c *compiler, s *schema, v node) { s.anyOf = c.list(v, s, "anyOf") },
		"oneOf":                func(c *compiler, s *schema, v node) { s.oneOf = c.list(v, s, "oneOf") },
		"not":                  (*compiler).not,
	}
	for name, prepare := range modernKeywords {
		keywords[name] = func(c *compiler, s *schema, v node) {
			if c.modern {
				prepare(c, s, v)
			}
		}
	}
}

// keywords prepares all keywords of a schema, and then what takes several of
// them.
func (c *compiler) keywords(s *schema, n node) {
	for name, value := range n.members() {
		if prepare, ok := keywords[name.str()]; ok {
			prepare(c, s, value)
		}
	}
	s.typeNames = s.types.String()
	c.bounds(s, n)
	if s.types&(typeInteger|typeNumber) == typeInteger {
		s.integers = integerRanges[s.format]
	}
	if help, ok := n.get("x-pattern-description").string(); ok && s.pattern != nil {
		s.patternHelp = "be " + c.keep(help)
	}
	c.conditions(s, n)
	c.discriminator(s, n)
	s.composed = len(s.allOf)+len(s.anyOf)+len(s.oneOf) > 0
	s.absent = s.absentFields()
	s.noteInPlace()
	c.noteSamples(s, n)
}

func (c *compiler) noteSamples(s *schema, n node) {
	for _, what := range []string{"example", "default"} {
		if value := n.get(what); value.exists() {
			c.samples = append(c.samples, sample{schema: s, value: value, what: what})
		}
	}
	if examples := n.get("examples"); c.modern && examples.exists() && examples.kind() == kindArray {
		for _, value := range examples.items() {
			c.samples = append(c.samples, sample{schema: s, value: value, what: "example"})
		}
	}
}

// list prepares the schemas of a composition.
func (c *compiler) list(value node, s *schema, name string) []*schema {
	if value.kind() != kindArray {
		c.problems.addf(value, "%s must be a list of schemas", name)
		return nil
	}
	all := make([]*schema, 0, value.length())
	for i, item := range value.items() {
		part := c.schema(item, s.pointer+"/"+name+jsonpointer.Index(i))
		all = append(all, part)
		if name == "allOf" {
			c.parents[part.pointer] = append(c.parents[part.pointer], s)
		}
	}
	return all
}

func (c *compiler) reference(s *schema, value node) {
	// It stands beside other keywords here. The schema around it is its own
	// place, so that it is followed as an object of its own.
	ref, ok := value.string()
	if !ok {
		c.problems.addf(value, "a $ref must be a string")
		return
	}
	target, err := c.target(value, ref)
	if err != nil {
		c.problems.addf(value, "the reference %q is not resolved: %v", ref, err)
		return
	}
	s.allOf = append(s.allOf, c.schema(target, c.pointerTo(target, ref)))
}

// absentFields returns the names that exist in one direction only, of s and of
// all that its allOf takes in.
func (s *schema) absentFields() map[string]direction {
	var absent map[string]direction
	note := func(name string, d direction) {
		if absent == nil {
			absent = map[string]direction{}
		}
		absent[name] |= d
	}
	for name, property := range s.properties {
		if property.readOnly {
			note(name, inRequest)
		}
		if property.writeOnly {
			note(name, inResponse)
		}
	}
	for _, part := range s.allOf {
		for name, d := range part.absent {
			note(name, d)
		}
	}
	return absent
}

// noteInPlace gathers what may apply to the same value as s.
func (s *schema) noteInPlace() {
	s.inPlace = slices.Concat(s.allOf, s.anyOf, s.oneOf)
	if s.not != nil {
		s.inPlace = append(s.inPlace, s.not.schema)
	}
	for _, part := range []*schema{s.condition, s.then, s.otherwise} {
		if part != nil {
			s.inPlace = append(s.inPlace, part)
		}
	}
	for i := range s.dependentSchemas {
		s.inPlace = append(s.inPlace, s.dependentSchemas[i].schema)
	}
	for _, d := range []*discriminator{s.discriminator, s.base} {
		if d == nil {
			continue
		}
		for _, chosen := range d.mapping {
			if chosen != s && !slices.Contains(s.inPlace, chosen) {
				s.inPlace = append(s.inPlace, chosen)
			}
		}
	}
	s.inPlace = slices.Clip(s.inPlace)
}

// noteCircles finds the schemas that are part of themselves in the same place,
// as with an allOf that leads back.
func (c *compiler) noteCircles() {
	for _, s := range c.compiled {
		if s.recursive {
			s.circular = s.leadsTo(s, map[*schema]bool{})
		}
	}
}

func (s *schema) leadsTo(target *schema, seen map[*schema]bool) bool {
	for _, part := range s.inPlace {
		if part == target {
			return true
		}
		if !seen[part] {
			seen[part] = true
			if part.leadsTo(target, seen) {
				return true
			}
		}
	}
	return false
}
