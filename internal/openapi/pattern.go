package openapi

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/dlclark/regexp2/v2"
)

// What \s and \S mean in ECMA-262, where they know of more than ASCII, as the
// inside of a class.
const (
	ecmaSpace    = `\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	ecmaNotSpace = `\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}` +
		`\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`
)

// ecmaWhole are the constructs outside of a class that RE2 writes differently,
// longest first.
var ecmaWhole = []struct{ from, to string }{
	{`[^]`, `[\x{0}-\x{10ffff}]`},
	{`[]`, `[^\x{0}-\x{10ffff}]`},
	{`.`, `[^\n\r\x{2028}\x{2029}]`},
}

// pattern is a pattern that a string must have.
type pattern struct {
	linear *regexp.Regexp
	// backtracking is for what RE2 cannot do.
	backtracking *regexp2.Regexp
}

// patternTimeout bounds what a pattern may take that RE2 cannot do, as
// backtracking may take a time that is exponential in the text's length.
const patternTimeout = 100 * time.Millisecond

// matches tells whether the text has the pattern. A text that takes too long is
// taken for one that does not: it was made for that, and must not pass.
func (p *pattern) matches(text string) bool {
	if p.linear != nil {
		return p.linear.MatchString(text)
	}
	matches, err := p.backtracking.MatchString(text)
	return matches && err == nil
}

// compilePattern compiles a pattern, which OpenAPI writes in the dialect of
// ECMA-262: as RE2, which takes linear time whatever the text, and where that
// is not possible, for look-around, back-references and more than 1,000
// repetitions, for an engine that backtracks.
func compilePattern(source string) (*pattern, error) {
	linear, err := regexp.Compile(translate(source))
	if err == nil {
		return &pattern{linear: linear}, nil
	}
	backtracking, failure := regexp2.Compile(source, regexp2.ECMAScript|regexp2.Unicode)
	if failure != nil {
		// The first error is about the translation, the second one about the
		// document's own text.
		return nil, fmt.Errorf("%q: %w", source, failure)
	}
	backtracking.MatchTimeout = patternTimeout
	return &pattern{backtracking: backtracking}, nil
}

func translate(pattern string) string {
	var out strings.Builder
	inClass := false
	for rest := pattern; rest != ""; {
		from, to := 1, rest[:1]
		switch {
		case rest[0] == '\\':
			from, to = translateEscape(rest, inClass)
		case inClass:
			inClass = rest[0] != ']'
			if rest[0] == '[' {
				to = `\[` // RE2 has named classes there
			}
		default:
			from, to = translateWhole(rest)
			inClass = to == "["
		}
		out.WriteString(to)
		rest = rest[from:]
	}
	return out.String()
}

func translateWhole(rest string) (from int, to string) {
	for _, construct := range ecmaWhole {
		if strings.HasPrefix(rest, construct.from) {
			return len(construct.from), construct.to
		}
	}
	return 1, rest[:1]
}

// translateEscape translates the escape at the start of rest, and says how long
// it was.
func translateEscape(rest string, inClass bool) (from int, to string) {
	if len(rest) < 2 {
		return 1, rest
	}
	switch c := rest[1]; {
	case c == 's' && inClass:
		return 2, ecmaSpace
	case c == 's':
		return 2, "[" + ecmaSpace + "]"
	case c == 'S' && inClass:
		return 2, ecmaNotSpace
	case c == 'S':
		return 2, "[" + ecmaNotSpace + "]"
	case c == 'c' && len(rest) > 2:
		return 3, codePoint(rune(rest[2] % 32))
	case c == 'u':
		return translateUnicode(rest)
	default:
		return 2, rest[:2]
	}
}

// translateUnicode translates \u{1F600}, \u00e9, and two of the latter that are
// a surrogate pair.
func translateUnicode(rest string) (from int, to string) {
	if strings.HasPrefix(rest, `\u{`) {
		return 2, `\x`
	}
	r, ok := codeUnit(rest)
	if !ok {
		return 2, "u"
	}
	if low, ok := codeUnit(rest[6:]); ok && utf16.IsSurrogate(r) && utf16.IsSurrogate(low) {
		return 12, codePoint(utf16.DecodeRune(r, low))
	}
	return 6, codePoint(r)
}

func codeUnit(rest string) (rune, bool) {
	if len(rest) < 6 || rest[:2] != `\u` {
		return 0, false
	}
	unit, err := strconv.ParseUint(rest[2:6], 16, 16)
	return rune(unit), err == nil
}

func codePoint(r rune) string { return fmt.Sprintf(`\x{%x}`, r) }
