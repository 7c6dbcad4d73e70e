// Package report holds what a validation has found, and prints it in the
// formats that people and CI servers read.
package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/hookline-go/hookline/internal/validate/coverage"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Severity says how much a finding matters.
type Severity string

const (
	// Error is a violation of the contract.
	Error Severity = "error"
	// Warning is advice, or a request that the contract says nothing about.
	Warning Severity = "warning"
)

// Finding is one place where a request or a response breaks the contract, or
// advice about it. It holds nothing of what was submitted but the names of
// fields and parameters.
type Finding struct {
	Place    source.Place
	Severity Severity
	// Code is one that Explain knows.
	Code string
	// In is the part of the message: path, query, header, body or status.
	In string
	// Pointer is the place within that part, a JSON pointer.
	Pointer    string
	Message    string
	Suggestion string
	// Schema is the rule's place in the document, a JSON pointer in a URI
	// fragment, and Spec the same as a position. Both are empty where no schema
	// states the rule.
	Schema string
	Spec   source.Place
	// Was is where the older document has the rule, or what stands around it,
	// where two documents are compared.
	Was source.Place
	// Operation is the operation's id, or empty where there is none.
	Operation string
	// Request is what the file calls the request, or empty.
	Request string
	// Response tells a finding in a response from one in its request.
	Response bool
	// Fingerprint stays the same when lines move. It tells findings apart that
	// are alike in all but their number.
	Fingerprint string
}

// Status says how a request has fared.
type Status string

// The states of a request. Before is for a request that broke the older document
// already, where two are compared.
const (
	Valid     Status = "valid"
	Invalid   Status = "invalid"
	Unmatched Status = "unmatched"
	Before    Status = "before"
)

// Case is a request that was validated.
type Case struct {
	Place     source.Place
	Name      string
	Operation string
	Status    Status
	// Findings are those of the request.
	Findings []Finding
}

// Summary counts.
type Summary struct {
	// Files are those that hold a request for the contract's servers.
	Files     int `json:"files"`
	Requests  int `json:"requests"`
	Valid     int `json:"valid"`
	Invalid   int `json:"invalid"`
	Unmatched int `json:"unmatched"`
	// Before counts the requests that are not judged, as they broke the older
	// document already, where two are compared.
	Before int `json:"invalid_before"`
	// OtherServers counts the requests that were ignored, as they are for
	// servers that the contract does not have.
	OtherServers int `json:"other_servers"`
	Errors       int `json:"errors"`
	Warnings     int `json:"warnings"`
	// Accepted counts the findings that the baseline knows, and Stale what it
	// knows and is no more.
	Accepted int `json:"accepted"`
	Stale    int `json:"stale"`
	// Ignored counts the findings that the files themselves say are to be
	// ignored.
	Ignored int `json:"ignored"`
	// NotLookedAt counts the bodies that were not looked into, by media type.
	NotLookedAt map[string]int `json:"not_looked_at,omitempty"`
	// Omitted counts the findings beyond MaxFindings.
	Omitted int `json:"omitted"`
}

// MaxFindings bounds the findings that a result lists.
const MaxFindings = 10_000

// Result is what a validation has found.
type Result struct {
	// Findings are in the order of the paths, and within a file in that of its
	// requests.
	Findings []Finding
	// Problems are the files that cannot be read, or not in full, and notes about
	// formats that are not read.
	Problems []*source.FileError
	// Cases are kept only for formats that list valid requests too.
	Cases   []Case
	Summary Summary
	// SpecFile is how the user calls the document, and Against the older one that
	// it is compared with, or empty.
	SpecFile, Against string
	// BuiltIn says that the document is the one within the program, which users do
	// not have as a file.
	BuiltIn bool
	// Coverage is nil unless it was asked for.
	Coverage *coverage.Report
	// Failing tells whether a finding, even a warning, makes the run fail.
	Failing bool
}

// ExitCode is the status that the program ends with: 0 clean, 1 violations, 2
// something could not be read or nothing was there to validate.
func (r *Result) ExitCode() int {
	switch {
	case slices.ContainsFunc(r.Problems, func(p *source.FileError) bool { return !p.Note }):
		return 2
	case r.Failing:
		return 1
	default:
		return 0
	}
}

// Fingerprint returns the fingerprint of the nth finding, from 1, of those that
// are alike in everything else.
func Fingerprint(f *Finding, nth int) string {
	text := strings.Join([]string{
		filepath.ToSlash(f.Place.File), f.Operation, strconv.FormatBool(f.Response), f.In, f.Pointer, f.Code, f.Schema,
		strconv.Itoa(nth),
	}, "\x00")
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// count renders a number of things in English.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Line renders the summary for people.
func (r *Result) Line() string {
	if r.Against == "" {
		return r.Summary.Line()
	}
	s := &r.Summary
	line := fmt.Sprintf("the change since %s breaks %s of the %s requests that kept to it", clean(r.Against),
		thousands(s.Invalid), thousands(s.Valid+s.Invalid))
	if s.Before > 0 {
		line += fmt.Sprintf("; %s did not", thousands(s.Before))
	}
	return line
}

// thousands writes a number as people read it: 1,214.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Line renders the counts for people.
func (s *Summary) Line() string {
	var line strings.Builder
	fmt.Fprintf(&line, "%s in %s: %d valid, %d invalid, %d unmatched",
		count(s.Requests, "request"), count(s.Files, "file"), s.Valid, s.Invalid, s.Unmatched)
	for _, extra := range []struct {
		n    int
		text string
	}{
		{s.OtherServers, "for other servers"},
		{s.Accepted, "accepted by the baseline"},
		{s.Stale, "in the baseline and no longer found"},
		{s.Ignored, "ignored by comments"},
		{s.Omitted, "more findings not listed"},
	} {
		if extra.n > 0 {
			fmt.Fprintf(&line, ", %d %s", extra.n, extra.text)
		}
	}
	if len(s.NotLookedAt) > 0 {
		total := 0
		for _, n := range s.NotLookedAt {
			total += n
		}
		bodies := "bodies"
		if total == 1 {
			bodies = "body"
		}
		types := strings.Join(slices.Sorted(maps.Keys(s.NotLookedAt)), ", ")
		fmt.Fprintf(&line, ", not looked at: %d %s (%s)", total, bodies, types)
	}
	return line.String()
}
