package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

// audience is who programs against the contract.
type audience string

const (
	// callers send requests, with generated clients and their own code.
	callers audience = "callers"
	// receivers get the deliveries, the callbacks of the document.
	receivers audience = "receivers"
	// implementers serve the API and send the deliveries.
	implementers audience = "implementers"
)

// finding is one change that breaks one audience.
type finding struct {
	audience audience
	where    string // an operation, or a place in the document
	rule     string
	text     string
}

func (f finding) String() string {
	return fmt.Sprintf("%s: %s: %s [%s]", f.audience, f.where, f.text, f.rule)
}

func (f finding) compare(other finding) int {
	return cmp.Or(
		cmp.Compare(f.audience, other.audience), cmp.Compare(f.where, other.where),
		cmp.Compare(f.rule, other.rule), cmp.Compare(f.text, other.text),
	)
}

// accepted are the reasons for findings that are meant, by what they are
// printed as. A reason without findings has an entry of its own for each.
type accepted map[string]*acceptance

type acceptance struct {
	reason string
	used   bool
}

// readAccepted reads a list of reasons, each with the findings that it is for,
// as they are printed.
func readAccepted(path string) (accepted, error) {
	reasons := accepted{}
	if path == "" {
		return reasons, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []struct {
		Reason   string
		Findings []string
	}
	if err := yaml.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, entry := range list {
		reason := strings.Join(strings.Fields(entry.Reason), " ")
		if reason == "" {
			return nil, fmt.Errorf("%s: %q have no reason", path, entry.Findings)
		}
		for _, text := range entry.Findings {
			reasons[text] = &acceptance{reason: reason}
		}
	}
	return reasons, nil
}

func (a accepted) take(f finding) (string, bool) {
	found, ok := a[f.String()]
	if !ok {
		return "", false
	}
	found.used = true
	return found.reason, true
}

func (a accepted) unused() (stale []string) {
	for text, found := range a {
		if !found.used {
			stale = append(stale, text)
		}
	}
	return stale
}
