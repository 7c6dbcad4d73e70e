package openapi

import (
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"
)

// schema is a kin-openapi schema, prepared so that validation needs no look-up,
// no reflection and no compilation.
type schema struct {
	pointer   string
	types     typeSet
	typeNames string // for a sentence: "a string or null"
	nullable  bool
	recursive bool // a value may be met again on the way down

	enum      []any
	enumTexts map[string]struct{} // the enum's strings
	enumList  []string            // the enum's strings, in the document's order
	enumHelp  string              // what "must" precedes is part of it

	minLength, maxLength int // -1: no bound
	pattern              *regexp.Regexp
	patternHelp          string // follows "must"
	format               string
	validFormat          func(string) bool

	minimum, maximum   *float64
	exclusiveMinimum   bool
	exclusiveMaximum   bool
	multipleOf         *float64
	integers           *integerRange // nil where any number will do
	minItems, maxItems int
	uniqueItems        bool
	items              *schema

	properties        map[string]*schema
	propertyNames     []string // sorted
	required          []string
	additional        *schema
	additionalRefused bool
	additionalAllowed bool // said, not just left open
	minProperties     int
	maxProperties     int
	maxBytes          int                  // of an array's or an object's text, x-max-bytes; -1: no bound
	absent            map[string]direction // the fields that must not be sent in a direction, those of allOf included

	allOf, anyOf, oneOf []*schema
	composed            bool // of any of these
	discriminator       *discriminator
	not                 *exclusion

	readOnly, writeOnly bool
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

// open tells whether an object may have any fields with any values.
func (s *schema) open() bool {
	return len(s.properties) == 0 && s.additional == nil && !s.additionalRefused
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
)

var typeNames = []struct {
	bit  typeSet
	name string
}{
	{typeBoolean, openapi3.TypeBoolean},
	{typeInteger, openapi3.TypeInteger},
	{typeNumber, openapi3.TypeNumber},
	{typeString, openapi3.TypeString},
	{typeArray, openapi3.TypeArray},
	{typeObject, openapi3.TypeObject},
}

func typesOf(source *openapi3.Types) (types typeSet) {
	for _, t := range typeNames {
		if source != nil && source.Includes(t.name) {
			types |= t.bit
		}
	}
	return types
}

// String lists the types for a person.
func (t typeSet) String() string {
	var names []string
	for _, candidate := range typeNames {
		if t&candidate.bit != 0 {
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
