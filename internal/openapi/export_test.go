package openapi

import "github.com/getkin/kin-openapi/openapi3"

// Decode exposes the decoder to tests: the value as encoding/json would decode
// it, and whether the text was taken.
func Decode(text []byte) (value any, violations []Violation, ok bool) {
	d := newDecoder(MaxDepth)
	defer d.release()
	violations, ok = d.decode(text, nil)
	if !ok {
		return nil, violations, false
	}
	return d.tree.root().value(), violations, len(violations) == 0
}

// Matcher lets kin-openapi read patterns as this package does.
func Matcher(pattern string) (openapi3.RegexMatcher, error) {
	compiled, err := compilePattern(pattern)
	if err != nil {
		return nil, err
	}
	return matcher{compiled}, nil
}

type matcher struct{ *pattern }

// MatchString implements openapi3.RegexMatcher.
func (m matcher) MatchString(text string) bool { return m.matches(text) }
