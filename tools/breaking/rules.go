package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"
)

// raised are rules that oasdiff takes for information, and that break programs:
// generated code has a name or a type for each of these things, and it uses a
// default where a caller leaves a value out. oasdiff's warnings count, too.
var raised = []string{
	"api-operation-id-removed", "api-schema-removed",
	"optional-response-header-removed", "response-optional-property-removed",
	"response-non-success-status-removed", "response-success-status-added",
	"request-parameter-default-value-changed", "request-property-default-value-changed",
	"request-parameter-default-value-removed", "request-property-default-value-removed",
	"request-parameter-default-value-added", "request-property-default-value-added",
}

// withoutHarm are rules that count for oasdiff and break nobody here: what is
// sent has another pattern, and still is a text.
var withoutHarm = map[string]bool{"response-property-pattern-changed": true}

// ruled returns what oasdiff finds in a view.
func ruled(v view, before, after document) ([]finding, error) {
	base, err := specOf(v, before)
	if err != nil {
		return nil, fmt.Errorf("base for %s: %w", v.audience, err)
	}
	revision, err := specOf(v, after)
	if err != nil {
		return nil, fmt.Errorf("revision for %s: %w", v.audience, err)
	}
	difference, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), base, revision)
	if err != nil {
		return nil, err
	}
	levels := map[string]checker.Level{}
	for _, rule := range raised {
		levels[rule] = checker.ERR
	}
	config := checker.NewConfig(checker.GetAllChecks(), checker.WithSeverityLevels(levels))
	var found []finding
	for _, change := range checker.CheckBackwardCompatibility(config, difference, sources) {
		if withoutHarm[change.GetId()] {
			continue
		}
		where := "components"
		if change.GetPath() != "" {
			where = place(v, change.GetOperation(), change.GetPath())
		}
		found = append(found, finding{
			audience: v.audience, where: where, rule: change.GetId(),
			text: strings.Join(strings.Fields(change.GetUncolorizedText(checker.NewDefaultLocalizer())), " "),
		})
	}
	return found, nil
}

// specOf reads a view's document.
func specOf(v view, d document) (*load.SpecInfo, error) {
	// What `not` excludes is compared apart: oasdiff reads it as if it were
	// what the value must be.
	paths := v.paths(d)
	data, err := json.Marshal(without(object{
		"openapi": d.root["openapi"], "info": d.root["info"], "security": d.root["security"], "paths": paths,
		"components": d.reachable(paths),
	}, "not", "links", "callbacks"))
	if err != nil {
		return nil, err
	}
	spec, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	return &load.SpecInfo{Url: string(v.audience), Spec: spec}, nil
}
