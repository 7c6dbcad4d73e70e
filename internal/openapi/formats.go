package openapi

import (
	"math"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

// formats are the string formats that are enforced. OpenAPI leaves formats
// open, so any other one is an annotation.
var formats = map[string]func(string) bool{
	"date":          func(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil },
	"date-time":     validDateTime,
	"email":         func(s string) bool { a, err := mail.ParseAddress(s); return err == nil && a.Address == s },
	"hostname":      func(s string) bool { return len(s) <= 253 && hostname.MatchString(s) },
	"ipv4":          func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is4() },
	"ipv6":          func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is6() && a.Zone() == "" },
	"uri":           func(s string) bool { u := parseURI(s); return u != nil && u.IsAbs() },
	"uri-reference": func(s string) bool { return parseURI(s) != nil },
	"uuid":          func(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil },
}

var hostname = regexp.MustCompile(`^([0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?\.)*[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?$`)

var dateTime = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)

// validDateTime follows RFC 3339, but for what a time.Time cannot hold or Go
// does not read: the second 60, and lower-case letters. Go alone is not strict
// enough: it reads 1:02:03, a comma before the fraction, and +24:00.
func validDateTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil && dateTime.MatchString(s)
}

// parseURI returns nil for what RFC 3986 does not allow: besides what Go
// refuses, characters that must be percent-encoded, and a percent sign that
// encodes nothing. Brackets in a query are let through, as everyone sends them.
func parseURI(s string) *url.URL {
	if strings.ContainsFunc(s, notInURI) {
		return nil
	}
	for _, after, found := strings.Cut(s, "%"); found; _, after, found = strings.Cut(after, "%") {
		if len(after) < 2 || !isHex(after[0]) || !isHex(after[1]) {
			return nil
		}
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil
	}
	before, _, _ := strings.Cut(s, "?")
	before, _, _ = strings.Cut(before, "#")
	if strings.Count(before, "[") > strings.Count(u.Host, "[") || strings.Count(before, "]") > strings.Count(u.Host, "]") {
		return nil // an address has them, a path has not
	}
	return u
}

func notInURI(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"<>\\^`{|}", r)
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// integerRange is what an integer can be.
type integerRange struct{ low, high int64 }

// integerRanges are by format. An integer without a format is an int64, as that
// is what it is decoded into; formats that are not here are annotations.
var integerRanges = map[string]*integerRange{
	"":      {math.MinInt64, math.MaxInt64},
	"int32": {math.MinInt32, math.MaxInt32},
	"int64": {math.MinInt64, math.MaxInt64},
}
