package validate

import (
	"os"
	"path/filepath"

	"github.com/hookline-go/hookline/internal/openapi"
	"github.com/hookline-go/hookline/internal/validate/report"
	"github.com/hookline-go/hookline/internal/validate/source"
)

// Codes of findings about the document.
const (
	// CodeDocument is something wrong with the OpenAPI document itself, so that
	// what it concerns is not checked.
	CodeDocument openapi.Code = "document"
)

// Limits of bodies that others' documents describe, which are not those of
// hookline's own server.
const (
	foreignBody  = 1 << 26
	foreignDepth = 1000
)

// foreign are the options for a document that is not hookline's own: what is
// wrong with it is no obstacle, and it may refer to files in and below its own
// folder.
func foreign(name string) openapi.Options {
	return openapi.Options{
		Tolerant: true, Files: os.DirFS(filepath.Dir(name)), Limits: openapi.Limits{Body: foreignBody, Depth: foreignDepth},
	}
}

// documentFindings warns of what is wrong with the document.
func (v *validator) documentFindings() {
	severity, set := v.options.Severities[string(CodeDocument)]
	switch {
	case severity == severityOff:
		return
	case !set:
		severity = report.Warning
	}
	var findings []report.Finding
	for _, p := range v.contract.Problems() {
		place := source.Place{File: v.specFile(p.File), Line: p.Line, Column: p.Column}
		findings = append(findings, report.Finding{
			Place: place, Severity: severity, Code: string(CodeDocument), In: "document", Message: p.Message,
		})
	}
	findings = v.accept(findings)
	if severity == report.Error {
		v.result.Summary.Errors += len(findings)
	} else {
		v.result.Summary.Warnings += len(findings)
	}
	v.result.Failing = v.result.Failing || len(findings) > 0 && (severity == report.Error || v.options.Strict)
	v.result.Findings = append(v.result.Findings, findings...)
}

// specFile returns how the user calls a file that the document refers to; an
// empty name is that of the document itself.
func (v *validator) specFile(name string) string {
	if name == "" {
		return v.result.SpecFile
	}
	return filepath.Join(filepath.Dir(v.result.SpecFile), filepath.FromSlash(name))
}

// notLookedAt counts a body that nothing is known to look into.
func (v *validator) notLookedAt(mediaType string) {
	s := &v.result.Summary
	if s.NotLookedAt == nil {
		s.NotLookedAt = map[string]int{}
	}
	s.NotLookedAt[mediaType]++
}
