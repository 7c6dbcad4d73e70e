package openapi

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/hookline-go/hookline/internal/jsonpointer"
)

// compiler turns schemas into their prepared form, each one once, so that
// recursive ones end.
type compiler struct {
	places   map[any]string // of what the document's components define
	compiled map[*openapi3.Schema]*schema
	under    map[*schema]bool // being compiled right now
}

func newCompiler(document *openapi3.T) *compiler {
	c := &compiler{
		places: map[any]string{}, compiled: map[*openapi3.Schema]*schema{}, under: map[*schema]bool{},
	}
	components := document.Components
	if components == nil {
		return c
	}
	for name, ref := range components.Schemas {
		c.define(ref.Value, ref.Ref, "schemas", name)
	}
	for name, ref := range components.Parameters {
		c.define(ref.Value, ref.Ref, "parameters", name)
	}
	for name, ref := range components.Headers {
		c.define(ref.Value, ref.Ref, "headers", name)
	}
	for name, ref := range components.RequestBodies {
		c.define(ref.Value, ref.Ref, "requestBodies", name)
	}
	for name, ref := range components.Responses {
		c.define(ref.Value, ref.Ref, "responses", name)
	}
	return c
}

// define notes a component's place, unless the component is itself a reference
// to another one.
func (c *compiler) define(value any, ref, kind, name string) {
	if ref == "" {
		c.places[value] = "#/components/" + kind + jsonpointer.Fragment(name)
	}
}

// place returns where a value stands in the document: a component at its own
// place, whichever reference led there.
func (c *compiler) place(value any, ref, pointer string) string {
	if own, ok := c.places[value]; ok {
		return own
	}
	if ref != "" {
		return ref
	}
	return pointer
}

// compile prepares the schema that ref stands for. The pointer is the place of
// ref.
func (c *compiler) compile(ref *openapi3.SchemaRef, pointer string) (*schema, error) {
	if ref == nil {
		return nil, nil //nolint:nilnil // a schema that a keyword leaves out is no error
	}
	if ref.Value == nil {
		return nil, fmt.Errorf("%s: the reference %q is not resolved", pointer, ref.Ref)
	}
	if known, ok := c.compiled[ref.Value]; ok {
		known.recursive = known.recursive || c.under[known]
		return known, nil
	}
	s := &schema{pointer: c.place(ref.Value, ref.Ref, pointer)}
	c.compiled[ref.Value], c.under[s] = s, true
	defer delete(c.under, s)
	steps := []func(*schema, *openapi3.Schema) error{
		compileTypes, compileEnum, compileString, compileNumber, compileSize, c.compileArray, c.compileObject, c.compileComposition,
	}
	for _, step := range steps {
		if err := step(s, ref.Value); err != nil {
			return nil, err
		}
	}
	s.absent = s.absentFields()
	return s, nil
}

func compileTypes(s *schema, source *openapi3.Schema) error {
	s.types, s.nullable = typesOf(source.Type), source.Nullable
	s.typeNames = s.types.String()
	s.readOnly, s.writeOnly = source.ReadOnly, source.WriteOnly
	return nil
}

func compileEnum(s *schema, source *openapi3.Schema) error {
	if len(source.Enum) == 0 {
		return nil
	}
	s.enum, s.enumTexts = source.Enum, map[string]struct{}{}
	for _, value := range source.Enum {
		if text, ok := value.(string); ok {
			s.enumList = append(s.enumList, text)
			s.enumTexts[text] = struct{}{}
		}
		switch value.(type) {
		case []any, map[string]any:
			s.enumValues = true
		}
	}
	s.enumHelp = oneOfHelp(source.Enum)
	return nil
}

func compileString(s *schema, source *openapi3.Schema) error {
	s.minLength, s.maxLength = bounds(source.MinLength, source.MaxLength)
	s.format = source.Format
	s.validFormat = formats[source.Format]
	if source.Pattern == "" {
		return nil
	}
	compiled, err := compilePattern(source.Pattern)
	if err != nil {
		return fmt.Errorf("%s/pattern: %w", s.pointer, err)
	}
	s.pattern = &pattern{compiled}
	s.patternHelp = "match the pattern " + source.Pattern
	if help, ok := source.Extensions["x-pattern-description"].(string); ok {
		s.patternHelp = "be " + help
	}
	return nil
}

func compileNumber(s *schema, source *openapi3.Schema) error {
	if source.Min != nil {
		exclusive := source.ExclusiveMin.Bool != nil && *source.ExclusiveMin.Bool
		s.minimum = []bound{{value: *source.Min, exclusive: exclusive, keyword: "minimum"}}
	}
	if source.Max != nil {
		exclusive := source.ExclusiveMax.Bool != nil && *source.ExclusiveMax.Bool
		s.maximum = []bound{{value: *source.Max, exclusive: exclusive, keyword: "maximum"}}
	}
	s.multipleOf = source.MultipleOf
	if s.types&(typeInteger|typeNumber) == typeInteger {
		s.integers = integerRanges[source.Format]
	}
	return nil
}

// compileSize reads x-max-bytes, which bounds how long the text of an array or
// an object may be.
func compileSize(s *schema, source *openapi3.Schema) error {
	s.maxBytes = -1
	given, ok := source.Extensions["x-max-bytes"]
	if !ok {
		return nil
	}
	limit, ok := given.(float64)
	if !ok || limit < 0 || limit != math.Trunc(limit) {
		return fmt.Errorf("%s/x-max-bytes: it must be a number of bytes", s.pointer)
	}
	s.maxBytes = int(limit)
	return nil
}

func (c *compiler) compileArray(s *schema, source *openapi3.Schema) (err error) {
	s.minItems, s.maxItems = bounds(source.MinItems, source.MaxItems)
	s.uniqueItems = source.UniqueItems
	s.items, err = c.compile(source.Items, s.pointer+"/items")
	return err
}

func (c *compiler) compileObject(s *schema, source *openapi3.Schema) (err error) {
	s.required = source.Required
	s.minProperties, s.maxProperties = bounds(source.MinProps, source.MaxProps)
	s.propertyNames = slices.Sorted(maps.Keys(source.Properties))
	s.properties = make(map[string]*schema, len(s.propertyNames))
	for _, name := range s.propertyNames {
		s.properties[name], err = c.compile(source.Properties[name], s.pointer+"/properties"+jsonpointer.Fragment(name))
		if err != nil {
			return err
		}
	}
	if has := source.AdditionalProperties.Has; has != nil {
		s.additionalAllowed, s.additionalRefused = *has, !*has
	}
	s.additional, err = c.compile(source.AdditionalProperties.Schema, s.pointer+"/additionalProperties")
	return err
}

// absentFields returns the names that exist in one direction only, of s and of
// all that its allOf takes in.
func (s *schema) absentFields() map[string]direction {
	absent := map[string]direction{}
	for name, property := range s.properties {
		if property.readOnly {
			absent[name] |= inRequest
		}
		if property.writeOnly {
			absent[name] |= inResponse
		}
	}
	for _, part := range s.allOf {
		for name, d := range part.absent {
			absent[name] |= d
		}
	}
	return absent
}

func (c *compiler) compileComposition(s *schema, source *openapi3.Schema) (err error) {
	if s.allOf, err = c.compileAll(source.AllOf, s.pointer+"/allOf"); err != nil {
		return err
	}
	if s.anyOf, err = c.compileAll(source.AnyOf, s.pointer+"/anyOf"); err != nil {
		return err
	}
	if s.oneOf, err = c.compileAll(source.OneOf, s.pointer+"/oneOf"); err != nil {
		return err
	}
	s.composed = len(s.allOf)+len(s.anyOf)+len(s.oneOf) > 0
	if source.Discriminator != nil {
		s.discriminator = c.compileDiscriminator(source)
	}
	if source.Not != nil {
		s.not, err = c.compileNot(source.Not, s.pointer+"/not")
	}
	s.noteInPlace()
	return err
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

// noteInPlace gathers what may apply to the same value as s.
func (s *schema) noteInPlace() {
	s.inPlace = slices.Concat(s.allOf, s.anyOf, s.oneOf)
	if s.not != nil {
		s.inPlace = append(s.inPlace, s.not.schema)
	}
}

func (c *compiler) compileAll(refs openapi3.SchemaRefs, pointer string) ([]*schema, error) {
	all := make([]*schema, len(refs))
	for i, ref := range refs {
		compiled, err := c.compile(ref, pointer+"/"+strconv.Itoa(i))
		if err != nil {
			return nil, err
		}
		all[i] = compiled
	}
	return all, nil
}

// compileDiscriminator maps names to alternatives: those of the mapping, and
// each alternative's own name. It returns nil where an alternative has no name,
// as the property cannot stand for it.
func (c *compiler) compileDiscriminator(source *openapi3.Schema) *discriminator {
	d := &discriminator{property: source.Discriminator.PropertyName, mapping: map[string]*schema{}}
	alternatives := slices.Concat(source.OneOf, source.AnyOf)
	for _, ref := range alternatives {
		if ref.Ref == "" {
			return nil
		}
		d.mapping[lastStep(ref.Ref)] = c.compiled[ref.Value]
	}
	for _, ref := range alternatives {
		for alias, target := range source.Discriminator.Mapping {
			if target.Ref == ref.Ref || target.Ref == lastStep(ref.Ref) {
				d.mapping[alias] = c.compiled[ref.Value]
			}
		}
	}
	if len(d.mapping) == 0 {
		return nil // it only announces what other schemas refer to with allOf
	}
	d.names = slices.Sorted(maps.Keys(d.mapping))
	d.help = oneOfHelp(d.names)
	return d
}

// lastStep returns the name that a reference ends with.
func lastStep(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func (c *compiler) compileNot(ref *openapi3.SchemaRef, pointer string) (*exclusion, error) {
	compiled, err := c.compile(ref, pointer)
	if err != nil {
		return nil, err
	}
	not := &exclusion{schema: compiled, code: CodeNot, message: "is what the contract excludes"}
	if code, ok := ref.Value.Extensions["x-code"].(string); ok {
		not.code = Code(code)
	}
	if at, ok := ref.Value.Extensions["x-pointer"].(string); ok {
		if not.at, err = jsonpointer.Parse(at); err != nil {
			return nil, fmt.Errorf("%s/x-pointer: %w", pointer, err)
		}
	}
	if ref.Value.Description != "" {
		not.message = ref.Value.Description
	}
	return not, nil
}

// bounds returns OpenAPI's bounds with -1 for the upper one that is absent.
func bounds(low uint64, high *uint64) (lower, upper int) {
	if high == nil {
		return int(low), -1 //nolint:gosec // a bound of a document that has been validated
	}
	return int(low), int(*high) //nolint:gosec // likewise
}
