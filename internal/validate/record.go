package validate

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/hookline-go/hookline/internal/validate/report"
)

// record adds a request to the result.
func (v *validator) record(c *checked, status report.Status) {
	c.findings = v.accept(c.findings)
	if status == report.Invalid && !hasErrors(c.findings) {
		status = report.Valid // the baseline knows it all
	}
	s := &v.result.Summary
	s.Requests++
	switch status {
	case report.Valid:
		s.Valid++
	case report.Invalid:
		s.Invalid++
	case report.Unmatched:
		s.Unmatched++
	case report.Before:
		s.Before++
	}
	v.inFile++
	for i := range c.findings {
		if c.findings[i].Severity == report.Error {
			s.Errors++
		} else {
			s.Warnings++
		}
	}
	v.result.Failing = v.result.Failing || s.Errors > 0 || s.Warnings > 0 && v.options.Strict
	room := min(len(c.findings), report.MaxFindings-len(v.result.Findings))
	s.Omitted += len(c.findings) - room
	v.result.Findings = append(v.result.Findings, c.findings[:room]...)
	if v.options.Cases {
		v.keepCase(c, status)
	}
}

func (v *validator) keepCase(c *checked, status report.Status) {
	entry := report.Case{
		Place: c.request.Start.Place(0), Name: c.request.Name, Status: status, Findings: c.findings,
	}
	if c.match != nil {
		entry.Operation = c.match.Operation.ID
	}
	v.result.Cases = append(v.result.Cases, entry)
}

// accept gives findings their fingerprints and leaves out those that the
// baseline knows.
func (v *validator) accept(findings []report.Finding) []report.Finding {
	kept := findings[:0]
	for i := range findings {
		f := &findings[i]
		alike := report.Fingerprint(f, 0)
		v.seen[alike]++
		f.Fingerprint = report.Fingerprint(f, v.seen[alike])
		if v.baseline.accepts(f.Fingerprint) {
			v.result.Summary.Accepted++
			continue
		}
		kept = append(kept, *f)
	}
	return kept
}

// baseline is the set of findings that are known, by fingerprint, each with
// whether it was found again.
type baseline struct{ known map[string]bool }

// readBaseline reads a JSON report. Without a file nothing is known.
func readBaseline(name string) (*baseline, error) {
	b := &baseline{known: map[string]bool{}}
	if name == "" {
		return b, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("the baseline cannot be read: %w", err)
	}
	var document struct {
		Findings *[]struct {
			Fingerprint string `json:"fingerprint"`
		} `json:"findings"`
	}
	if err := json.Unmarshal(data, &document); err != nil || document.Findings == nil {
		return nil, fmt.Errorf("the baseline %s is not a report of --format json", name)
	}
	for _, f := range *document.Findings {
		b.known[f.Fingerprint] = false
	}
	return b, nil
}

func (b *baseline) accepts(fingerprint string) bool {
	if _, ok := b.known[fingerprint]; !ok {
		return false
	}
	b.known[fingerprint] = true
	return true
}

// stale counts what was not found again.
func (b *baseline) stale() int {
	count := 0
	for _, found := range b.known {
		if !found {
			count++
		}
	}
	return count
}
