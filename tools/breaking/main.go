// Command breaking compares the contract with the last released one, and tells
// whom a change breaks: callers of the API, receivers of its deliveries, those
// who implement it. It fails for a change that breaks a caller or a receiver,
// unless a reason for it is recorded. What breaks an implementation is listed;
// the Go side of that is what make api records.
//
//	breaking [-accepted file] base revision
//
// oasdiff has the rules. It judges from one side only, that of a caller, and
// does not look at callbacks, so that each audience has a document of its own
// (views.go), with what it must accept and what it relies on turned to that
// side. What oasdiff has no rule for is in names.go and exclusions.go.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
)

func main() {
	accepted := flag.String("accepted", "", "a file of findings that are meant, with their reasons")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: breaking [-accepted file] base revision")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *accepted, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "breaking:", err)
		os.Exit(1)
	}
}

var errBreaks = errors.New("the change breaks callers or receivers. If that is meant, record the finding and the reason in tools/breaking-accepted.yaml")

func run(basePath, revisionPath, acceptedPath string, out io.Writer) error {
	base, err := os.ReadFile(basePath)
	if err != nil {
		return err
	}
	revision, err := os.ReadFile(revisionPath)
	if err != nil {
		return err
	}
	reasons, err := readAccepted(acceptedPath)
	if err != nil {
		return err
	}
	findings, err := compare(base, revision)
	if err != nil {
		return err
	}
	return report(findings, reasons, out)
}

// report prints the findings. It fails for those that are not accepted, and for
// reasons that nothing needs.
func report(findings []finding, reasons accepted, out io.Writer) error {
	count, broken := map[audience]int{}, false
	for _, f := range findings {
		count[f.audience]++
		reason, ok := reasons.take(f)
		switch {
		case ok:
			fmt.Fprintf(out, "accepted: %s\n    %s\n", f, reason)
		case f.audience == implementers:
			fmt.Fprintf(out, "note: %s\n", f)
		default:
			fmt.Fprintf(out, "BREAKS %s\n", f)
			broken = true
		}
	}
	fmt.Fprintf(out, "breaking: callers %d, receivers %d, implementers %d\n", count[callers], count[receivers], count[implementers])
	if stale := reasons.unused(); len(stale) > 0 {
		return fmt.Errorf("accepted, and no longer found; take it out: %q", stale)
	}
	if broken {
		return errBreaks
	}
	return nil
}

// compare returns whom the revision breaks, and how, sorted.
func compare(base, revision []byte) ([]finding, error) {
	before, err := parse(base)
	if err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	after, err := parse(revision)
	if err != nil {
		return nil, fmt.Errorf("revision: %w", err)
	}
	findings := append(names(before, after), exclusions(before, after)...)
	for _, v := range views {
		found, err := ruled(v, before, after)
		if err != nil {
			return nil, err
		}
		findings = append(findings, found...)
	}
	slices.SortFunc(findings, finding.compare)
	return slices.Compact(findings), nil
}
