package validate

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/report"
)

// severityOff leaves findings out.
const severityOff report.Severity = "off"

var codeName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// ParseSeverities reads "code=severity" parts, of which each text may have
// several with commas between them. The severities are error, warning and off.
func ParseSeverities(texts ...string) (map[string]report.Severity, error) {
	all := map[string]report.Severity{}
	for _, text := range texts {
		for part := range strings.SplitSeq(text, ",") {
			code, value, found := strings.Cut(strings.TrimSpace(part), "=")
			if !found {
				return nil, usage("the severity %q must be CODE=error, CODE=warning or CODE=off", part)
			}
			if err := setSeverity(all, code, value); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func setSeverity(all map[string]report.Severity, code, value string) error {
	switch severity := report.Severity(value); severity {
	case report.Error, report.Warning, severityOff:
		all[code] = severity
		return nil
	default:
		return usage("the severity of %s must be error, warning or off, not %q", code, value)
	}
}

// checkSeverities refuses codes that no finding can have: those of this program,
// and those of the document (x-code).
func checkSeverities(severities map[string]report.Severity, document []byte) error {
	known := report.Codes()
	for _, code := range slices.Sorted(maps.Keys(severities)) {
		if !slices.Contains(known, code) && (!codeName.MatchString(code) || !bytes.Contains(document, []byte(code))) {
			return usage("there is no code %q; --explain all lists them", code)
		}
	}
	return nil
}

// judged applies the severities, what the file says about its own requests, and
// the defaults for recordings.
func (c *checked) judged() {
	kept := c.findings[:0]
	for i := range c.findings {
		f := &c.findings[i]
		severity, set := c.v.options.Severities[f.Code]
		switch {
		case severity == severityOff, !set && isBetween(f, c.request):
			continue
		case c.ignores(f):
			c.v.result.Summary.Ignored++
			continue
		case set:
			f.Severity = severity
		}
		kept = append(kept, *f)
	}
	c.findings = kept
}
