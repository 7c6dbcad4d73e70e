package openapi

import (
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
)

// longestEnum is how many values of an enum a sentence lists.
const longestEnum = 20

// oneOfHelp lists what a value may be.
func oneOfHelp[T any](values []T) string {
	texts := make([]string, 0, len(values))
	for _, value := range values {
		texts = append(texts, enumString(value))
	}
	if len(texts) == 1 {
		return "must be " + texts[0]
	}
	if len(texts) > longestEnum {
		texts = append(texts[:longestEnum], "…")
	}
	return "must be one of " + strings.Join(texts, ", ")
}

// formatNames say what a format means; "must be" stands before them.
var formatNames = map[string]string{
	"date":          "a date such as 2026-05-15 (RFC 3339)",
	"date-time":     "a time such as 2026-05-15T18:17:02Z (RFC 3339)",
	"email":         "an email address",
	"hostname":      "a host name",
	"ipv4":          "an IPv4 address",
	"ipv6":          "an IPv6 address",
	"uri":           "an absolute URI (RFC 3986)",
	"uri-reference": "a URI or a relative reference (RFC 3986)",
	"uuid":          "a UUID such as a1b2c3d4-e5f6-7890-abcd-ef1234567890",
}

func formatName(format string) string {
	if name, ok := formatNames[format]; ok {
		return name
	}
	return "of the format " + format
}

func atLeast(count int, unit string) string { return "at least " + plural(count, unit) }

func atMost(count int, unit string) string { return "at most " + plural(count, unit) }

func plural(count int, unit string) string {
	if count == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(count) + " " + unit + "s"
}

func joinOr(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func article(noun string) string {
	if noun != "" && strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// nearest returns the candidate that is spelt most like the text, or nothing
// where none is like it. Case, and the difference between spaces, hyphens and
// underscores, do not count.
func nearest(text string, candidates []string) string {
	best, bestDistance := "", len(text)/3+1
	if len(text) > 128 {
		return best
	}
	folded := fold(text)
	for _, candidate := range candidates {
		distance := levenshtein.ComputeDistance(folded, fold(candidate))
		if distance < bestDistance || distance == bestDistance && best == "" {
			best, bestDistance = candidate, distance
		}
	}
	return best
}

var foldSeparators = strings.NewReplacer("-", "_", " ", "_")

func fold(text string) string { return foldSeparators.Replace(strings.ToLower(text)) }
