package openapi

import (
	"encoding/json"
	"fmt"
)

// schema is a kin-openapi schema, prepared so that validation needs no look-up,
// no reflection and no compilation.
type schema struct {
	pointer   string
	types     typeSet
	typeNames string // for a sentence: "a string or null"
	nullable  bool
	recursive bool // a value may be met again on the way down
	circular  bool // it is part of itself, in the same place

	refused bool // the schema false: no value will do

	enum       []any
	enumTexts  map[string]struct{} // the enum's strings
	enumList   []string            // the enum's strings, in the document's order
	enumHelp   string              // what "must" precedes is part of it
	enumValues bool                // arrays or objects are among them
	constant   *constant

	minLength, maxLength int // -1: no bound
	pattern              *pattern
	patternHelp          string // follows "must"
	format               string
	validFormat          func(string) bool

	minimum, maximum   []bound
	multipleOf         *float64
	integers           *integerRange // nil where any number will do
	minItems, maxItems int
	uniqueItems        bool
	items              *schema // of all items after the prefixItems
	prefixItems        []*schema
	contains           *schema
	minContains        int
	maxContains        int // -1: no bound
	unevaluatedItems   *schema

	properties            map[string]*schema
	propertyNames         []string // sorted
	patternProperties     []patternProperty
	required              []string
	dependentRequired     []dependency
	dependentSchemas      []dependentSchema
	names                 *schema // propertyNames
	additional            *schema
	additionalRefused     bool
	additionalAllowed     bool // said, not just left open
	minProperties         int
	maxProperties         int
	unevaluatedProperties *schema
	maxBytes              int                  // of an array's or an object's text, x-max-bytes; -1: no bound
	absent                map[string]direction // the fields that must not be sent in a direction, those of allOf included

	allOf, anyOf, oneOf        []*schema
	composed                   bool // of any of these
	discriminator              *discriminator
	base                       *discriminator // of those that refer to this one with allOf
	not                        *exclusion
	condition, then, otherwise *schema // if, then, else
	// inPlace are all schemas that may apply to the same value as this one.
	inPlace []*schema

	readOnly, writeOnly bool
	deprecated          bool
	secret              string // the keyword that marks a secret, or nothing
}

// discriminator tells which alternative an object wants to be.
type discriminator struct {
	property string
	mapping  map[string]*schema
	names    []string // the keys of mapping, sorted
	help     string
}

// exclusion is a `not`. What it refuses is a rule of its own, so the document
// may give it a code, a place and a sentence: x-code, x-pointer and the
// description.
type exclusion struct {
	schema  *schema
	code    Code
	at      []string // the names that lead from the value to the place, x-pointer
	message string
}

// bound is a least or a largest value. 2020-12 may have two of each.
type bound struct {
	value     float64
	exclusive bool
	keyword   string
}

// constant is a const, or a value that an enum or a const may have.
type constant struct{ value any }

// patternProperty is a schema for all fields whose names match.
type patternProperty struct {
	pattern *pattern
	schema  *schema
}

// dependency is a field that makes others necessary.
type dependency struct {
	name     string
	required []string
}

// dependentSchema applies to objects that have a field.
type dependentSchema struct {
	name   string
	schema *schema
}

// open tells whether an object may have any fields with any values.
func (s *schema) open() bool {
	return len(s.properties) == 0 && s.additional == nil && !s.additionalRefused && len(s.patternProperties) == 0
}

// typeSet is a set of JSON types; empty means any.
type typeSet uint8

const (
	typeBoolean typeSet = 1 << iota
	typeInteger
	typeNumber
	typeString
	typeArray
	typeObject
	typeNull
)

var typeNames = []struct {
	bit  typeSet
	name string
}{
	{typeBoolean, "boolean"},
	{typeInteger, "integer"},
	{typeNumber, "number"},
	{typeString, "string"},
	{typeArray, "array"},
	{typeObject, "object"},
	{typeNull, "null"},
}

// typeNamed returns nothing for a name that no type has.
func typeNamed(name string) typeSet {
	for _, t := range typeNames {
		if t.name == name {
			return t.bit
		}
	}
	return 0
}

// String lists the types for a person.
func (t typeSet) String() string {
	var names []string
	for _, candidate := range typeNames {
		if t&candidate.bit == 0 {
			continue
		}
		if candidate.bit == typeNull {
			names = append(names, candidate.name)
		} else {
			names = append(names, article(candidate.name))
		}
	}
	return joinOr(names)
}

// deepestComposition is how far into a composition the types and fields of a
// parameter are looked for.
const deepestComposition = 8

// parts returns the schema and what it is composed of: all that may apply to
// the same value.
func (s *schema) parts(depth int) []*schema {
	all := []*schema{s}
	if depth == 0 {
		return all
	}
	for _, group := range [][]*schema{s.allOf, s.anyOf, s.oneOf} {
		for _, part := range group {
			all = append(all, part.parts(depth-1)...)
		}
	}
	return all
}

// valueTypes returns the types that a value may have, those of a composition
// and of an enum included.
func (s *schema) valueTypes() (types typeSet) {
	if s == nil {
		return 0
	}
	for _, part := range s.parts(deepestComposition) {
		types |= part.types
		if part.types == 0 {
			types |= enumTypes(part.enum)
		}
	}
	return types
}

func enumTypes(enum []any) (types typeSet) {
	for _, value := range enum {
		switch value.(type) {
		case string:
			types |= typeString
		case bool:
			types |= typeBoolean
		default:
			if _, ok := float(value); ok {
				types |= typeNumber
			}
		}
	}
	return types
}

// enumString renders an enum's value as the document has it.
func enumString(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}

// kindTypes are the types that a value's kind may count as.
var kindTypes = [...]typeSet{
	kindNull: typeNull, kindBool: typeBoolean, kindNumber: typeNumber | typeInteger, kindString: typeString,
	kindArray: typeArray, kindObject: typeObject, kindName: typeString,
}

// mayBe tells whether the schema's types have values of a kind.
func (s *schema) mayBe(k kind) bool { return s.types == 0 || s.types&kindTypes[k] != 0 }

// readsAll tells whether the schema looks at an array or an object as a whole.
func (s *schema) readsAll(k kind) bool {
	return s.enumValues || s.constant != nil || s.uniqueItems && k == kindArray
}
